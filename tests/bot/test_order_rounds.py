"""The clock's rounds among orders: one card in time, received, finished."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from bot.clock import FrozenClock
from bot.database import Database
from bot.listeners import Listeners
from bot.order_rounds import OrderRounds
from bot.turn import Shop
from commerce.inserting import id_of
from commerce.ordering.nudging import AHEAD
from commerce.ordering.tables import Order, OrderNudge, OrderState
from commerce.parcels.shipping import ship
from tests.bot.counter import Counter, open_counter
from tests.bot.listening.conftest import Make
from tests.bot.listening.hearing import hear_all, said
from tests.commerce import shop
from tests.commerce.shop import HOLD


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(shop.NOW)


@pytest.fixture
def chat(database: Database, clock: FrozenClock, empty_shop: Shop) -> Counter:
    return open_counter(database, clock, empty_shop)


@pytest.fixture
def rounds(chat: Counter, clock: FrozenClock) -> OrderRounds:
    return OrderRounds(chat.database, clock, chat.sealer)


@pytest.fixture
async def buyer(chat: Counter, message: Make) -> tuple[int, int]:
    """The ids of a customer who has just written, and of their conversation."""
    accepted = await chat.hear(message("闷着", sent_at=chat.clock.now()))
    talk = await chat.conversation()
    assert talk.customer_id is not None
    return talk.customer_id, accepted.conversation_id


def unpaid(chat: Counter, customer_id: int, conversation_id: int | None) -> Order:
    with chat.database.writing() as session:
        variant = shop.put_on_sale(session)
        return shop.place(session, customer_id, {variant: 1}, conversation_id=conversation_id)


def nudges(session: Session) -> int:
    return len(session.exec(select(OrderNudge)).all())


async def test_an_order_about_to_lapse_is_reminded_of_with_one_card(
    chat: Counter, rounds: OrderRounds, clock: FrozenClock, buyer: tuple[int, int]
) -> None:
    order = unpaid(chat, *buyer)
    clock.advance(seconds=(HOLD - AHEAD).total_seconds() - 1)
    await rounds.nudge_unpaid()
    assert await chat.outbox() == []

    clock.advance(seconds=1)
    for _ in range(3):
        await rounds.nudge_unpaid()

    ((_, card),) = await chat.outbox()
    assert card["type"] == "card"
    assert card["title"] == "还剩10分钟可付款：云朵拖鞋 ¥39"
    assert card["path"].startswith(f"pages/order/index?order_no={order.order_no}")
    assert [each["path"] for each in await chat.send_all()] == [card["path"]]
    assert (await chat.transcript())[-1] == ("bot", f"[小程序] {card['title']}")


async def test_who_cannot_be_written_to_then_is_not_reminded_later(
    chat: Counter, rounds: OrderRounds, clock: FrozenClock, buyer: tuple[int, int], message: Make
) -> None:
    unpaid(chat, *buyer)
    await chat.change_conversation(window_used=5)
    clock.advance(seconds=(HOLD - AHEAD).total_seconds())

    await rounds.nudge_unpaid()
    await chat.hear(message("闷着", sent_at=clock.now()))
    await rounds.nudge_unpaid()

    assert await chat.outbox() == []
    assert await chat.database.read(nudges) == 1


async def test_a_conversation_in_a_persons_hands_is_left_to_them(
    chat: Counter, rounds: OrderRounds, clock: FrozenClock, buyer: tuple[int, int]
) -> None:
    unpaid(chat, *buyer)
    await chat.change_conversation(owner="agent:1")
    clock.advance(seconds=(HOLD - AHEAD).total_seconds())

    await rounds.nudge_unpaid()

    assert await chat.outbox() == []


async def test_a_reminder_that_comes_too_late_is_not_sent(
    chat: Counter, rounds: OrderRounds, clock: FrozenClock, buyer: tuple[int, int]
) -> None:
    unpaid(chat, *buyer)
    clock.advance(seconds=(HOLD - AHEAD).total_seconds())
    await rounds.nudge_unpaid()

    clock.advance(seconds=AHEAD.total_seconds())

    assert await chat.send_all() == []
    assert [state for state, _ in await chat.outbox()] == ["failed"]


async def test_the_clock_receives_and_finishes_and_tells_the_customer(
    chat: Counter,
    rounds: OrderRounds,
    clock: FrozenClock,
    buyer: tuple[int, int],
) -> None:
    listeners = Listeners(chat.database, clock, chat.sealer, chat.sender)
    with chat.database.writing() as session:
        variant = shop.put_on_sale(session)
        order = shop.place(session, buyer[0], {variant: 1}, conversation_id=buyer[1])
        shop.pay(session, shop.begin_to_pay(session, order))
        ship(
            session,
            id_of(order),
            carrier="yto",
            tracking_no="YT8800000000001",
            actor="agent:1",
            now=clock.now(),
        )
    seen = []
    for days in (9, 1, 6, 1):
        clock.advance(seconds=timedelta(days=days).total_seconds())
        await rounds.receive_overdue()
        await rounds.finish_over()
        with chat.database.reading() as session:
            seen.append(session.get_one(Order, order.id).state)

    assert seen == [
        OrderState.SHIPPED,
        OrderState.RECEIVED,
        OrderState.RECEIVED,
        OrderState.FINISHED,
    ]
    await hear_all(chat, listeners)
    told = [words for words in await said(chat) if "自动确认收货" in words]
    assert len(told) == 1
    assert order.order_no in told[0]
