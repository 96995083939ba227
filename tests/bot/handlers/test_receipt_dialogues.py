"""确认收货: asked, confirmed by a yes, and never taken from words that say something else."""

from collections.abc import Callable

import pytest
from sqlmodel import Session

from commerce.inserting import id_of
from commerce.ordering.orders import get_order, list_lines
from commerce.ordering.tables import OrderState
from commerce.parcels.shipping import ship
from commerce.parcels.tables import ParcelState
from tests.bot.handlers.buying import LIPSTICK, has_bought, has_received, state_of
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import line, play
from tests.bot.handlers.test_parcel_dialogues import carrier_says


async def leaves(chat: Chat, order_no: str, pieces: int | None = None, tail: int = 1) -> int:
    """A parcel of an order leaves, with so many pieces of its first line."""
    customer_id, now = await chat.customer_id(), chat.clock.now()

    def hand_over(session: Session) -> int:
        order = get_order(session, customer_id, order_no)
        first = id_of(list_lines(session, order)[0])
        parcel = ship(
            session,
            id_of(order),
            carrier="yto",
            tracking_no=f"YT880000000000{tail}",
            actor="agent:1",
            now=now,
            pieces=None if pieces is None else {first: pieces},
        )
        return id_of(parcel)

    return await chat.database.write(hand_over)


@pytest.mark.parametrize(
    "words", ["确认收货", "我收到货了", "包裹收到了", "你好，我要确认收货。", "都收到货啦"]
)
async def test_an_order_is_received_after_a_yes(chat: Chat, words: str) -> None:
    await chat.says("你好")
    order_no = await has_received(chat)

    await play(
        chat,
        line(words, order_no, "都收到了吗", asks="confirm_receipt"),
        line("是", order_no, "已确认收货", "7天内", asks=""),
    )

    assert await state_of(chat, order_no) == OrderState.RECEIVED
    assert "之前已经确认过" in await chat.words("确认收货")


@pytest.mark.parametrize("words", ["不用", "还没", "还没收到", "先不确认"])
async def test_without_a_yes_nothing_is_confirmed(chat: Chat, words: str) -> None:
    await chat.says("你好")
    order_no = await has_received(chat)

    await play(
        chat,
        line("确认收货", asks="confirm_receipt"),
        line(words, "先不确认", asks=""),
        line("是", never=("已确认收货",)),
    )

    assert await state_of(chat, order_no) == OrderState.SHIPPED


async def test_something_else_said_closes_the_question(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_received(chat)

    await play(
        chat,
        line("确认收货", asks="confirm_receipt"),
        line("购物车", "空", asks=""),
        line("是", never=("已确认收货",)),
    )

    assert await state_of(chat, order_no) == OrderState.SHIPPED


@pytest.mark.parametrize(
    "words",
    [
        "没收到货",
        "收到货了吗",
        "收到的货是坏的",
        "怎么确认收货",
        "什么时候能收到货",
        "收到",
        "好的收到",
    ],
)
async def test_words_about_receiving_are_no_receipt(chat: Chat, words: str) -> None:
    await chat.says("你好")
    await has_received(chat)

    await chat.says(words)

    assert await chat.step() != "confirm_receipt"


async def test_bare_words_count_once_the_carrier_says_so_too(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_bought(chat)
    parcel = await leaves(chat, order_no)
    await chat.hears()

    await chat.says("收到了")
    assert await chat.step() != "confirm_receipt"
    await carrier_says(chat, parcel, ParcelState.DELIVERED, "已签收")
    await chat.hears()

    await play(chat, line("我收到了", order_no, asks="confirm_receipt"))


async def test_of_several_orders_the_customer_says_which(chat: Chat) -> None:
    await chat.says("你好")
    first = await has_received(chat)
    second = await has_received(chat)

    await play(
        chat,
        line("确认收货", first, second, "第几笔", asks="which_received"),
        line("第二个", first, asks="confirm_receipt"),
        line("是的", first, "已确认收货"),
    )

    assert await state_of(chat, first) == OrderState.RECEIVED
    assert await state_of(chat, second) == OrderState.SHIPPED


async def test_what_has_not_left_cannot_have_come(chat: Chat) -> None:
    await chat.says("你好")
    assert "没有在路上" in await chat.words("确认收货")
    order_no = await has_bought(chat, LIPSTICK, 3)
    assert "还不能确认收货" in await chat.words("确认收货")

    await leaves(chat, order_no, 1)

    assert "还有2件没发出" in await chat.words("我收到货了")


async def test_an_order_with_an_open_request_waits_for_it(chat: Chat) -> None:
    await chat.says("你好")
    await has_received(chat)
    await play(
        chat,
        line("我要退货", intent="request_refund"),
        line("尺码不合适"),
        line("确认"),
    )

    reply = await chat.words("确认收货")

    assert "售后申请" in reply
    assert await chat.step() == ""


async def test_nobody_confirms_the_order_of_another(
    chat: Chat, open_chat: Callable[[str], Chat]
) -> None:
    await chat.says("你好")
    order_no = await has_received(chat)
    stranger = open_chat("o-stranger")
    await stranger.says("你好")

    number = {"order_no": [order_no]}
    reply = await stranger.words(f"确认收货{order_no}", intent="order_status", entities=number)

    assert "没有查到" in reply
    assert await state_of(chat, order_no) == OrderState.SHIPPED


async def test_each_parcel_is_told_with_what_it_holds_and_what_is_to_come(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_bought(chat, LIPSTICK, 3)

    await leaves(chat, order_no, 1)
    (first,) = [getattr(each, "content", "") for each in await chat.hears()]
    status = await chat.words("快递到哪了")
    await leaves(chat, order_no, tail=2)
    (second,) = [getattr(each, "content", "") for each in await chat.hears()]

    assert "第1个包裹已发出：圆通速递 YT8800000000001" in first
    assert "×1" in first
    assert "还有2件随后发出" in first
    assert "还有2件没发出" in status
    assert "第2个包裹已发出：圆通速递 YT8800000000002" in second
    assert "都发出了" in second
