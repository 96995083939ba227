"""Another address for an order: read back first, changed by a yes, refused once it is packed."""

from dataclasses import replace

import pytest

from bot.handlers.address_parts import AddressParts, foreign_district, parts_in
from commerce.aftersale.address_changes import change_address
from commerce.aftersale.tables import AddressChange
from commerce.customers.addresses import AddressInput, save_address
from commerce.events import ShopEvent
from commerce.ordering.orders import get_order, read_address
from commerce.ordering.tables import OrderState
from tests.bot.handlers.buying import (
    LIPSTICK,
    MILK,
    has_bought,
    has_ordered,
    is_moved,
    rows,
)
from tests.bot.handlers.conftest import OpenChat
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import line, play
from tests.commerce.shop import ADDRESS

WHOLE = "改成李四 13900139000 江苏省南京市鼓楼区中山北路100号3栋502"
NEW = AddressInput("李四", "13900139000", "江苏省 南京市 鼓楼区", "中山北路100号3栋502")


async def address_of(chat: Chat, order_no: str) -> AddressInput:
    """Where the order goes now."""
    customer_id = await chat.customer_id()
    return await chat.database.read(
        lambda session: read_address(chat.shop.sealer, get_order(session, customer_id, order_no))
    )


async def test_a_whole_address_in_one_message_is_read_back_and_changed_by_a_yes(
    chat: Chat,
) -> None:
    await chat.says("你好")
    order_no = await has_bought(chat)

    await play(
        chat,
        line("地址填错了改一下", "新的地址", asks="address_place"),
        line(WHOLE, order_no, "李四 13900139000", "江苏省 南京市 鼓楼区 中山北路100号3栋502",
             "“确认”", asks="address_confirm"),
    )  # fmt: skip
    assert await address_of(chat, order_no) == ADDRESS
    await play(chat, line("确认", "改好了", order_no, "李四", asks=""))

    assert await address_of(chat, order_no) == NEW
    (change,) = await rows(chat, AddressChange)
    assert change.parts == "recipient,phone,region,detail"
    assert change.actor == f"customer:{await chat.customer_id()}"


async def test_all_in_the_first_message_needs_only_the_yes(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat)

    await play(
        chat,
        line(f"改地址，{WHOLE}", "李四", asks="address_confirm", intent="change_address"),
        line("好的", "改好了"),
    )

    assert await address_of(chat, order_no) == NEW


async def test_only_what_is_given_changes_and_a_phone_not_given_stays_masked(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_bought(chat)

    await play(
        chat,
        line("帮我改一下电话", "新的手机号", asks="address_phone"),
        line("139 0013", "认不出来", asks="address_phone"),
        line("13900139000", "王小明 13900139000", ADDRESS.detail, asks="address_confirm"),
        line("确认", "改好了"),
        line("换个收货人", "叫什么", asks="address_recipient"),
        line("叫李四", "李四 139****9000", asks="address_confirm"),
        line("确认", "改好了"),
    )

    assert await address_of(chat, order_no) == AddressInput(
        "李四", "13900139000", ADDRESS.region, ADDRESS.detail
    )
    assert [each.parts for each in await rows(chat, AddressChange)] == ["phone", "recipient"]


async def test_what_is_missing_is_asked_one_by_one(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_bought(chat)

    await play(
        chat,
        line("收货信息都要改", "叫什么", asks="address_recipient", intent="change_address"),
        line("李四", "手机号", asks="address_phone"),
        line("13900139000", "新的地址", asks="address_place"),
        line("江苏南京", "街道和门牌号", asks="address_place"),
        line("中山北路100号", "江苏省 南京市 中山北路100号", asks="address_confirm"),
        line("电话不对", "手机号", asks="address_phone"),
        line("13700137000", "李四 13700137000", asks="address_confirm"),
        line("确认", "改好了"),
    )

    assert (await address_of(chat, order_no)).phone == "13700137000"


async def test_a_district_of_another_city_needs_its_city(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat)

    await play(
        chat,
        line("地址改成鼓楼区中山北路100号", "鼓楼区在哪个省", asks="address_place",
             intent="change_address"),
        line("江苏省南京市", "江苏省 南京市 鼓楼区中山北路100号", asks="address_confirm"),
        line("地址改成西湖区文三路9号", asks="address_confirm"),
    )  # fmt: skip


async def test_a_house_number_alone_does_not_lose_the_street(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_bought(chat)

    await play(
        chat,
        line("门牌号填错了，是502", "从街道写到门牌号", asks="address_place",
             intent="change_address"),
        line("文三路1号2幢502", "西湖区 文三路1号2幢502", asks="address_confirm"),
        line("确认", "改好了"),
    )  # fmt: skip
    assert (await address_of(chat, order_no)).region == ADDRESS.region


@pytest.mark.parametrize("no", ["不用", "算了", "先不改"])
async def test_nothing_changes_without_a_yes(chat: Chat, no: str) -> None:
    await chat.says("你好")
    order_no = await has_bought(chat)

    await play(
        chat,
        line("改地址", asks="address_place"),
        line(WHOLE, asks="address_confirm"),
        line(no, "没改", asks=""),
        line("改地址", asks="address_place"),
        line(no, "没改", asks=""),
        line("改地址", asks="address_place"),
        line(WHOLE, asks="address_confirm"),
        line("今天天气怎么样", never=("改好了",), asks=""),
        line("好的", never=("改好了",)),
    )

    assert await address_of(chat, order_no) == ADDRESS
    assert await rows(chat, AddressChange) == []


async def test_the_same_address_is_no_change(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat)

    await play(chat, line("电话改成13800138000", "一样，不用改", intent="change_address"))


@pytest.mark.parametrize(
    ("states", "reason"),
    [
        ((OrderState.PACKED,), "已经打包"),
        ((OrderState.PACKED, OrderState.SHIPPED), "已经发出"),
    ],
)
async def test_a_packed_order_is_refused_honestly_and_a_person_is_told(
    chat: Chat, states: tuple[OrderState, ...], reason: str
) -> None:
    await chat.says("你好")
    order_no = await has_bought(chat)
    await chat.says("改地址")
    await chat.says(WHOLE)
    await is_moved(chat, order_no, *states)

    await play(
        chat,
        line("确认", reason, "改不了", never=("改好了",), asks=""),
        line("改地址", reason, asks=""),
    )

    assert await address_of(chat, order_no) == ADDRESS
    told = [each.subject for each in await rows(chat, ShopEvent) if each.kind == "person_wanted"]
    assert [(each["reason"], each["order_no"]) for each in told] == [("change_address", order_no)]


@pytest.mark.parametrize("state", [OrderState.RECEIVED, OrderState.FINISHED])
async def test_an_order_that_arrived_is_not_called_sent(chat: Chat, state: OrderState) -> None:
    await chat.says("你好")
    order_no = await has_bought(chat)
    path = [OrderState.PACKED, OrderState.SHIPPED, OrderState.RECEIVED, OrderState.FINISHED]
    await is_moved(chat, order_no, *path[: path.index(state) + 1])

    await play(chat, line(f"订单{order_no}改地址", "改不了", never=("发出", "记下"), asks=""))

    assert "person_wanted" not in [each.kind for each in await rows(chat, ShopEvent)]


async def test_an_address_changed_elsewhere_is_read_back_again(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_bought(chat)
    await chat.says("帮我改一下电话")
    await chat.says("13900139000")
    customer_id = await chat.customer_id()
    moved = replace(ADDRESS, detail="中山北路100号")
    await chat.database.write(
        lambda session: change_address(
            session, chat.shop.sealer, customer_id, order_no, moved, actor="agent:1",
            now=chat.clock.now(),
        )
    )  # fmt: skip

    await play(chat, line("确认", "中山北路100号", never=("改好了",), asks="address_confirm"))
    assert (await address_of(chat, order_no)).phone == ADDRESS.phone
    await play(chat, line("确认", "改好了"))
    assert await address_of(chat, order_no) == replace(moved, phone="13900139000")


@pytest.mark.parametrize(
    ("said", "heard"),
    [("退订", "已退订"), ("TD", "已退订"), ("转人工", "已经记下"), ("取消", ""), ("退款", ""),
     ("查物流", ""), ("多少钱", "")],
)  # fmt: skip
@pytest.mark.parametrize("question", ["换个收货人", "改地址", "收货信息要改一下"])
async def test_an_errand_is_nobodys_name_and_no_street(
    chat: Chat, said: str, heard: str, question: str
) -> None:
    await chat.says("你好")
    await has_bought(chat)

    await play(
        chat,
        line(question, "新的", intent="change_address"),
        line(said, heard, never=(f"{said} 138", f" {said}\n", "“确认”修改")),
    )


async def test_what_is_no_street_is_asked_for_again(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat)

    await play(
        chat,
        line("改地址", asks="address_place"),
        line("嗯嗯嗯我想想看哈", "哪条街", never=("“确认”修改",), asks="address_place",
             intent="nlu_fallback"),
        line("幸福里3栋", "西湖区 幸福里3栋", asks="address_confirm"),
        line("嗯 改吧", "改好了"),
    )  # fmt: skip


async def test_a_sentence_about_the_phone_is_no_street(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_bought(chat)

    await play(
        chat,
        line("电话写错了想改下手机号", "手机号", asks="address_phone", intent="change_address"),
        line("13912345678", ADDRESS.detail, never=("写错",), asks="address_confirm"),
        line("嗯 改吧", "改好了"),
    )
    assert await address_of(chat, order_no) == replace(ADDRESS, phone="13912345678")


async def test_which_of_several_orders_is_asked(chat: Chat) -> None:
    await chat.says("你好")
    first = await has_bought(chat, LIPSTICK)
    second = await has_bought(chat, MILK)

    await play(
        chat,
        line("改地址", "1. 订单", "第几笔", asks="address_order"),
        line("第二个", "新的地址", asks="address_place"),
        line(WHOLE, first, asks="address_confirm"),
        line("确认", "改好了", first),
    )
    assert await address_of(chat, first) == NEW
    assert await address_of(chat, second) == ADDRESS


async def test_somebody_elses_order_and_addresses_stay_hidden(open_chat: OpenChat) -> None:
    alice, mallory = open_chat("o-alice"), open_chat("o-mallory")
    await alice.says("你好")
    await mallory.says("你好")
    order_no = await has_bought(alice)
    secrets = (ADDRESS.recipient, ADDRESS.detail, "13800138000", "138****8000")

    await play(
        mallory,
        line(f"订单{order_no}改地址", "没有查到", never=secrets, asks=""),
        line("改地址", "没有还能改", never=secrets),
        line("我的地址", "还没有保存过", never=secrets),
    )
    await play(alice, line("我的地址", "王** 138****8000", "文三路", never=("301",)))


async def test_own_addresses_are_listed_once_and_masked(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat)
    customer_id = await chat.customer_id()
    for each in (NEW, ADDRESS, NEW):
        chat.clock.advance(seconds=1)
        await chat.database.write(
            save_address, chat.shop.sealer, customer_id, each, chat.clock.now()
        )

    answer = await chat.words("我的收货地址")

    assert "1. 李* 139****9000 江苏省 南京市 鼓楼区 中山北路***号*栋***" in answer
    assert "2. 王** 138****8000" in answer
    assert "3. " not in answer


async def test_no_address_is_left_in_the_conversations_memory(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat)
    await play(chat, line("改地址", asks="address_place"), line(WHOLE, asks="address_confirm"))

    memory = (await chat.memory()).model_dump_json()
    assert not [each for each in ("李四", "13900139000", "中山北路") if each in memory]


HOME = ("浙江省 杭州市 西湖区", "文三路1号")
PLACES = [
    ("张三 13800138000 浙江省杭州市西湖区文三路1号", ("张三", "13800138000", *HOME)),
    ("浙江省杭州市西湖区文三路1号 张三 13800138000", ("张三", "13800138000", *HOME)),
    ("收货人：张三，电话：138 0013 8000，地址：浙江省杭州市西湖区文三路1号",
     ("张三", "13800138000", *HOME)),
    ("麻烦把地址改成浙江省杭州市西湖区文三路1号，李四收，13900139000",
     ("李四", "13900139000", *HOME)),
    ("收件人改成欧阳娜娜", ("欧阳娜娜", "", "", "")),
    ("電話換成13900139000", ("", "13900139000", "", "")),
    ("电话改成 010-62770000", ("", "010-62770000", "", "")),
    ("从13800138000改成13900139000", ("", "13900139000", "", "")),
    ("寄到北京市朝阳区建国路88号院5号楼2单元1201吧",
     ("", "", "北京市 朝阳区", "建国路88号院5号楼2单元1201")),
    ("地址改成文三路9号", ("", "", "", "文三路9号")),
    ("改一下收货地址", ("", "", "", "")),
    ("地址写错了，帮我换一个", ("", "", "", "")),
    ("亲，地址改好了告诉我一声", ("", "", "", "")),
    ("电话写错了，应该是13900139000", ("", "13900139000", "", "")),
    ("能帮忙把手机号换成 139 0013 9000 吗", ("", "13900139000", "", "")),
    ("李四 13900139000", ("李四", "13900139000", "", "")),
    ("我搬家了，改到文三路1号", ("", "", "", "文三路1号")),
    ("王老五收，浙江省杭州市西湖区文三路1号", ("王老五", "", *HOME)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "parts"), PLACES, ids=[each[0] for each in PLACES])
def test_an_address_is_read_as_people_write_it(text: str, parts: tuple[str, str, str, str]) -> None:
    assert parts_in(text) == AddressParts(*parts)


def test_a_district_is_foreign_unless_the_region_holds_it() -> None:
    assert foreign_district("余杭区文一西路1号", "浙江省 杭州市 西湖区") == "余杭区"
    assert foreign_district("西湖区文三路1号", "浙江省 杭州市 西湖区") == ""
    assert foreign_district("文三路1号", "浙江省 杭州市 西湖区") == ""
