"""Which of WeChat Pay's bills are wanted, and what was in those that came."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlmodel import Session, and_, col, delete, or_, select

from commerce.errors import InvalidInput
from commerce.inserting import insert_once
from commerce.payments.tables import Payment, PaymentState, Refund
from commerce.reconciliation.tables import BillDay, BillRow, BillRowKind, BillState
from commerce.shanghai import SHANGHAI

READY_AT: Final = time(10)
"""From ten on the next day (WeChat Pay docs 申请交易账单)."""
OLDEST: Final = timedelta(days=85)
"""Bills of the last three months are to be had (WeChat Pay docs 申请交易账单)."""
ASK_AGAIN_AFTER: Final = timedelta(minutes=30)
BELIEVED_EMPTY_AFTER: Final = timedelta(days=2)
A_ROUND: Final = 5
"""Bills asked for at a time."""


@dataclass(frozen=True, slots=True)
class BillEntry:
    """A row of a bill. `number` is our out_trade_no or out_refund_no, `amount` fen."""

    kind: BillRowKind
    number: str
    transaction_id: str
    amount: int


def span_of(day: date) -> tuple[datetime, datetime]:
    """The beginning and the end of a day in Shanghai; the end is the next day's beginning."""
    begin = datetime.combine(day, time(), SHANGHAI)
    return begin.astimezone(UTC), (begin + timedelta(days=1)).astimezone(UTC)


def ready_at(day: date) -> datetime:
    """When the bill of a day is to be had."""
    return datetime.combine(day + timedelta(days=1), READY_AT, SHANGHAI).astimezone(UTC)


def latest_day(now: datetime) -> date:
    """The last day whose bill is to be had."""
    today = now.astimezone(SHANGHAI).date()
    yesterday = today - timedelta(days=1)
    return yesterday if now >= ready_at(yesterday) else yesterday - timedelta(days=1)


def take_wanted(session: Session, now: datetime) -> list[date]:
    """Days to ask for now, the oldest first, each with its next time set.

    Every day is wanted from the first payment of the shop on.
    """
    _want_new_days(session, now)
    statement = (
        select(BillDay)
        .where(BillDay.state == BillState.WANTED, col(BillDay.ask_at) <= now)
        .order_by(col(BillDay.day))
        .limit(A_ROUND)
    )
    due = session.exec(statement).all()
    for each in due:
        each.ask_at = now + ASK_AGAIN_AFTER
        session.add(each)
    return [each.day for each in due]


def want_day(session: Session, day: date, now: datetime) -> None:
    """Note that the bill of a day is wanted. Raises InvalidInput for one that is not to be had."""
    oldest = latest_day(now) - OLDEST
    if not oldest <= day <= latest_day(now):
        raise InvalidInput(f"只能查{oldest}到{latest_day(now)}的账单", field="day")
    insert_once(
        session,
        BillDay,
        day=day,
        state=BillState.WANTED.value,
        ask_at=now,
        wanted_at=now,
        sha1="",
        row_count=0,
        paid=0,
        refunded=0,
    )


def record_bill(
    session: Session, day: date, sha1: str, entries: Collection[BillEntry], now: datetime
) -> None:
    """Keep what is in a day's bill, in the place of what was read before. It is to be compared."""
    bill = session.get(BillDay, day, with_for_update=True)
    if bill is None:
        bill = BillDay(day=day, ask_at=now, wanted_at=now)
    session.exec(delete(BillRow).where(col(BillRow.day) == day))
    bill.state, bill.sha1, bill.row_count = BillState.READ, sha1, len(entries)
    bill.paid = _sum(entries, BillRowKind.PAYMENT)
    bill.refunded = _sum(entries, BillRowKind.REFUND)
    bill.read_at, bill.agreed_at = now, None
    session.add(bill)
    session.flush()
    for each in entries:
        session.add(
            BillRow(
                day=day,
                kind=each.kind,
                number=each.number,
                transaction_id=each.transaction_id,
                amount=each.amount,
            )
        )
    session.flush()


def record_no_bill(session: Session, day: date, now: datetime) -> bool:
    """WeChat Pay says that there is none; whether that is believed.

    It is where we know of no business on that day, or once it has been said for two days.
    """
    begin, end = span_of(day)
    payment = select(Payment.id).where(
        Payment.state == PaymentState.PAID,
        col(Payment.paid_at) >= begin,
        col(Payment.paid_at) < end,
    )
    within = [
        and_(at >= begin, at < end) for at in (col(Refund.created_at), col(Refund.succeeded_at))
    ]
    refund = select(Refund.id).where(or_(*within))
    has_business = any(session.exec(each.limit(1)).first() for each in (payment, refund))
    if has_business and now < ready_at(day) + BELIEVED_EMPTY_AFTER:
        return False
    record_bill(session, day, "", (), now)
    return True


def _want_new_days(session: Session, now: datetime) -> None:
    last = latest_day(now)
    first_at = session.exec(select(Payment.created_at).order_by(col(Payment.id)).limit(1)).first()
    if first_at is None:
        return
    first = max(first_at.astimezone(SHANGHAI).date(), last - OLDEST)
    wanted = {first + timedelta(days=each) for each in range((last - first).days + 1)}
    known = set(session.exec(select(col(BillDay.day)).where(col(BillDay.day) >= first)))
    for day in sorted(wanted - known):
        want_day(session, day, now)


def _sum(entries: Iterable[BillEntry], kind: BillRowKind) -> int:
    return sum(each.amount for each in entries if each.kind == kind)
