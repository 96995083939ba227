"""The clock's rounds among flash sales and bargains: stocked, announced, ended on time."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from bot.clock import FrozenClock
from bot.database import Database
from bot.deal_rounds import DealRounds
from bot.turn import Shop
from commerce.bargains import cutting
from commerce.bargains.tables import Bargain
from commerce.flash_sales import reminding
from commerce.flash_sales.planning import AHEAD
from commerce.flash_sales.tables import FlashReminder
from tests.bot.counter import Counter, open_counter
from tests.bot.listening.conftest import Make
from tests.commerce import shop
from tests.commerce.bargains.bargaining import bargains_on
from tests.commerce.flash_sales.sales import LASTS, planned_sale

STARTS_IN = timedelta(hours=8)
"""From noon in Shanghai: eight in the evening."""


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(shop.NOW)


@pytest.fixture
def chat(database: Database, clock: FrozenClock, empty_shop: Shop) -> Counter:
    return open_counter(database, clock, empty_shop)


@pytest.fixture
def rounds(chat: Counter, clock: FrozenClock) -> DealRounds:
    return DealRounds(chat.database, clock, chat.sealer)


@pytest.fixture
async def customer(chat: Counter, message: Make) -> int:
    """The id of somebody who has just written."""
    await chat.hear(message("闷着", sent_at=chat.clock.now()))
    talk = await chat.conversation()
    assert talk.customer_id is not None
    return talk.customer_id


def a_sale(chat: Counter, wanted_by: int | None = None) -> int:
    """The id of the only variant of a sale this evening."""
    with chat.database.writing() as session:
        variant = shop.put_on_sale(session, pieces=8)
        sale = planned_sale(session, variant, starts_at=shop.NOW + STARTS_IN)
        if wanted_by is not None:
            reminding.want(session, sale, wanted_by, shop.NOW)
        return variant


def is_claimed(session: Session) -> bool:
    return session.exec(select(FlashReminder)).one().sent_at is not None


def go_to(clock: FrozenClock, moment: timedelta) -> None:
    clock.advance(seconds=(shop.NOW + moment - clock.now()).total_seconds())


async def test_a_sale_is_stocked_before_it_starts_and_its_rest_returns_when_it_ends(
    chat: Counter, rounds: DealRounds, clock: FrozenClock
) -> None:
    variant = a_sale(chat)
    stock = []
    for moment in (STARTS_IN - AHEAD - timedelta(seconds=1), STARTS_IN - AHEAD, STARTS_IN + LASTS):
        go_to(clock, moment)
        for _ in range(2):
            await rounds.switch_sales()
        stock.append(await chat.database.read(shop.stock_of, variant))

    assert stock == [8, 3, 8]


async def test_whoever_asked_is_reminded_once_five_minutes_before(
    chat: Counter, rounds: DealRounds, clock: FrozenClock, customer: int
) -> None:
    a_sale(chat, customer)
    go_to(clock, STARTS_IN - reminding.AHEAD - timedelta(seconds=1))
    await rounds.remind()
    assert await chat.outbox() == []

    clock.advance(seconds=1)
    for _ in range(3):
        await rounds.remind()

    ((_, said),) = await chat.outbox()
    assert said["content"] == (
        "您要我提醒的“晚八点场”还有5分钟开抢，今天20:00开始。回我“秒杀”看有哪些商品。"
    )
    assert (await chat.transcript())[-1] == ("bot", said["content"])


async def test_without_a_window_nobody_is_reminded_neither_then_nor_later(
    chat: Counter, rounds: DealRounds, clock: FrozenClock, customer: int, message: Make
) -> None:
    a_sale(chat, customer)
    await chat.change_conversation(window_used=5)
    go_to(clock, STARTS_IN - reminding.AHEAD)

    await rounds.remind()
    await chat.hear(message("闷着", sent_at=clock.now()))
    await rounds.remind()

    assert await chat.outbox() == []
    assert await chat.database.read(is_claimed)


async def test_a_conversation_in_a_persons_hands_is_left_to_them(
    chat: Counter, rounds: DealRounds, clock: FrozenClock, customer: int
) -> None:
    a_sale(chat, customer)
    await chat.change_conversation(owner="agent:1")
    go_to(clock, STARTS_IN - reminding.AHEAD)

    await rounds.remind()

    assert await chat.outbox() == []


async def test_a_reminder_that_comes_after_the_start_is_not_sent(
    chat: Counter, rounds: DealRounds, clock: FrozenClock, customer: int
) -> None:
    a_sale(chat, customer)
    go_to(clock, STARTS_IN - reminding.AHEAD)
    await rounds.remind()

    go_to(clock, STARTS_IN)

    assert await chat.send_all() == []
    assert [state for state, _ in await chat.outbox()] == ["failed"]


async def test_bargains_expire_by_the_clock(
    chat: Counter, rounds: DealRounds, clock: FrozenClock, customer: int
) -> None:
    with chat.database.writing() as session:
        activity = bargains_on(session, shop.put_on_sale(session))
        cutting.start(session, customer, activity, shop.NOW)
    states = []
    for moment in (timedelta(minutes=119), timedelta(minutes=120)):
        go_to(clock, moment)
        await rounds.expire_bargains()
        states += await chat.database.read(_states)

    assert states == ["open", "expired"]


def _states(session: Session) -> list[str]:
    return list(session.exec(select(Bargain.state)).all())
