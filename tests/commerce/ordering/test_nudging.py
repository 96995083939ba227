"""Who is reminded of an unpaid order: once, before it lapses, and not at night."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from commerce.inserting import id_of
from commerce.ordering.nudging import AHEAD, TOO_LATE, claim_nudge, is_quiet, list_to_nudge
from commerce.ordering.tables import Order
from commerce.payments import closing
from tests.commerce import shop
from tests.commerce.shop import HOLD, NOW

pytestmark = pytest.mark.database

A_MOMENT = timedelta(seconds=1)
DUE = NOW + HOLD - AHEAD


def unpaid_order(session: Session, **more: object) -> Order:
    return shop.place(session, shop.new_customer(session), {shop.put_on_sale(session): 1}, **more)


def test_an_order_is_reminded_of_ten_minutes_before_its_end_and_once(session: Session) -> None:
    order = unpaid_order(session)

    assert list_to_nudge(session, DUE - A_MOMENT) == []
    assert list_to_nudge(session, DUE) == [order.id]
    claimed = claim_nudge(session, id_of(order), DUE)

    assert claimed is not None
    assert claim_nudge(session, id_of(order), DUE + A_MOMENT) is None
    assert list_to_nudge(session, DUE + A_MOMENT) == []


def test_what_is_paid_meanwhile_is_not_reminded_of(session: Session) -> None:
    order = unpaid_order(session)
    assert list_to_nudge(session, DUE) == [order.id]
    shop.pay(session, shop.begin_to_pay(session, order))

    assert list_to_nudge(session, DUE) == []
    assert claim_nudge(session, id_of(order), DUE) is None


def test_what_is_being_cancelled_is_not_reminded_of(session: Session) -> None:
    order = unpaid_order(session)
    shop.begin_to_pay(session, order)
    closing.cancel_unpaid(session, id_of(order), actor="customer:1", reason="", now=NOW)

    assert list_to_nudge(session, DUE) == []


def test_what_can_hardly_be_paid_any_more_is_not_reminded_of(session: Session) -> None:
    order = unpaid_order(session)

    assert list_to_nudge(session, NOW + HOLD - TOO_LATE) == []
    assert claim_nudge(session, id_of(order), NOW + HOLD - TOO_LATE) is None


def test_who_has_only_just_ordered_is_not_reminded(session: Session) -> None:
    unpaid_order(session, hold_for=timedelta(minutes=6))

    assert list_to_nudge(session, NOW) == []


@pytest.mark.parametrize(
    ("hour", "minute", "is_night"),
    [(13, 59, False), (14, 0, True), (20, 0, True), (23, 59, True), (0, 0, False)],
)
def test_nobody_is_reminded_between_ten_at_night_and_eight_in_the_morning(
    session: Session, hour: int, minute: int, is_night: bool
) -> None:
    """Hours are UTC: Shanghai is eight ahead."""
    now = datetime(2026, 11, 12, hour, minute, tzinfo=UTC)
    order = unpaid_order(session, now=now - HOLD + AHEAD)

    assert is_quiet(now) == is_night
    assert list_to_nudge(session, now) == ([] if is_night else [order.id])
