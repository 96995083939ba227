"""Money and goods back, as the customer hears of it: before the yes, and at every step after."""

from typing import Any

import pytest
from sqlmodel import Session

from bot.handlers.aftersale_return_words import told_of_parcel
from bot.messages import reply_as_words
from commerce.aftersale import deciding
from commerce.aftersale.requests import open_request
from commerce.aftersale.tables import Reason, RequestKind
from commerce.inserting import id_of
from commerce.knowledge.facts import set_fact
from commerce.ordering.orders import get_order, list_lines
from tests.bot.handlers.buying import (
    LIPSTICK,
    MILK,
    gets_back,
    has_bought,
    has_its_money,
    has_received,
    only_request,
)
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import line, play

ADDRESS = "杭州市余杭区掌柜路18号 售后组 400-000-0000"
NUMBER = "YT1234567890123"


async def heard(chat: Chat) -> str:
    """What the shop said by itself."""
    return "\n".join(map(reply_as_words, await chat.hears()))


async def shop_agrees(chat: Chat, number: str, note: str = "") -> str:
    """The shop's people agree; what the customer hears of it."""

    def agree(session: Session) -> None:
        deciding.agree(session, number, actor="agent:1", note=note, now=chat.clock.now())

    await chat.database.write(agree)
    return await heard(chat)


async def asks_for_return(chat: Chat) -> str:
    """The number of a new request to give goods back, agreed by the shop, whose address is told."""
    await chat.database.write(set_fact, "退货地址", ADDRESS, chat.clock.now())
    order_no, customer_id = await has_received(chat), await chat.customer_id()

    def ask(session: Session) -> str:
        order = get_order(session, customer_id, order_no)
        request = open_request(
            session,
            chat.shop.sealer,
            customer_id=customer_id,
            order_id=id_of(order),
            pieces={id_of(each): each.quantity for each in list_lines(session, order)},
            kind=RequestKind.RETURN_REFUND,
            reason=Reason.UNWANTED,
            words="不喜欢",
            now=chat.clock.now(),
        )
        return request.request_no

    number = await chat.database.write(ask)
    await shop_agrees(chat, number)
    return number


async def test_the_amount_is_told_before_the_yes_and_at_every_step(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat, MILK, 3)

    await play(
        chat,
        line("我要退款", "几件"),
        line("一件", "什么原因"),
        line("不想要了", "预计退¥65，原路退回", asks="aftersale_confirm", never=("已退",)),
        line("确认", "已经登记"),
    )
    request = await only_request(chat)
    assert request.amount_wanted == 6500
    told = await shop_agrees(chat, request.request_no)
    assert told.count("\n") == 0  # One message, not one of the request and one of the refund.
    assert "¥65已经请微信支付原路退回" in told
    await play(
        chat,
        line("退款到账了吗", "正在退款", "还没到账", "店里处理→【退款】→到账", never=("已原路",)),
    )

    await has_its_money(chat, request.request_no)

    assert await heard(chat) == f"您的退款申请 {request.request_no} 已经办完了：¥65已原路退回。"


async def test_goods_go_back_with_a_number_and_the_money_follows(chat: Chat) -> None:
    await chat.says("你好")
    number = await asks_for_return(chat)

    await play(
        chat,
        line("售后进度", ADDRESS, "快递公司和单号", "【您寄回】"),
        line(f"寄回去了 圆通 {NUMBER}", number, f"圆通速递 {NUMBER}", "【寄回途中】", asks=""),
        line("售后进度", "寄回途中", NUMBER),
    )
    assert (await only_request(chat)).state == "returning"
    await gets_back(chat, number)
    told = await heard(chat)
    assert "检查没问题" in told
    assert "正在检查" not in told  # It was looked at already.
    await has_its_money(chat, number)
    assert "¥129已原路退回" in await heard(chat)


async def test_where_goods_go_back_to_is_told_when_the_shop_agrees(chat: Chat) -> None:
    await chat.says("你好")
    await chat.database.write(set_fact, "退货地址", ADDRESS, chat.clock.now())
    await has_received(chat)
    await chat.says("不喜欢，要退货", intent="request_refund")
    await chat.says("确认")

    told = await shop_agrees(chat, (await only_request(chat)).request_no, note="请保留包装")

    assert "请保留包装。" in told
    assert f"请寄到：{ADDRESS}。寄出后把快递公司和单号发给我。" in told
    assert "收到并检查没问题后，退您¥129。" in told


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("东西寄回去了", "哪家快递，单号是多少"),
        ("已经寄出了，顺丰", "快递单号是多少"),
        ("寄回去了 123456789012", "哪家快递"),
    ],
)
async def test_what_is_not_told_is_asked(chat: Chat, said: str, asked: str) -> None:
    await chat.says("你好")
    number = await asks_for_return(chat)

    await play(
        chat,
        line(said, asked, asks="return_parcel"),
        line("顺丰 SF1234567890123", number, "顺丰速运 SF1234567890123", asks=""),
    )


async def test_a_bare_number_is_taken_for_the_parcel_that_is_waited_for(chat: Chat) -> None:
    await chat.says("你好")
    await play(chat, line(NUMBER, never=("记下了",)))
    number = await asks_for_return(chat)

    await play(chat, line(NUMBER, number, f"圆通速递 {NUMBER}"))


@pytest.mark.parametrize(
    "said", ["怎么寄回去", "寄到哪里", f"{NUMBER}到哪了", "换的寄出了吗", "还没寄", "我的订单"]
)
async def test_questions_are_not_taken_for_a_parcel(chat: Chat, said: str) -> None:
    await chat.says("你好")
    await asks_for_return(chat)

    await play(chat, line(said, never=("记下了", "单号是多少")))

    assert (await only_request(chat)).state == "agreed"


async def test_which_of_several_parcels_it_is_is_asked(chat: Chat) -> None:
    await chat.says("你好")
    first = await asks_for_return(chat)
    second = await asks_for_return(chat)

    await play(
        chat,
        line(f"寄回去了 圆通 {NUMBER}", "1. 申请", "2. 申请", "第几个", asks="return_parcel"),
        line("第二个", first, f"圆通速递 {NUMBER}", asks=""),
        line("另一个也寄了 申通 77312345678901", second, "申通快递 77312345678901"),
    )


async def test_a_number_told_with_the_requests_own_goes_there(chat: Chat) -> None:
    await chat.says("你好")
    first = await asks_for_return(chat)
    await asks_for_return(chat)

    await play(chat, line(f"{first} 寄回了 京东 JD12345678901", first, "京东物流 JD12345678901"))


async def test_who_changes_their_mind_is_not_asked_on(chat: Chat) -> None:
    await chat.says("你好")
    number = await asks_for_return(chat)

    await play(
        chat,
        line("寄回去了", asks="return_parcel"),
        line("不用了", "寄出后再", asks=""),
        line("不退了", f"要撤销申请 {number}", intent="request_refund"),
        line("确认", "已撤销"),
        line(f"寄回去了 圆通 {NUMBER}", never=("记下了",)),
    )


async def test_an_exchange_is_told_when_it_leaves(chat: Chat) -> None:
    await chat.says("你好")
    await has_received(chat, LIPSTICK)
    await chat.says("颜色不喜欢想换一件", intent="request_refund")
    await chat.says("确认")
    request = await only_request(chat)
    await shop_agrees(chat, request.request_no)

    def resend(session: Session) -> None:
        about: dict[str, Any] = {"actor": "agent:1", "note": "", "now": chat.clock.now()}
        deciding.arrive(session, request.request_no, **about)
        deciding.resend(
            session, request.request_no, carrier="sf", tracking_no="SF1234567890", **about
        )

    await chat.database.write(resend)

    assert "换的商品寄出了：顺丰速运 SF1234567890" in await heard(chat)
    await play(chat, line("售后进度", "换的已寄出", "SF1234567890", "【换的寄出】"))


async def test_less_than_was_paid_is_told_with_the_reason(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat)
    await chat.says("不想要了，退款", intent="request_refund")
    await chat.says("确认")
    number = (await only_request(chat)).request_no

    def agree(session: Session) -> None:
        deciding.agree(
            session, number, actor="agent:1", note="包装费5元不退", amount=12400,
            now=chat.clock.now(),
        )  # fmt: skip

    await chat.database.write(agree)

    assert "包装费5元不退。¥124已经请微信支付原路退回" in await heard(chat)


@pytest.mark.parametrize(
    ("said", "carrier", "number", "is_sent"),
    [
        (f"寄回去了 圆通 {NUMBER}", "yto", NUMBER, True),
        ("已经寄了，顺丰快递sf1234567890123", "sf", "SF1234567890123", True),
        ("退回去了，单号773123456789012，申通的", "sto", "773123456789012", True),
        ("快递寄出去了", "", "", True),
        ("邮政的，9876543210987", "post", "9876543210987", False),
        ("13800138000", "", "", False),
        ("SH261111123456寄了", "", "", True),
        ("SH261111123456 寄了 EMS 1234567890123", "ems", "1234567890123", True),
        ("什么时候寄回去了算数", "", "", False),
        ("寄了吗", "", "", False),
    ],
)
def test_what_a_message_tells_of_a_parcel(
    said: str, carrier: str, number: str, is_sent: bool
) -> None:
    told = told_of_parcel(said)

    assert (told.carrier, told.tracking_no, told.is_sent) == (carrier, number, is_sent)
