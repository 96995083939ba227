"""Findings as they are kept: seen again, gone by themselves, or accepted by a person."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from commerce.corrections import CorrectionKind, note_correction
from commerce.errors import IllegalMove, NotFound
from commerce.reconciliation.tables import FindingKind, FindingState, ReconciliationFinding

MOST_OF_A_KIND: Final = 200
"""Findings of one kind at a time. Of a kind that has as many, none is taken to be gone."""

NAMES: Final[dict[FindingKind, str]] = {
    FindingKind.PAID_WITHOUT_ORDER: "钱收了，订单没有变",
    FindingKind.ORDER_WITHOUT_PAYMENT: "订单算已付，没有这笔收款",
    FindingKind.PAYMENT_DISPUTED: "微信报的付款和我们对不上",
    FindingKind.REFUND_PENDING: "退款迟迟没有结果",
    FindingKind.REFUND_ABNORMAL: "退款异常，要到商户平台处理",
    FindingKind.REFUND_CLOSED: "退款失败，钱还欠着顾客",
    FindingKind.STOCK: "库存和出入记录对不上",
    FindingKind.RESERVATIONS: "订单占用和出入记录对不上",
    FindingKind.SET_ASIDE: "秒杀留货和出入记录对不上",
    FindingKind.LEDGER_SUM: "总账不平",
    FindingKind.LEDGER_BALANCE: "账户余额和流水对不上",
    FindingKind.BOOKS: "总账和收付款对不上",
    FindingKind.BILL_MISSING: "微信账单一直没有取到",
    FindingKind.BILL_PAYMENT_DIFFERS: "收款和微信账单不一致",
    FindingKind.BILL_PAYMENT_MISSING: "微信账单里没有这笔收款",
    FindingKind.BILL_REFUND_DIFFERS: "退款和微信账单不一致",
    FindingKind.BILL_REFUND_MISSING: "微信账单里没有这笔退款",
    FindingKind.BILL_UNKNOWN: "微信账单里有，我们没有",
}
"""As operators read them."""

_LIVE: Final = (FindingState.OPEN, FindingState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not agree now; the amounts are explained beside each kind."""

    kind: FindingKind
    subject: str
    ours: int | None
    theirs: int | None
    day: date | None = None
    """Of the bill that it was found by."""


def keep_findings(
    session: Session, found: Iterable[Finding], bill_days: Collection[date], now: datetime
) -> None:
    """Write down everything that does not agree now; what is live and not among it is over.

    Of findings by bills, only those of `bill_days`, the days that were looked at, can be over.
    """
    fresh = {(each.kind.value, each.subject): each for each in found}
    for row in session.exec(_live().with_for_update()):
        seen = fresh.pop((row.kind, row.subject), None)
        if seen is not None:
            _see_again(row, seen, now)
        elif row.day is None or row.day in bill_days:
            _end(row, now)
        session.add(row)
    for each in fresh.values():
        session.add(_new(each, now))
    session.flush()


def without_full_kinds(
    found: Sequence[Finding], live: Iterable[ReconciliationFinding]
) -> tuple[Finding, ...]:
    """The findings, with those added that are live and may only have had no room any more."""
    counts: dict[str, int] = {}
    for each in found:
        counts[each.kind] = counts.get(each.kind, 0) + 1
    known = {(each.kind, each.subject) for each in found}
    cut_off = [
        Finding(FindingKind(row.kind), row.subject, row.ours, row.theirs, row.day)
        for row in live
        if counts.get(row.kind, 0) >= MOST_OF_A_KIND
        and (FindingKind(row.kind), row.subject) not in known
    ]
    return (*found, *cut_off)


def accept(
    session: Session, finding_id: int, *, actor: str, note: str, now: datetime
) -> ReconciliationFinding:
    """A person has looked at an open finding and leaves it as it is; who and why is kept.

    It opens again when an amount changes. Raises NotFound, IllegalMove, and InvalidInput without
    a note.
    """
    row = session.get(ReconciliationFinding, finding_id, with_for_update=True)
    if row is None:
        raise NotFound("没有这条差异", finding_id=finding_id)
    if row.state != FindingState.OPEN:
        raise IllegalMove("这条差异已经处理过了", finding_id=finding_id)
    row.state, row.resolved_at = FindingState.ACCEPTED, now
    row.resolved_by, row.resolution = actor, note.strip()
    session.add(row)
    note_correction(
        session,
        CorrectionKind.FINDING_ACCEPTED,
        f"{row.kind} {row.subject}",
        actor=actor,
        reason=note,
        now=now,
    )
    return row


def list_open(session: Session) -> Sequence[ReconciliationFinding]:
    """What nobody has accepted yet, by kind, the oldest first."""
    row = ReconciliationFinding
    return session.exec(
        select(row)
        .where(row.state == FindingState.OPEN)
        .order_by(row.kind, col(row.first_seen_at), col(row.id))
    ).all()


def list_live(session: Session) -> Sequence[ReconciliationFinding]:
    """What does not agree, accepted or not."""
    return session.exec(_live()).all()


def count_open(session: Session) -> dict[FindingKind, int]:
    """How many are open of each kind; every kind is there."""
    row = ReconciliationFinding
    counted = session.exec(
        select(row.kind, func.count()).where(row.state == FindingState.OPEN).group_by(row.kind)
    )
    return dict.fromkeys(FindingKind, 0) | {FindingKind(kind): n for kind, n in counted}


def _live() -> SelectOfScalar[ReconciliationFinding]:
    row = ReconciliationFinding
    return (
        select(row)
        .where(or_(*(col(row.state) == state for state in _LIVE)))
        .order_by(col(row.id))
        .execution_options(populate_existing=True)
    )


def _see_again(row: ReconciliationFinding, seen: Finding, now: datetime) -> None:
    if (row.ours, row.theirs) != (seen.ours, seen.theirs):
        row.state, row.resolved_at, row.resolved_by = FindingState.OPEN, None, ""
        row.resolution = ""
    row.ours, row.theirs, row.day, row.last_seen_at = seen.ours, seen.theirs, seen.day, now


def _end(row: ReconciliationFinding, now: datetime) -> None:
    row.state, row.resolved_at = FindingState.OVER, row.resolved_at or now


def _new(seen: Finding, now: datetime) -> ReconciliationFinding:
    return ReconciliationFinding(
        kind=seen.kind,
        subject=seen.subject,
        ours=seen.ours,
        theirs=seen.theirs,
        day=seen.day,
        first_seen_at=now,
        last_seen_at=now,
    )
