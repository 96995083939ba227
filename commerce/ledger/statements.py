"""What moved on an account, the latest first, each line with the balance after it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, func, select

from commerce.ledger.accounts import AccountKey, find_account
from commerce.ledger.tables import LedgerEntry, LedgerTransaction

LONGEST_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry. `balance` is what was on the account once it was made."""

    entry_id: int
    kind: str
    ref: str
    memo: str
    amount: int
    balance: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Statement:
    """A page of an account's history. `older` is where the next page begins; None at the end."""

    lines: tuple[StatementLine, ...]
    older: int | None


def statement(
    session: Session, key: AccountKey, *, limit: int = 20, before: int | None = None
) -> Statement:
    """Up to `limit` entries of an account, the latest first, older than the entry `before`."""
    account = find_account(session, key)
    if account is None:
        return Statement((), None)
    limit = max(1, min(limit, LONGEST_PAGE))
    entry, header = LedgerEntry, LedgerTransaction
    query = (
        select(entry, header)
        .join(header, col(header.id) == col(entry.transaction_id))
        .where(entry.account_id == account)
        .order_by(col(entry.id).desc())
        .limit(limit + 1)
    )
    if before is not None:
        query = query.where(col(entry.id) < before)
    found = session.exec(query).all()
    lines: list[StatementLine] = []
    after = _balance_before(session, account, before)
    for row, named in found[:limit]:
        lines.append(_line(row, named, after))
        after -= row.amount
    return Statement(tuple(lines), lines[-1].entry_id if len(found) > limit else None)


def _line(entry: LedgerEntry, header: LedgerTransaction, balance: int) -> StatementLine:
    assert entry.id is not None  # noqa: S101 - it was read from the database
    return StatementLine(
        entry_id=entry.id,
        kind=header.kind,
        ref=header.ref,
        memo=header.memo,
        amount=entry.amount,
        balance=balance,
        at=header.at,
    )


def _balance_before(session: Session, account: int, entry_id: int | None) -> int:
    """The sum of an account's entries older than this one, or of all."""
    total = select(func.coalesce(func.sum(LedgerEntry.amount), 0)).where(
        LedgerEntry.account_id == account
    )
    if entry_id is not None:
        total = total.where(col(LedgerEntry.id) < entry_id)
    return int(session.exec(total).one())
