"""Looking for what does not agree, and keeping it: the two halves of reconciliation.

`examine` reads the whole ledger and all movements of stock, and changes nothing: on SQLite it
runs beside the writer. `settle` is short.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, update

from commerce.reconciliation.bills import days_to_compare, examine_bills
from commerce.reconciliation.books import examine_books
from commerce.reconciliation.findings import (
    Finding,
    keep_findings,
    list_live,
    without_full_kinds,
)
from commerce.reconciliation.orders import examine_orders
from commerce.reconciliation.tables import BillDay


@dataclass(frozen=True, slots=True)
class Examined:
    """What does not agree, and which days' bills were looked at to find it."""

    findings: tuple[Finding, ...]
    bill_days: Sequence[date]


def reconcile(session: Session, now: datetime) -> tuple[Finding, ...]:
    """Look for everything that does not agree, and keep it; what is mended is over."""
    examined = examine(session, now)
    settle(session, examined, now)
    return examined.findings


def examine(session: Session, now: datetime) -> Examined:
    """Everything that does not agree now, at most 200 of each kind and day."""
    days = days_to_compare(session)
    found = (
        *examine_orders(session, now),
        *examine_books(session),
        *examine_bills(session, days, now),
    )
    return Examined(found, days)


def settle(session: Session, examined: Examined, now: datetime) -> None:
    """Keep what was found, let go of what is over, and close the bills that agree."""
    found = without_full_kinds(examined.findings, list_live(session))
    keep_findings(session, found, set(examined.bill_days), now)
    with_findings = {each.day for each in found}
    agreed = [day for day in examined.bill_days if day not in with_findings]
    session.exec(
        update(BillDay)
        .where(col(BillDay.day).in_(agreed), col(BillDay.agreed_at).is_(None))
        .values(agreed_at=now)
    )
