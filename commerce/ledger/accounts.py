"""Which accounts there are, and how a key finds its row."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, SQLModel

from commerce.inserting import insert_once
from commerce.ledger.tables import LedgerAccount, Unit
from commerce.prepared import Prepared


class AccountKind(StrEnum):
    """What an account is for.

    A customer's balance is what the shop owes them when it is above zero. As all accounts sum to
    zero, what the shop has stands below zero: a refund is first taken from SHOP_SALES onto
    REFUND_OWED, and once the money has left, from there onto SHOP_MONEY.
    """

    POINTS = "points"
    """May fall below zero, when points are taken back that were spent meanwhile."""
    EXPERIENCE = "experience"
    REFUND_OWED = "refund_owed"
    """Money promised back and not yet sent. What the bank did is booked whatever it was."""
    GIFT_BALANCE = "gift_balance"
    COMMISSION_PENDING = "commission_pending"
    COMMISSION_AVAILABLE = "commission_available"
    """May fall below zero, when an order is refunded whose commission was paid out meanwhile."""
    WITHDRAWAL_IN_TRANSIT = "withdrawal_in_transit"
    """Commission that its promoter has asked for and that has not arrived."""

    SHOP_POINTS = "shop_points"
    """Less than zero by all the points that customers hold."""
    SHOP_EXPERIENCE = "shop_experience"
    SHOP_MONEY = "shop_money"
    """Less than zero by the money that is at WeChat Pay."""
    SHOP_SALES = "shop_sales"
    SHOP_EXPENSE = "shop_expense"


@dataclass(frozen=True, slots=True)
class _Terms:
    unit: Unit
    is_customers: bool
    floor: int | None = None


_TERMS: Final[dict[AccountKind, _Terms]] = {
    AccountKind.POINTS: _Terms(Unit.POINT, is_customers=True),
    AccountKind.EXPERIENCE: _Terms(Unit.EXPERIENCE, is_customers=True),
    AccountKind.REFUND_OWED: _Terms(Unit.FEN, is_customers=True),
    AccountKind.GIFT_BALANCE: _Terms(Unit.FEN, is_customers=True, floor=0),
    AccountKind.COMMISSION_PENDING: _Terms(Unit.FEN, is_customers=True),
    AccountKind.COMMISSION_AVAILABLE: _Terms(Unit.FEN, is_customers=True),
    AccountKind.WITHDRAWAL_IN_TRANSIT: _Terms(Unit.FEN, is_customers=True, floor=0),
    AccountKind.SHOP_POINTS: _Terms(Unit.POINT, is_customers=False),
    AccountKind.SHOP_EXPERIENCE: _Terms(Unit.EXPERIENCE, is_customers=False),
    AccountKind.SHOP_MONEY: _Terms(Unit.FEN, is_customers=False),
    AccountKind.SHOP_SALES: _Terms(Unit.FEN, is_customers=False),
    AccountKind.SHOP_EXPENSE: _Terms(Unit.FEN, is_customers=False),
}


@dataclass(frozen=True, slots=True)
class AccountKey:
    """An account by what it is for and whose it is. Raises ValueError without its owner.

    The shop's accounts have none.
    """

    kind: AccountKind
    owner_id: int | None = None

    def __post_init__(self) -> None:
        if _TERMS[self.kind].is_customers != (self.owner_id is not None):
            raise ValueError(f"{self.kind} and owner {self.owner_id} do not go together")

    @property
    def unit(self) -> Unit:
        """What it counts."""
        return _TERMS[self.kind].unit

    @property
    def floor(self) -> int | None:
        """The least balance it may have, if there is one."""
        return _TERMS[self.kind].floor


_ACCOUNT = SQLModel.metadata.tables[LedgerAccount.__tablename__]
_FIND = Prepared(
    select(_ACCOUNT.c.id, _ACCOUNT.c.joined_to_id).where(
        _ACCOUNT.c.kind == bindparam("kind"),
        func.coalesce(_ACCOUNT.c.owner_id, 0) == bindparam("owner"),
    )
)


def find_account(session: Session, key: AccountKey) -> int | None:
    """The id of the account, or of the one it was joined to; None before its first entry."""
    row: Any = _FIND.first(session, kind=key.kind.value, owner=key.owner_id or 0)
    if row is None:
        return None
    found: int = row.id if row.joined_to_id is None else row.joined_to_id
    return found


def open_account(session: Session, key: AccountKey) -> int:
    """The id of the account, or of the one it was joined to; made if it is not there yet."""
    found = find_account(session, key)
    if found is not None:
        return found
    insert_once(
        session,
        LedgerAccount,
        kind=key.kind.value,
        owner_id=key.owner_id,
        unit=key.unit.value,
        balance=None if key.owner_id is None else 0,
        floor=key.floor,
    )
    made = find_account(session, key)
    assert made is not None  # noqa: S101 - inserted just now, by us or by somebody else
    return made
