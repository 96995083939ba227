"""The ledger's tables. What the database refuses by itself is in the migration's triggers.

A transaction is written entries first, then its header, because SQLite has no deferred trigger:
the header's trigger refuses a sum other than zero, an account of another unit and fewer than two
entries; an entry's trigger refuses to come after its header; every UPDATE and DELETE is refused.
An entry refers to its header by a deferred foreign key, so none is ever committed without one.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from commerce.columns import BigId, UtcDateTime


class Unit(StrEnum):
    """What an account counts."""

    FEN = "fen"
    POINT = "point"
    EXPERIENCE = "experience"
    """Fen of goods received, which raise a member's level and are no money."""


class LedgerAccount(SQLModel, table=True):
    """An account of a customer, or of the shop when it has no owner.

    A customer's account keeps its `balance`, the sum of its entries, so that spending can be
    guarded; the shop's have none, so that nobody queues for them. `floor` is the least balance it
    may have; None lets it fall into debt.
    """

    __tablename__ = "ledger_account"
    __table_args__ = (
        Index("uq_ledger_account", "kind", text("coalesce(owner_id, 0)"), unique=True),
        CheckConstraint(
            "unit IN ('fen', 'point', 'experience')",
            name="ck_ledger_account_unit",
        ),
        CheckConstraint(
            "(owner_id IS NULL) = (balance IS NULL)",
            name="ck_ledger_account_balance",
        ),
        CheckConstraint("balance >= floor", name="ck_ledger_account_floor"),
        CheckConstraint(
            "joined_to_id IS NULL OR balance = 0",
            name="ck_ledger_account_joined",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    owner_id: int | None = Field(default=None, foreign_key="customer.id", index=True)
    unit: str
    balance: int | None = Field(default=None, sa_type=BigInteger)
    floor: int | None = Field(default=None, sa_type=BigInteger)
    joined_to_id: int | None = Field(default=None, foreign_key="ledger_account.id", index=True)
    """Set once its owner proved to be another customer: what is posted here goes to that one's."""


class LedgerEntry(SQLModel, table=True):
    """So much onto an account, or off it. For ever: a mistake is corrected by another."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="ck_ledger_entry_amount"),
        Index("ix_ledger_entry_account_id", "account_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    transaction_id: str = Field(
        sa_column=Column(
            String,
            ForeignKey("ledger_transaction.id", deferrable=True, initially="DEFERRED"),
            nullable=False,
            index=True,
        )
    )
    account_id: int = Field(foreign_key="ledger_account.id")
    amount: int = Field(sa_type=BigInteger)


class LedgerTransaction(SQLModel, table=True):
    """What was posted together and sums to zero. `kind` and `ref` name it: it happens once."""

    __tablename__ = "ledger_transaction"
    __table_args__ = (UniqueConstraint("kind", "ref", name="uq_ledger_transaction"),)

    id: str = Field(primary_key=True)
    kind: str
    """What happened, such as points_spent."""
    ref: str
    """To what it happened, such as an order's id: unique within the kind."""
    unit: str
    memo: str
    """What the owner of an account reads in a statement. Holds nobody's name, phone or address."""
    actor: str
    """customer:<id>, clock, wechat_pay or agent:<id>."""
    at: datetime = Field(sa_type=UtcDateTime)
