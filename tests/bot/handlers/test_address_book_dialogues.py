"""The customer's own addresses in chat: told, added part by part, removed, one the default."""

import pytest

from commerce.customers.address_book import BookAddress, list_book
from commerce.customers.addresses import AddressInput
from tests.bot.handlers.buying import has_bought
from tests.bot.handlers.conftest import OpenChat
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import line, play
from tests.commerce.shop import ADDRESS

HOME = "张三 13800138000 浙江省杭州市西湖区文三路1号"
OFFICE = "李四 13900139000 江苏南京鼓楼区中山北路100号"
AT_HOME = AddressInput("张三", "13800138000", "浙江省 杭州市 西湖区", "文三路1号")
AT_OFFICE = AddressInput("李四", "13900139000", "江苏省 南京市 鼓楼区", "中山北路100号")


async def book(chat: Chat) -> list[BookAddress]:
    """The customer's addresses."""
    customer_id = await chat.customer_id()
    return await chat.database.read(
        lambda session: list_book(session, chat.shop.sealer, customer_id)
    )


async def keeps(chat: Chat, *written: str) -> None:
    """The customer keeps these addresses, in this order."""
    await chat.says("你好")
    for each in written:
        await play(chat, line(f"加个地址 {each}", "这样对吗"), line("确认", "存好了"))


async def test_a_whole_address_is_read_back_and_kept_by_a_yes(chat: Chat) -> None:
    await chat.says("你好")
    await play(
        chat,
        line("加个地址", "收件人、电话和地址", asks="book_what"),
        line(HOME, "张三 13800138000", "浙江省 杭州市 西湖区 文三路1号", asks="book_confirm"),
    )
    assert await book(chat) == []

    await play(chat, line("确认", "存好了", "默认地址", asks=""))

    (kept,) = await book(chat)
    assert (kept.address, kept.is_default) == (AT_HOME, True)


async def test_what_is_missing_is_asked_one_thing_at_a_time(chat: Chat) -> None:
    await chat.says("你好")
    await play(
        chat,
        line("帮我新增一个收货地址", "收件人、电话和地址", asks="book_what"),
        line("江苏南京", "江苏省 南京市，还差街道和门牌号", asks="book_place"),
        line("中山北路100号", "手机号", asks="book_phone"),
        line("139 0013", "认不出来", asks="book_phone"),
        line("13900139000", "收件人叫什么", asks="book_recipient"),
        line("李四", "李四 13900139000", "江苏省 南京市 中山北路100号", asks="book_confirm"),
        line("不对", "哪里不对", asks="book_confirm"),
        line("不对，是王五", "王五 13900139000", asks="book_confirm"),
        line("电话不对", "手机号", asks="book_phone"),
        line("13700137000", "王五 13700137000", asks="book_confirm"),
        line("确认", "存好了"),
    )

    (kept,) = await book(chat)
    assert kept.address == AddressInput("王五", "13700137000", "江苏省 南京市", "中山北路100号")


async def test_a_street_without_a_city_needs_its_city(chat: Chat) -> None:
    await chat.says("你好")
    await play(
        chat,
        line("加个地址 李四 13900139000 鼓楼区中山北路100号", "鼓楼区在哪个省", asks="book_place"),
        line("江苏省", "哪个市", asks="book_place"),
        line("江苏省南京市", "江苏省 南京市 鼓楼区中山北路100号", asks="book_confirm"),
    )


async def test_the_city_alone_finds_its_province(chat: Chat) -> None:
    await chat.says("你好")
    await play(
        chat,
        line("保存地址：昆山市前进路12号，李四，13900139000", "江苏省 苏州市 昆山市 前进路12号"),
        line("好的", "存好了"),
    )


async def test_an_address_alone_is_meant_for_the_book(chat: Chat) -> None:
    await chat.says("你好")
    await play(
        chat,
        line(HOME, "要存的地址", asks="book_confirm", intent="nlu_fallback"),
        line("不用", "没有存", asks=""),
        line(HOME, "要存的地址", asks="book_confirm", intent="change_address"),
        line("是", "存好了"),
        line(HOME, "要存的地址", intent="nlu_fallback"),
        line("是", "之前就存过了"),
    )

    assert len(await book(chat)) == 1


@pytest.mark.parametrize("no", ["不用", "算了", "先不存了"])
async def test_nothing_is_kept_without_a_yes(chat: Chat, no: str) -> None:
    await chat.says("你好")
    await play(
        chat,
        line("加个地址", asks="book_what"),
        line(no, "没有存", asks=""),
        line(f"加个地址 {HOME}", asks="book_confirm"),
        line(no, "没有存", asks=""),
        line(f"加个地址 {HOME}", asks="book_confirm"),
        line("今天天气怎么样", never=("存好了",), asks=""),
        line("好的", never=("存好了",)),
    )

    assert await book(chat) == []


async def test_the_book_is_told_masked_with_its_default(chat: Chat) -> None:
    await keeps(chat, HOME, OFFICE)

    await play(
        chat,
        line("我的地址", "1. 张* 138****8000 浙江省 杭州市 西湖区 文三路*号（默认）",
             "2. 李* 139****9000 江苏省 南京市 鼓楼区 中山北路***号",
             never=("13800138000", "13900139000")),
        line("默认地址", "您的默认地址：张*"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "said",
    ["默认地址换成第二个", "把第二个地址设为默认", "默认改成第二个", "第二个设成默认的",
     "第2个地址作为默认地址"],
)  # fmt: skip
async def test_another_becomes_the_default(chat: Chat, said: str) -> None:
    await keeps(chat, HOME, OFFICE)

    await play(chat, line("我的地址", "2. 李*"), line(said, "默认地址改好了：李*", asks=""))

    assert [(each.address, each.is_default) for each in await book(chat)] == [
        (AT_OFFICE, True),
        (AT_HOME, False),
    ]


async def test_which_shall_be_the_default_is_asked(chat: Chat) -> None:
    await keeps(chat, HOME, OFFICE)

    await play(
        chat,
        line("换默认", "1. 张*", "第几个", asks="book_which_default"),
        line("第五个", "没有第5个", asks=""),
        line("换个默认地址", "第几个", asks="book_which_default"),
        line("2", "默认地址改好了：李*", asks=""),
    )


@pytest.mark.parametrize("said", ["删除第二个地址", "把第二个地址删掉", "第二个地址不要了"])
async def test_an_address_goes_only_after_a_yes(chat: Chat, said: str) -> None:
    await keeps(chat, HOME, OFFICE)

    await play(
        chat,
        line(said, "李* 139****9000", "回复“是”删除", asks="book_remove"),
        line("不用", "都留着", asks=""),
    )
    assert len(await book(chat)) == 2
    await play(chat, line(said, asks="book_remove"), line("是", "地址已删除", asks=""))

    assert [each.address for each in await book(chat)] == [AT_HOME]


async def test_which_shall_go_is_asked_and_the_only_one_is_meant(chat: Chat) -> None:
    await keeps(chat, HOME, OFFICE)

    await play(
        chat,
        line("删除地址", "1. 张*", "第几个", asks="book_which_remove"),
        line("第一个", "张*", asks="book_remove"),
        line("是的", "地址已删除"),
        line("删除地址", "李*", asks="book_remove"),
        line("是", "地址已删除"),
        line("删除地址", "还没有保存过"),
        line("默认地址", "还没有保存过"),
    )


async def test_a_position_means_the_book_only_while_it_is_in_view(chat: Chat) -> None:
    await keeps(chat, HOME, OFFICE)
    await play(
        chat,
        line("口红"),
        line("第一个加购物车"),
        line("看看购物车"),
        line("删掉第一个", never=("删除这个地址",)),
    )
    assert len(await book(chat)) == 2

    await play(
        chat, line("我的地址", "2. 李*"), line("删掉第二个", "删除这个地址", asks="book_remove")
    )


async def test_what_is_said_of_an_order_is_not_about_the_book(chat: Chat) -> None:
    await keeps(chat, OFFICE)
    order_no = await has_bought(chat)

    await play(
        chat,
        line("改地址", "新的地址", asks="address_place"),
        line(HOME, order_no, asks="address_confirm"),
        line("确认", "改好了"),
    )


async def test_somebody_elses_addresses_stay_hidden(open_chat: OpenChat) -> None:
    alice, mallory = open_chat("o-alice"), open_chat("o-mallory")
    await keeps(alice, HOME)
    await mallory.says("你好")

    secrets = ("张", "138", ADDRESS.detail)
    await play(
        mallory,
        line("我的地址", "还没有保存过", never=secrets),
        line("删除第一个地址", "还没有保存过", never=secrets),
        line("默认地址", "还没有保存过", never=secrets),
    )
    assert len(await book(alice)) == 1


async def test_no_address_is_left_in_the_conversations_memory(chat: Chat) -> None:
    await chat.says("你好")
    await play(chat, line("加个地址", asks="book_what"), line(HOME, asks="book_confirm"))

    memory = (await chat.memory()).model_dump_json()
    assert not [each for each in ("张三", "13800138000", "文三路") if each in memory]
