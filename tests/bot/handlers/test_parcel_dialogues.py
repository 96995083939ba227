"""快递到哪了: the timeline of one's own parcels, and a polite question to the carrier."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session

from bot.messages import Text
from commerce.inserting import id_of
from commerce.ordering.orders import get_order
from commerce.parcels import tracking
from commerce.parcels.shipping import ship
from commerce.parcels.tables import Parcel, ParcelState
from commerce.parcels.tracking import Scan, Track
from tests.bot.handlers.buying import has_ordered, has_paid
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import line, play

NUMBER = "YT8800000000001"


async def has_shipped(chat: Chat, order_no: str, number: str = NUMBER) -> int:
    customer_id, now = await chat.customer_id(), chat.clock.now()

    def hand_over(session: Session) -> int:
        order = get_order(session, customer_id, order_no)
        parcel = ship(
            session, id_of(order), carrier="yto", tracking_no=number, actor="agent:1", now=now
        )
        return id_of(parcel)

    return await chat.database.write(hand_over)


async def carrier_says(chat: Chat, parcel_id: int, state: ParcelState, *words: str) -> None:
    now = chat.clock.now()
    scans = tuple(Scan(now - timedelta(hours=n), each) for n, each in enumerate(words))
    await chat.database.write(
        tracking.record, chat.shop.sealer, parcel_id, Track(state, scans), now
    )


async def says(chat: Chat, text: str) -> str:
    (reply,) = await chat.says(text)
    assert isinstance(reply, Text)
    return reply.content


async def test_a_shipped_order_is_told_with_carrier_and_number(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat)
    await has_paid(chat, order_no)
    await has_shipped(chat, order_no)

    (told,) = await chat.hears()

    assert isinstance(told, Text)
    assert order_no in told.content
    assert f"圆通速递 {NUMBER}" in told.content


async def test_the_timeline_is_told_newest_first(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat)
    await has_paid(chat, order_no)
    parcel = await has_shipped(chat, order_no)
    await chat.hears()
    await carrier_says(chat, parcel, ParcelState.MOVING, "已到达上海转运中心", "已被滨江营业点揽收")

    reply = await says(chat, "快递到哪了")

    assert order_no in reply
    assert "运输中" in reply
    assert reply.index("上海转运中心") < reply.index("滨江营业点")


async def test_a_change_worth_hearing_is_told_once(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat)
    await has_paid(chat, order_no)
    parcel = await has_shipped(chat, order_no)
    await chat.hears()

    await carrier_says(chat, parcel, ParcelState.MOVING, "运输")
    assert await chat.hears() == []
    await carrier_says(chat, parcel, ParcelState.DELIVERING, "派送", "运输")
    told = await chat.hears()
    await carrier_says(chat, parcel, ParcelState.DELIVERING, "派送", "运输")

    assert [isinstance(each, Text) and "正在派送" in each.content for each in told] == [True]
    assert await chat.hears() == []


async def test_a_parcel_moved_on_before_it_could_be_told_is_told_as_it_is(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat)
    await has_paid(chat, order_no)
    parcel = await has_shipped(chat, order_no)
    await chat.hears()

    await carrier_says(chat, parcel, ParcelState.DELIVERING, "派送")
    await carrier_says(chat, parcel, ParcelState.DELIVERED, "签收", "派送")

    (told,) = await chat.hears()
    assert isinstance(told, Text)
    assert "已签收" in told.content


async def test_asking_brings_the_question_to_the_carrier_forward(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat)
    await has_paid(chat, order_no)
    parcel = await has_shipped(chat, order_no)
    await chat.hears()
    chat.clock.advance(seconds=5)

    await says(chat, "物流信息怎么不更新")

    asked = await chat.database.read(lambda session: session.get_one(Parcel, parcel).next_ask_at)
    assert asked is not None
    assert asked <= chat.clock.now()


async def test_an_order_not_yet_shipped_says_so(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat)
    assert "还没付款" in await says(chat, "快递到哪了")
    await has_paid(chat, order_no)

    assert "还没发货" in await says(chat, "快递到哪了")


async def test_nobody_hears_of_somebody_elses_parcel(
    chat: Chat, open_chat: Callable[[str], Chat]
) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat)
    await has_paid(chat, order_no)
    await has_shipped(chat, order_no)
    stranger = open_chat("o-stranger")

    reply = await says(stranger, f"帮我查下这个单号 {NUMBER}")

    assert "没有查到" in reply
    assert order_no not in reply


async def test_delivered_but_not_received_gets_advice(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat)
    await has_paid(chat, order_no)
    parcel = await has_shipped(chat, order_no)
    await carrier_says(chat, parcel, ParcelState.DELIVERED, "已签收，签收人：门卫")
    await chat.hears()

    assert "转人工" in await says(chat, "显示签收了我没收到啊")


@pytest.mark.parametrize("words", ["快递单号多少", "派送员电话多少"])
async def test_number_and_hotline_are_given(chat: Chat, words: str) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat)
    await has_paid(chat, order_no)
    await has_shipped(chat, order_no)
    await chat.hears()

    reply = await says(chat, words)

    assert NUMBER in reply
    assert ("95554" in reply) == ("电话" in words)


@pytest.mark.parametrize("text", [NUMBER, f"查一下{NUMBER}", f"{NUMBER}这个单号帮我看看"])
async def test_a_message_that_is_nothing_but_a_number_looks_the_parcel_up(
    chat: Chat, text: str
) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat)
    await has_paid(chat, order_no)
    await has_shipped(chat, order_no)
    await chat.hears()

    heard = await chat.words(text, intent="deny", entities={"tracking_no": [NUMBER]})
    stranger = await chat.words(
        text.replace("YT88", "YT99"), intent="deny", entities={"tracking_no": ["YT9900000000001"]}
    )

    assert order_no in heard
    assert f"圆通速递 {NUMBER}" in heard
    assert "没有查到运单号 YT9900000000001" in stranger


async def test_the_bare_number_of_an_order_asks_for_it_whatever_it_was_taken_for(
    open_chat: Callable[..., Chat],
) -> None:
    alice, bob = open_chat("o-alice"), open_chat("o-bob")
    await bob.says("你好")
    await alice.says("你好")
    order_no = await has_ordered(alice)
    number = {"order_no": [order_no]}

    await play(
        alice,
        line(order_no, order_no, "待付款", intent="deny", entities=number),
        line(f"帮我查一下{order_no}", order_no, "待付款", intent="nlu_fallback", entities=number),
        line(f"订单号：{order_no} 谢谢", order_no, intent="thank", entities=number),
    )
    await play(bob, line(order_no, "没有查到", intent="deny", entities=number))
