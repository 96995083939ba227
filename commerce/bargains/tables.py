"""Bargains: what may be bargained for, who has begun, who has helped."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class BargainState(StrEnum):
    """Where a bargain is in its life. One whose order closes unpaid is `reached` again."""

    OPEN = "open"
    REACHED = "reached"
    ORDERED = "ordered"
    EXPIRED = "expired"


class BargainActivity(SQLModel, table=True):
    """A variant whose price falls to `floor` fen with the help of so many friends.

    It is off until somebody has acknowledged the platform's rule about it.
    """

    __tablename__ = "bargain_activity"
    __table_args__ = (
        CheckConstraint("floor > 0 AND helpers > 0", name="ck_bargain_activity_goal"),
        CheckConstraint("lifetime_minutes > 0", name="ck_bargain_activity_lifetime"),
        CheckConstraint(
            "starts_per_customer > 0 AND helps_per_customer > 0", name="ck_bargain_activity_limits"
        ),
        CheckConstraint(
            "NOT is_on OR (acknowledged_by <> '' AND acknowledged_at IS NOT NULL)",
            name="ck_bargain_activity_acknowledged",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """Names it in files."""
    name: str
    variant_id: int = Field(foreign_key="variant.id", index=True)
    floor: int
    helpers: int
    lifetime_minutes: int
    """How long a bargain may go on."""
    starts_per_customer: int = 1
    """How many bargains a customer may begin."""
    helps_per_customer: int = 1
    """How many bargains of others a customer may help in."""
    is_on: bool = False
    acknowledged_by: str = ""
    """Who has read the platform's rule and switched it on all the same."""
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Bargain(SQLModel, table=True):
    """One customer's bargain, on the terms of the day it began. Amounts are fen."""

    __tablename__ = "bargain"
    __table_args__ = (
        CheckConstraint("floor <= price AND price <= start_price", name="ck_bargain_price"),
        CheckConstraint("helped >= 0 AND helped <= helpers", name="ck_bargain_helped"),
        CheckConstraint("(helped = helpers) = (price = floor)", name="ck_bargain_floor"),
        CheckConstraint("(state = 'ordered') = (order_id IS NOT NULL)", name="ck_bargain_order_id"),
        CheckConstraint(
            "state NOT IN ('reached', 'ordered') OR price = floor", name="ck_bargain_reached"
        ),
        CheckConstraint("started_at < expires_at", name="ck_bargain_window"),
        Index("ix_bargain_customer_id", "customer_id", "activity_id"),
        Index(
            "ix_bargain_expiring",
            "expires_at",
            sqlite_where=text("state = 'open' OR state = 'reached'"),
            postgresql_where=text("state = 'open' OR state = 'reached'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    bargain_no: str = Field(unique=True)
    """Nobody can guess it: whoever has it may help."""
    activity_id: int = Field(foreign_key="bargain_activity.id", index=True)
    customer_id: int = Field(foreign_key="customer.id")
    variant_id: int = Field(foreign_key="variant.id")
    start_price: int
    floor: int
    price: int
    helpers: int
    """How many friends bring it to its floor: never more than there are fen to take off."""
    helped: int = 0
    state: str = BargainState.OPEN
    started_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    order_id: int | None = Field(default=None, foreign_key="customer_order.id", unique=True)
    """The order that it was used for: one at a time."""


class BargainHelp(SQLModel, table=True):
    """A friend took `cut` fen off a bargain's price, once. The cuts sum to what it fell by."""

    __tablename__ = "bargain_help"
    __table_args__ = (CheckConstraint("cut > 0", name="ck_bargain_help_cut"),)

    bargain_id: int = Field(foreign_key="bargain.id", primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", primary_key=True, index=True)
    cut: int
    at: datetime = Field(sa_type=UtcDateTime)
