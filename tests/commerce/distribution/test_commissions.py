"""What an order earns for whom, when, and what a refund takes back."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from commerce.distribution.following import follow, list_maturing
from commerce.distribution.promoters import stop
from commerce.distribution.tables import BindingRule, Commission
from commerce.distribution.withdrawals import approve
from commerce.inserting import id_of
from tests.commerce.distribution.team import (
    BY_US,
    asks,
    available,
    brought,
    buys,
    comes_by,
    commissions,
    days,
    in_transit,
    pending,
    promoter,
    receives,
    rules,
    sends_back,
)
from tests.commerce.ledger.books import assert_books_balance
from tests.commerce.shop import NOW, events, new_customer


def chain_of(session: Session, length: int) -> list[int]:
    """Promoters who brought one another, the topmost first."""
    people = [promoter(session)]
    for _ in range(length - 1):
        people.append(promoter(session))
        comes_by(session, people[-1], people[-2])
    return people


def test_two_levels_earn_and_a_third_gets_nothing(session: Session) -> None:
    rules(session)
    top, upper, lower = chain_of(session, 3)

    order = receives(session, buys(session, brought(session, lower), 9999))

    earned = [(each.promoter_customer_id, each.booked) for each in commissions(session, order)]
    assert earned == [(lower, 999), (upper, 499)]
    assert pending(session, top) == 0
    assert_books_balance(session)


@pytest.mark.database
def test_the_database_knows_no_third_level(session: Session) -> None:
    rules(session)
    bringer = promoter(session)
    order = buys(session, brought(session, bringer), 9999)
    third = Commission(
        order_id=id_of(order),
        promoter_customer_id=bringer,
        level=3,
        rate_bp=100,
        base=9999,
        freeze_days=7,
        frozen_at=NOW,
    )

    session.add(third)

    with pytest.raises(IntegrityError, match="ck_commission_level"):
        session.flush()


def test_freight_changes_no_commission(session: Session) -> None:
    rules(session)
    bringer = promoter(session)
    plain, heavy = (buys(session, brought(session, bringer), 5000, freight=n) for n in (0, 1000))

    assert [receives(session, each).payable for each in (plain, heavy)] == [5000, 6000]

    assert commissions(session, plain)[0].booked == commissions(session, heavy)[0].booked == 500


def test_upline_and_rate_are_those_of_the_payment(session: Session) -> None:
    rules(session, binding=BindingRule.LAST_WINS, protection_days=0)
    old, new = promoter(session), promoter(session)
    customer = brought(session, old)
    order = buys(session, customer, 10_000)

    comes_by(session, customer, new)
    rules(session, first_bp=3000, freeze_days=90)
    stop(session, old, **BY_US)
    receives(session, order)
    follow(session, id_of(order), days(7))

    assert (available(session, old), pending(session, new)) == (1000, 0)


def test_nothing_is_earned_by_nobody_by_the_stopped_or_for_oneself(session: Session) -> None:
    rules(session)
    stopped = promoter(session)
    customer, nobodys = brought(session, stopped), new_customer(session)
    stop(session, stopped, **BY_US)

    orders = [buys(session, each, 10_000) for each in (customer, nobodys, promoter(session))]

    assert not any(commissions(session, each) for each in orders)


def test_nothing_is_booked_before_receipt_and_nothing_twice(session: Session) -> None:
    rules(session)
    bringer = promoter(session)
    order = buys(session, brought(session, bringer), 10_000)
    follow(session, id_of(order), days(30))
    assert pending(session, bringer) == 0

    receives(session, order, days(1))

    for _ in range(3):
        follow(session, id_of(order), days(2))
    assert (pending(session, bringer), available(session, bringer)) == (1000, 0)
    assert list_maturing(session, days(7.9)) == []
    assert list_maturing(session, days(8)) == [order.id]
    for _ in range(3):
        follow(session, id_of(order), days(8))
    assert (pending(session, bringer), available(session, bringer)) == (0, 1000)
    assert list_maturing(session, days(99)) == []
    told = [event.kind for event in events(session) if event.kind.startswith("commission_")]
    assert told == ["commission_earned", "commission_matured"]
    assert_books_balance(session)


def test_of_an_order_refunded_by_two_fifths_on_day_three_three_fifths_mature(
    session: Session,
) -> None:
    rules(session)
    bringer = promoter(session)
    order = receives(session, buys(session, brought(session, bringer), 2000, pieces=5))
    assert pending(session, bringer) == 1000

    sends_back(session, order, 2, days(3))
    assert (pending(session, bringer), available(session, bringer)) == (600, 0)
    follow(session, id_of(order), days(7))

    assert (pending(session, bringer), available(session, bringer)) == (0, 600)
    (back,) = events(session, "commission_clawed_back")
    assert (back.subject["amount"], back.subject["is_available"]) == (400, False)
    assert_books_balance(session)


def test_an_order_refunded_whole_before_it_was_sent_never_earned(session: Session) -> None:
    rules(session)
    bringer = promoter(session)
    order = buys(session, brought(session, bringer), 10_000)

    sends_back(session, order, 1, days(1))
    follow(session, id_of(order), days(30))

    assert (pending(session, bringer), available(session, bringer)) == (0, 0)
    assert events(session, "commission_clawed_back") == []


def test_a_refund_after_the_withdrawal_is_a_debt_that_the_next_earnings_settle(
    session: Session,
) -> None:
    rules(session)
    bringer = promoter(session)
    customer = brought(session, bringer)
    first = receives(session, buys(session, customer, 10_000))
    follow(session, id_of(first), days(7))
    withdrawal = asks(session, bringer, 1000, days(7))
    approve(session, withdrawal.withdrawal_no, actor="agent:1", now=days(7))

    sends_back(session, first, 1, days(8))

    assert (available(session, bringer), in_transit(session, bringer)) == (-1000, 1000)
    second = receives(session, buys(session, customer, 13_000, now=days(8)), days(8))
    follow(session, id_of(second), days(15))
    assert available(session, bringer) == 300
    assert_books_balance(session)
