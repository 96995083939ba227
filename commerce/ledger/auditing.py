"""Whether the books agree with themselves."""

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from commerce.inserting import id_of
from commerce.ledger.tables import LedgerAccount, LedgerEntry


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A customer's account whose kept balance is not the sum of its entries."""

    account_id: int
    kind: str
    owner_id: int | None
    balance: int
    entries: int


def list_discrepancies(session: Session) -> list[Discrepancy]:
    """Every account whose balance contradicts its entries. Reads the whole ledger."""
    account = LedgerAccount
    total = func.coalesce(func.sum(LedgerEntry.amount), 0)
    found = session.exec(
        select(account, total)
        .join(LedgerEntry, col(LedgerEntry.account_id) == col(account.id), isouter=True)
        .where(col(account.balance).is_not(None))
        .group_by(col(account.id))
        .having(col(account.balance) != total)
        .order_by(col(account.id))
    )
    return [
        Discrepancy(id_of(row), row.kind, row.owner_id, row.balance or 0, int(entries))
        for row, entries in found
    ]


def totals(session: Session) -> dict[str, int]:
    """The sum of all entries by unit: zero, or somebody has been at the database."""
    found = session.exec(
        select(LedgerAccount.unit, func.sum(LedgerEntry.amount))
        .join(LedgerEntry, col(LedgerEntry.account_id) == col(LedgerAccount.id))
        .group_by(LedgerAccount.unit)
    )
    return {unit: int(total) for unit, total in found}
