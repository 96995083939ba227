"""Parcels on their way to customers, and what their carriers said."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from commerce.columns import BigId, UtcDateTime


class ParcelState(StrEnum):
    """Where a parcel is, by its carrier's word."""

    ANNOUNCED = "announced"
    """The shop has handed in its number; no scan yet."""
    COLLECTED = "collected"
    MOVING = "moving"
    DELIVERING = "delivering"
    WAITING = "waiting"
    """In a locker or at a station, for the customer to fetch."""
    DELIVERED = "delivered"
    TROUBLED = "troubled"
    RETURNING = "returning"
    RETURNED = "returned"


FINAL = frozenset({ParcelState.DELIVERED, ParcelState.RETURNED})


class Parcel(SQLModel, table=True):
    """A parcel of an order. An order may have several."""

    __tablename__ = "parcel"
    __table_args__ = (
        UniqueConstraint("carrier", "tracking_no", name="uq_parcel"),
        CheckConstraint("failures >= 0", name="ck_parcel_failures"),
        Index(
            "ix_parcel_to_ask",
            "next_ask_at",
            sqlite_where=text("next_ask_at IS NOT NULL"),
            postgresql_where=text("next_ask_at IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="customer_order.id", index=True)
    carrier: str
    """A code of `commerce.parcels.carriers`."""
    tracking_no: str
    state: str = ParcelState.ANNOUNCED
    shipped_at: datetime = Field(sa_type=UtcDateTime)
    moved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When its state last changed, by our clock."""
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When its carrier last answered."""
    tried_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When its carrier was last asked, whether or not it answered."""
    next_ask_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """None once nothing more is to be learnt."""
    failures: int = 0
    """Questions in a row that brought no answer."""
    trouble: str = ""
    """Why the last question brought no answer, for the shop's people."""


class ParcelEvent(SQLModel, table=True):
    """One scan. The words are sealed under `row_key`: they may name a courier with a phone."""

    __tablename__ = "parcel_event"
    __table_args__ = (UniqueConstraint("parcel_id", "digest", name="uq_parcel_event"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    parcel_id: int = Field(foreign_key="parcel.id")
    digest: str
    """Of time and words: the same scan, told again, is one row."""
    row_key: str
    at: datetime = Field(sa_type=UtcDateTime)
    words_sealed: bytes
