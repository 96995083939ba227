"""What a promoter has earned and where it is: numbers and lines that are the ledger's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from commerce.customers.merging import get_customer, ids_of
from commerce.distribution import transit
from commerce.distribution.following import CLAWED_BACK, EARNED, MATURED
from commerce.distribution.tables import MonthlyStatement, Promoter
from commerce.inserting import id_of, insert_once
from commerce.ledger.posting import AccountKey, AccountKind, balance
from commerce.ledger.tables import LedgerAccount, LedgerEntry, LedgerTransaction
from commerce.shanghai import SHANGHAI

A_ROUND: Final = 100
LONGEST_PAGE: Final = 50
_OWED: Final = (AccountKind.COMMISSION_PENDING, AccountKind.COMMISSION_AVAILABLE)
_WITHIN: Final = (MATURED, "customers_merged")
"""Kinds of postings that move money between a promoter's accounts: no line of theirs to read."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a promoter's commission is, in fen.

    `available` is below zero while there is a debt; the next earnings settle it. `this_month` is
    what the month in Shanghai has booked, less what it took back.
    """

    pending: int
    available: int
    in_transit: int
    withdrawn: int
    this_month: int


@dataclass(frozen=True, slots=True)
class Line:
    """One change of what the shop owes a promoter, fen. All lines sum to pending + available."""

    entry_id: int
    kind: str
    """commission_earned, commission_clawed_back, withdrawal_asked or withdrawal_returned."""
    memo: str
    amount: int
    at: datetime


def standing(session: Session, customer_id: int, now: datetime) -> Standing:
    """A customer's numbers of this moment. Raises NotFound."""
    present = id_of(get_customer(session, customer_id))

    def on(kind: AccountKind) -> int:
        return balance(session, AccountKey(kind, present))

    begin, _ = _month_of(now)
    paid = _sum(session, present, (AccountKind.WITHDRAWAL_IN_TRANSIT,), (transit.PAID,))
    return Standing(
        pending=on(AccountKind.COMMISSION_PENDING),
        available=on(AccountKind.COMMISSION_AVAILABLE),
        in_transit=on(AccountKind.WITHDRAWAL_IN_TRANSIT),
        withdrawn=-paid,
        this_month=_sum(session, present, _OWED, (EARNED, CLAWED_BACK), begin, now),
    )


def list_lines(
    session: Session, customer_id: int, *, limit: int = 10, before: int | None = None
) -> list[Line]:
    """What was earned, taken back, withdrawn and returned, the latest first.

    `before` is the entry that the page before ended with.
    """
    statement = (
        select(LedgerEntry, LedgerTransaction)
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(LedgerEntry.transaction_id))
        .where(
            col(LedgerEntry.account_id).in_(_accounts(session, customer_id, _OWED)),
            col(LedgerTransaction.kind).not_in(_WITHIN),
        )
        .order_by(col(LedgerEntry.id).desc())
        .limit(max(1, min(limit, LONGEST_PAGE)))
    )
    if before is not None:
        statement = statement.where(col(LedgerEntry.id) < before)
    return [
        Line(entry.id or 0, header.kind, header.memo, entry.amount, header.at)
        for entry, header in session.exec(statement)
    ]


def list_months(
    session: Session, customer_id: int, now: datetime, *, count: int = 6
) -> list[tuple[str, int]]:
    """What the latest months booked, less what they took back: `2026-11` and fen, oldest first."""
    present = id_of(get_customer(session, customer_id))
    found: list[tuple[str, int]] = []
    begin, end = _month_of(now)
    for _ in range(count):
        booked = _sum(session, present, _OWED, (EARNED, CLAWED_BACK), begin, end)
        found.append((_name(begin), booked))
        begin, end = _month_of(begin - timedelta(days=1))
    return found[::-1]


def list_due(session: Session, now: datetime) -> Sequence[int]:
    """Customer ids of promoters to whom the month that is over moved something, and who have no
    statement of it yet."""
    begin, end = _month_of(_month_of(now)[0] - timedelta(days=1))
    moved = (
        select(LedgerEntry.id)
        .join(LedgerAccount, col(LedgerAccount.id) == col(LedgerEntry.account_id))
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(LedgerEntry.transaction_id))
        .where(
            LedgerAccount.owner_id == Promoter.customer_id,
            col(LedgerAccount.kind).in_(_OWED),
            col(LedgerTransaction.at) >= begin,
            col(LedgerTransaction.at) < end,
        )
    )
    made = select(MonthlyStatement.id).where(
        MonthlyStatement.customer_id == Promoter.customer_id,
        MonthlyStatement.month == _name(begin),
    )
    statement = select(Promoter.customer_id).where(moved.exists(), ~made.exists())
    return session.exec(statement.order_by(col(Promoter.id)).limit(A_ROUND)).all()


def draw_up(session: Session, customer_id: int, now: datetime) -> MonthlyStatement | None:
    """The statement of the month that is over; None when it was drawn up before.

    Raises NotFound.
    """
    present = id_of(get_customer(session, customer_id))
    begin, end = _month_of(_month_of(now)[0] - timedelta(days=1))
    accounts = (AccountKind.WITHDRAWAL_IN_TRANSIT,)
    made = insert_once(
        session,
        MonthlyStatement,
        customer_id=present,
        month=_name(begin),
        earned=_sum(session, present, _OWED, (EARNED,), begin, end),
        clawed_back=-_sum(session, present, _OWED, (CLAWED_BACK,), begin, end),
        withdrawn=-_sum(session, present, accounts, (transit.PAID,), begin, end),
        pending=balance(session, AccountKey(AccountKind.COMMISSION_PENDING, present)),
        available=balance(session, AccountKey(AccountKind.COMMISSION_AVAILABLE, present)),
        made_at=now,
    )
    if not made:
        return None
    statement = select(MonthlyStatement).where(
        MonthlyStatement.customer_id == present, MonthlyStatement.month == _name(begin)
    )
    return session.exec(statement).one()


def _sum(
    session: Session,
    customer_id: int,
    accounts: Sequence[AccountKind],
    kinds: Sequence[str],
    begin: datetime | None = None,
    end: datetime | None = None,
) -> int:
    """What postings of these kinds have put onto these accounts, from `begin` until `end`."""
    statement = (
        select(func.coalesce(func.sum(LedgerEntry.amount), 0))
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(LedgerEntry.transaction_id))
        .where(
            col(LedgerEntry.account_id).in_(_accounts(session, customer_id, accounts)),
            col(LedgerTransaction.kind).in_(kinds),
        )
    )
    if begin is not None:
        statement = statement.where(col(LedgerTransaction.at) >= begin)
    if end is not None:
        statement = statement.where(col(LedgerTransaction.at) < end)
    return int(session.exec(statement).one())


def _accounts(
    session: Session, customer_id: int, kinds: Sequence[AccountKind]
) -> SelectOfScalar[Any]:
    """The accounts of the customer and of all who proved to be the same person."""
    return select(LedgerAccount.id).where(
        col(LedgerAccount.owner_id).in_(ids_of(session, customer_id)),
        col(LedgerAccount.kind).in_(kinds),
    )


def _month_of(moment: datetime) -> tuple[datetime, datetime]:
    """The first moment of its month in Shanghai, and that of the next."""
    begin = moment.astimezone(SHANGHAI).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return begin, (begin + timedelta(days=32)).replace(day=1)


def _name(begin: datetime) -> str:
    return f"{begin:%Y-%m}"
