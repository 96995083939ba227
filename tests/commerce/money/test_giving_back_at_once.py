"""Refunds that race with each other and with parcels: each piece goes one way."""

import random
from collections.abc import Sequence
from functools import partial
from itertools import count

import pytest
from sqlmodel import Session, func, select

from bot.database import Database
from commerce.aftersale import paying_back
from commerce.catalogue.tables import StockMovement
from commerce.inserting import id_of
from commerce.ledger.posting import AccountKey, AccountKind, balance
from commerce.membership.points import points_of
from commerce.ordering.orders import list_lines
from commerce.ordering.tables import Order, OrderState
from commerce.parcels.pieces import shipped_pieces, waiting_pieces
from commerce.parcels.shipping import ship
from commerce.payments.tables import Refund, RefundState
from commerce.promotions.tables import Coupon, CouponState
from tests.commerce.money.at_once import (
    POINTS,
    Deed,
    agrees,
    all_at_once,
    asks,
    asks_and_has_it,
    assert_whole,
    begun,
    refunded,
)
from tests.commerce.money.counter import set_terms
from tests.commerce.shop import NOW

pytestmark = [pytest.mark.database, pytest.mark.slow]
_parcels = count(1)


def sends(session: Session, order_id: int, pieces: dict[int, int] | None) -> str:
    lines = list_lines(session, session.get_one(Order, order_id))
    chosen = None if pieces is None else {id_of(lines[place]): n for place, n in pieces.items()}
    number = f"YT{next(_parcels):013d}"
    ship(session, order_id, carrier="yto", tracking_no=number, actor="a", now=NOW, pieces=chosen)
    return "sent"


async def test_refunds_of_a_piece_each_that_race_give_back_what_was_paid(
    bridges: Sequence[Database],
) -> None:
    """Twenty want one of sixteen pieces, then every result is reported three times over."""
    await bridges[0].write(set_terms)
    order_id = await bridges[0].write(lambda session: begun(session, 9, 7, is_paid=True))
    deeds = [
        partial(asks_and_has_it, order_id=order_id, pieces={place: 1})
        for place in (0, 1)
        for _ in "." * 10
    ]

    ended = await all_at_once(bridges, deeds)

    assert ended == {"agreed": 16, "IllegalMove": 4}
    await bridges[0].read(assert_whole)
    numbers = await bridges[0].read(
        lambda session: session.exec(select(Refund.out_refund_no)).all()
    )
    assert len(numbers) == 16
    told = [partial(succeeds, number=each) for each in numbers] * 3
    random.Random(7).shuffle(told)
    assert await all_at_once(bridges, told) == {"True": 16, "False": 32}
    await bridges[0].read(partial(assert_all_went_back, order_id=order_id))


def succeeds(session: Session, number: str) -> bool:
    return paying_back.record_refund_result(session, number, RefundState.SUCCEEDED, NOW)


def assert_all_went_back(session: Session, order_id: int) -> None:
    order = session.get_one(Order, order_id)
    assert (order.state, refunded(session, order_id)) == (OrderState.CLOSED, [order.payable])
    amounts = session.exec(select(Refund.amount, Refund.state)).all()
    assert sum(amount for amount, _ in amounts) == order.payable
    assert {state for _, state in amounts} == {RefundState.SUCCEEDED}
    assert balance(session, AccountKey(AccountKind.REFUND_OWED, order.customer_id)) == 0
    assert points_of(session, order.customer_id) == POINTS
    assert session.exec(select(Coupon.state)).all() == [CouponState.UNUSED]
    returned = select(func.sum(StockMovement.change)).where(StockMovement.reason == "returned")
    assert session.exec(returned).one() == 16
    assert_whole(session)


async def test_a_piece_is_sent_or_paid_back_before_it_is_sent_never_both(
    bridges: Sequence[Database],
) -> None:
    await bridges[0].write(set_terms)
    orders = [
        await bridges[0].write(lambda session: begun(session, 4, 2, is_paid=True)) for _ in range(8)
    ]
    asked = {
        order_id: [
            await bridges[0].write(asks, order_id, pieces)
            for pieces in ({0: 1}, {0: 2, 1: 1}, {1: 1})
        ]
        for order_id in orders
    }
    deeds: list[Deed] = [
        partial(agrees, number=number) for numbers in asked.values() for number in numbers
    ]
    deeds += [
        partial(sends, order_id=order_id, pieces=pieces)
        for order_id in orders
        for pieces in ({0: 1}, {0: 1, 1: 1}, None)
    ]
    random.Random(13).shuffle(deeds)

    ended = await all_at_once(bridges, deeds)

    assert ended["agreed"] == 24
    assert set(ended) <= {"agreed", "sent", "IllegalMove", "ShippingRefused"}
    await bridges[0].read(assert_whole)
    for order_id in orders:
        await bridges[0].read(assert_no_piece_twice, order_id)


def assert_no_piece_twice(session: Session, order_id: int) -> None:
    """Pieces sent, given up before and waiting make those bought."""
    lines = list_lines(session, session.get_one(Order, order_id))
    ids = [id_of(line) for line in lines]
    sent, waiting = shipped_pieces(session, ids), waiting_pieces(session, lines)
    for line in lines:
        stayed = select(func.coalesce(func.sum(StockMovement.change), 0)).where(
            StockMovement.order_id == order_id,
            StockMovement.variant_id == line.variant_id,
            StockMovement.reason == "returned",
        )
        parts = (sent.get(id_of(line), 0), waiting.get(id_of(line), 0), session.exec(stayed).one())
        assert sum(parts) == line.quantity
