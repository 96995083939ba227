"""WeChat Pay's bills against our payments and refunds, row by row and in both directions."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, and_, col, func, or_, select

from commerce.payments.tables import Payment, PaymentState, Refund, RefundState
from commerce.reconciliation.bill_days import span_of
from commerce.reconciliation.findings import MOST_OF_A_KIND, Finding
from commerce.reconciliation.tables import BillDay, BillRow, BillRowKind, BillState, FindingKind
from commerce.shanghai import SHANGHAI

LATE: Final = timedelta(days=1)
"""After so long without its bill a day is a finding."""


def days_to_compare(session: Session) -> Sequence[date]:
    """Days whose bill is there and did not agree with our books so far."""
    statement = select(col(BillDay.day)).where(
        BillDay.state == BillState.READ, col(BillDay.agreed_at).is_(None)
    )
    return session.exec(statement.order_by(col(BillDay.day))).all()


def examine_bills(session: Session, days: Sequence[date], now: datetime) -> Iterator[Finding]:
    """What does not agree between our books and the bills of these days."""
    yield from _missing_bills(session, now)
    for day in days:
        yield from _payments_in(session, day)
        yield from _refunds_in(session, day)
        yield from _payments_not_in(session, day)
        yield from _refunds_not_in(session, day)


def _missing_bills(session: Session, now: datetime) -> Iterator[Finding]:
    late = select(col(BillDay.day)).where(
        BillDay.state == BillState.WANTED, col(BillDay.wanted_at) <= now - LATE
    )
    for day in session.exec(late.order_by(col(BillDay.day)).limit(MOST_OF_A_KIND)):
        yield Finding(FindingKind.BILL_MISSING, day.isoformat(), None, None)


def _payments_in(session: Session, day: date) -> Iterator[Finding]:
    differs = or_(
        col(Payment.id).is_(None),
        col(Payment.amount) != col(BillRow.amount),
        col(Payment.state) != PaymentState.PAID,
        func.coalesce(Payment.transaction_id, "") != BillRow.transaction_id,
    )
    rows = _rows_in(day, BillRowKind.PAYMENT, Payment, Payment.out_trade_no, differs)
    for row, payment in session.exec(rows):
        if payment is None:
            yield Finding(FindingKind.BILL_UNKNOWN, row.number, 0, row.amount, day)
        else:
            ours = payment.amount if payment.state == PaymentState.PAID else 0
            kind = FindingKind.BILL_PAYMENT_DIFFERS
            yield Finding(kind, row.number, ours, row.amount, day)


def _refunds_in(session: Session, day: date) -> Iterator[Finding]:
    differs = or_(col(Refund.id).is_(None), col(Refund.amount) != col(BillRow.amount))
    rows = _rows_in(day, BillRowKind.REFUND, Refund, Refund.out_refund_no, differs)
    for row, refund in session.exec(rows):
        if refund is None:
            yield Finding(FindingKind.BILL_UNKNOWN, row.number, 0, row.amount, day)
        else:
            kind = FindingKind.BILL_REFUND_DIFFERS
            yield Finding(kind, row.number, refund.amount, row.amount, day)


def _rows_in(day: date, kind: BillRowKind, table: Any, number: Any, differs: Any) -> Any:
    return (
        select(BillRow, table)
        .join(table, number == BillRow.number, isouter=True)
        .where(BillRow.day == day, BillRow.kind == kind, differs)
        .order_by(BillRow.number)
        .limit(MOST_OF_A_KIND)
    )


def _payments_not_in(session: Session, day: date) -> Iterator[Finding]:
    begin, end = span_of(day)
    in_bill = select(BillRow.number).where(
        BillRow.day == day,
        BillRow.kind == BillRowKind.PAYMENT,
        BillRow.number == Payment.out_trade_no,
    )
    statement = (
        select(Payment)
        .where(
            Payment.state == PaymentState.PAID,
            col(Payment.paid_at) >= begin,
            col(Payment.paid_at) < end,
            ~in_bill.exists(),
        )
        .order_by(col(Payment.id))
        .limit(MOST_OF_A_KIND)
    )
    for payment in session.exec(statement):
        kind = FindingKind.BILL_PAYMENT_MISSING
        yield Finding(kind, payment.out_trade_no, payment.amount, 0, day)


def _refunds_not_in(session: Session, day: date) -> Iterator[Finding]:
    """Refunds that succeeded on this day and are in no bill.

    A refund is in the bill of the day on which WeChat Pay took it in (WeChat Pay docs 交易账单),
    which lies between our asking and its success: the bills of all these days must be there.
    """
    begin, end = span_of(day)
    in_bill = select(BillRow.number).where(
        BillRow.kind == BillRowKind.REFUND, BillRow.number == Refund.out_refund_no
    )
    done = and_(
        col(Refund.state) == RefundState.SUCCEEDED,
        col(Refund.succeeded_at) >= begin,
        col(Refund.succeeded_at) < end,
    )
    statement = (
        select(Refund).where(done, ~in_bill.exists()).order_by(col(Refund.id)).limit(MOST_OF_A_KIND)
    )
    read = select(col(BillDay.day)).where(BillDay.state == BillState.READ, col(BillDay.day) <= day)
    known = set(session.exec(read)) if (missing := session.exec(statement).all()) else set()
    for refund in missing:
        asked_on = refund.created_at.astimezone(SHANGHAI).date()
        days = {asked_on + timedelta(days=each) for each in range((day - asked_on).days + 1)}
        if days <= known:
            kind = FindingKind.BILL_REFUND_MISSING
            yield Finding(kind, refund.out_refund_no, refund.amount, 0, day)
