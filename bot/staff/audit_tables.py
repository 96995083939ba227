"""What the shop's people did, in a chain that shows where somebody changed it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class AuditEntry(SQLModel, table=True):
    """One thing done or refused. The database refuses to change or remove a row."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_at", "at"),
        Index("ix_audit_entry_staff", "staff_id", "id"),
        Index("ix_audit_entry_did", "did", "id"),
    )

    id: int = Field(
        sa_column=Column(BigInteger, primary_key=True, autoincrement=False, nullable=False)
    )
    """1, 2, 3 …, without a gap."""
    at: datetime = Field(sa_type=UtcDateTime)
    staff_id: int | None = Field(default=None, foreign_key="staff.id")
    """None: nobody who was logged in, or the command line."""
    did: str
    """Such as `order.shipped`."""
    about: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """Plain JSON: what it was done to, and where values changed `before` and `after`. Holds
    nobody's name, phone or words."""
    address: str = ""
    prev_hash: str
    """The hash of the row before; empty in the first."""
    hash: str
    """A keyed digest over all of the row and `prev_hash`."""


class AuditHead(SQLModel, table=True):
    """Where the chain ends: whoever writes holds this row, and a missing tail shows."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="ck_audit_head_one"),)

    id: int = Field(
        default=1,
        primary_key=True,
        sa_column_kwargs={"autoincrement": False},
    )
    last_id: int = Field(default=0, sa_type=BigInteger)
    last_hash: str = ""
