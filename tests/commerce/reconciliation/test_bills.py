"""WeChat Pay's bill against our books, in both directions."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session

from commerce.errors import InvalidInput
from commerce.reconciliation.bill_days import (
    BillEntry,
    latest_day,
    record_bill,
    record_no_bill,
    take_wanted,
    want_day,
)
from commerce.reconciliation.findings import list_open
from commerce.reconciliation.reconciling import reconcile
from commerce.reconciliation.tables import BillDay, BillRowKind
from tests.commerce import shop
from tests.commerce.reconciliation.shop import (
    DAY,
    back_in_bill,
    in_bill,
    open_after,
    paid,
    refunded,
)
from tests.commerce.shop import NOW

TEN_NEXT_DAY = datetime(2026, 11, 12, 2, tzinfo=UTC)


def read(session: Session, *entries: BillEntry) -> None:
    record_bill(session, DAY, "a" * 40, entries, NOW)


@pytest.mark.database
def test_a_bill_that_says_what_we_say_agrees_and_is_looked_at_no_more(session: Session) -> None:
    payment, other = paid(session), paid(session, 1000)
    refund = refunded(session, payment, 900)
    read(session, in_bill(payment), in_bill(other), back_in_bill(refund))

    assert open_after(session) == []

    bill = session.get_one(BillDay, DAY)
    assert (bill.row_count, bill.paid, bill.refunded, bill.agreed_at) == (3, 4900, 900, NOW)


def test_another_amount_in_the_bill_is_found_until_the_bill_is_right(session: Session) -> None:
    payment = paid(session)
    read(session, replace(in_bill(payment), amount=3890))
    assert open_after(session) == [("bill_payment_differs", payment.out_trade_no, 3900, 3890)]

    read(session, in_bill(payment))

    assert open_after(session) == []


def test_another_transaction_under_our_number_is_found(session: Session) -> None:
    payment = paid(session)
    read(session, replace(in_bill(payment), transaction_id="4200009"))

    assert open_after(session) == [("bill_payment_differs", payment.out_trade_no, 3900, 3900)]


def test_money_in_the_bill_that_we_have_not_heard_of_is_found_until_we_do(session: Session) -> None:
    order = shop.place(session, shop.new_customer(session), {shop.put_on_sale(session): 1})
    payment = shop.begin_to_pay(session, order)
    number = f"42000-{payment.out_trade_no}"
    read(session, BillEntry(BillRowKind.PAYMENT, payment.out_trade_no, number, 3900))
    assert open_after(session) == [("bill_payment_differs", payment.out_trade_no, 0, 3900)]

    shop.pay(session, payment)

    assert open_after(session) == []


def test_a_payment_that_the_bill_lacks_is_found(session: Session) -> None:
    payment, other = paid(session), paid(session)
    read(session, in_bill(other))
    assert open_after(session) == [("bill_payment_missing", payment.out_trade_no, 3900, 0)]

    read(session, in_bill(other), in_bill(payment))

    assert open_after(session) == []


@pytest.mark.database
def test_a_refund_that_differs_or_is_missing_is_found(session: Session) -> None:
    payment = paid(session)
    one, two = refunded(session, payment, 900), refunded(session, payment, 100)
    read(session, in_bill(payment), replace(back_in_bill(one), amount=800))
    assert open_after(session) == [
        ("bill_refund_differs", one.out_refund_no, 900, 800),
        ("bill_refund_missing", two.out_refund_no, 100, 0),
    ]

    read(session, in_bill(payment), back_in_bill(one), back_in_bill(two))

    assert open_after(session) == []


def test_a_refund_may_be_in_the_bill_of_a_day_before_its_success(session: Session) -> None:
    payment = paid(session)
    refund = refunded(session, payment, 900)
    read(session, in_bill(payment))
    refund.succeeded_at = NOW + timedelta(days=1)
    record_bill(session, DAY + timedelta(days=1), "b" * 40, (), NOW)
    assert open_after(session) == [("bill_refund_missing", refund.out_refund_no, 900, 0)]

    read(session, in_bill(payment), back_in_bill(refund))

    assert open_after(session) == []


def test_rows_of_nobody_are_found(session: Session) -> None:
    unknown = [BillEntry(kind, f"X{kind}", "42001", 5) for kind in BillRowKind]
    read(session, *unknown)

    assert open_after(session) == [
        ("bill_unknown", "Xpayment", 0, 5),
        ("bill_unknown", "Xrefund", 0, 5),
    ]


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (TEN_NEXT_DAY, DAY),
        (TEN_NEXT_DAY - timedelta(seconds=1), DAY - timedelta(days=1)),
        (datetime(2026, 11, 11, 16, 30, tzinfo=UTC), DAY - timedelta(days=1)),
    ],
)
def test_a_bill_is_to_be_had_from_ten_on_the_next_day(now: datetime, day: date) -> None:
    assert latest_day(now) == day


def test_every_day_since_the_first_payment_is_asked_for_until_it_is_there(
    session: Session,
) -> None:
    assert take_wanted(session, TEN_NEXT_DAY) == []  # Nobody has paid anything yet.
    paid(session)
    assert take_wanted(session, TEN_NEXT_DAY - timedelta(seconds=1)) == []
    assert take_wanted(session, TEN_NEXT_DAY) == [DAY]
    assert take_wanted(session, TEN_NEXT_DAY + timedelta(minutes=29)) == []

    assert take_wanted(session, TEN_NEXT_DAY + timedelta(minutes=30)) == [DAY]
    read(session)
    later = TEN_NEXT_DAY + timedelta(days=2)
    assert take_wanted(session, later) == [DAY + timedelta(days=1), DAY + timedelta(days=2)]


@pytest.mark.database
def test_no_bill_is_believed_at_once_only_of_a_day_without_business(session: Session) -> None:
    payment = paid(session)
    take_wanted(session, TEN_NEXT_DAY)

    assert not record_no_bill(session, DAY, TEN_NEXT_DAY)
    assert record_no_bill(session, DAY - timedelta(days=1), TEN_NEXT_DAY)
    assert record_no_bill(session, DAY, TEN_NEXT_DAY + timedelta(days=2))
    assert open_after(session) == [("bill_payment_missing", payment.out_trade_no, 3900, 0)]


def test_a_bill_that_does_not_come_is_found_after_a_day(session: Session) -> None:
    payment = paid(session)
    take_wanted(session, TEN_NEXT_DAY)
    assert reconcile(session, TEN_NEXT_DAY + timedelta(hours=23)) == ()

    reconcile(session, TEN_NEXT_DAY + timedelta(days=1))

    assert [(row.kind, row.subject) for row in list_open(session)] == [
        ("bill_missing", DAY.isoformat())
    ]
    read(session, in_bill(payment))
    assert open_after(session) == []


@pytest.mark.parametrize("day", [DAY, DAY - timedelta(days=100)])
def test_a_day_whose_bill_is_not_to_be_had_is_refused(session: Session, day: date) -> None:
    with pytest.raises(InvalidInput):
        want_day(session, day, NOW)
