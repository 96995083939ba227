"""Commissions follow what is heard of their orders, and their promoters are told, once."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from bot.clock import FrozenClock
from bot.distribution_rounds import DistributionRounds
from bot.handlers import commission_news_words as words
from bot.listeners import Listeners
from commerce.distribution.promoters import appoint
from commerce.inserting import id_of
from commerce.ordering.states import move
from commerce.ordering.tables import Order, OrderState
from tests.bot.counter import Counter
from tests.bot.listening.hearing import hear_all, said
from tests.commerce.distribution.team import (
    BY_US,
    asks,
    available,
    brought,
    buys,
    pending,
    rules,
    sends_back,
)
from tests.commerce.shop import NOW


def sold(session: Session, promoter: int, price: int, pieces: int = 1) -> Order:
    """An order of somebody whom the promoter has brought, received."""
    appoint(session, promoter, **BY_US)
    order = buys(session, brought(session, promoter), price, pieces=pieces)
    for step in (OrderState.PACKED, OrderState.SHIPPED, OrderState.RECEIVED):
        move(session, id_of(order), step, actor="test", reason="", now=NOW)
    return order


async def of_commission(chat: Counter) -> list[str]:
    """What was said of commission."""
    return [each for each in await said(chat) if "佣金" in each]


async def test_a_promoter_hears_of_what_is_booked_and_freed(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int]
) -> None:
    promoter, _ = buyer
    with chat.database.writing() as session:
        rules(session)
        order = sold(session, promoter, 20_000)
    tail = order.order_no[-6:]

    for _ in range(2):
        await hear_all(chat, listeners)
    assert await of_commission(chat) == [words.earned(tail, 2000, NOW + timedelta(days=7))]

    clock = FrozenClock(NOW + timedelta(days=7))
    for _ in range(2):
        await DistributionRounds(chat.database, clock).free_commissions()
        await hear_all(chat, listeners)

    assert (await of_commission(chat))[1:] == [words.matured(tail, 2000)]
    assert await chat.database.read(available, promoter) == 2000


@pytest.mark.parametrize("is_withdrawn", [False, True])
async def test_a_promoter_hears_of_what_a_refund_takes_back(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int], is_withdrawn: bool
) -> None:
    promoter, _ = buyer
    with chat.database.writing() as session:
        rules(session, freeze_days=0 if is_withdrawn else 7)
        order = sold(session, promoter, 2000, pieces=5)
    await hear_all(chat, listeners)

    with chat.database.writing() as session:
        if is_withdrawn:
            asks(session, promoter, 1000)
        sends_back(session, order, 2, NOW)
    for _ in range(2):
        await hear_all(chat, listeners)

    left = -400 if is_withdrawn else None
    *_, last = await of_commission(chat)
    assert last == words.clawed_back(order.order_no[-6:], 400, left)
    assert await chat.database.read(pending, promoter) == (0 if is_withdrawn else 600)
