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


class ParcelLine(SQLModel, table=True):
    """Pieces of an order's line that a parcel holds. A parcel without lines holds no goods of the
    order: what was forgotten, or sent in place of something."""

    __tablename__ = "parcel_line"
    __table_args__ = (
        UniqueConstraint("parcel_id", "order_line_id", name="uq_parcel_line"),
        CheckConstraint("quantity > 0", name="ck_parcel_line_quantity"),
    )

    id: int | None = Field(default=None, primary_key=True)
    parcel_id: int = Field(foreign_key="parcel.id")
    order_line_id: int = Field(foreign_key="order_line.id", index=True)
    quantity: int


class ShippedLine(SQLModel, table=True):
    """How many pieces of an order's line are on their way, and how many never will be.

    No piece leaves twice, nor one whose money went back before: the row's own check refuses what
    the guarded update would let through.
    """

    __tablename__ = "shipped_line"
    __table_args__ = (
        CheckConstraint(
            "shipped >= 0 AND called_off >= 0 AND shipped + called_off <= bought",
            name="ck_shipped_line_shipped",
        ),
    )

    order_line_id: int = Field(foreign_key="order_line.id", primary_key=True)
    bought: int
    shipped: int
    called_off: int


class ReportState(StrEnum):
    """What became of telling WeChat that a paid order is on its way."""

    WANTED = "wanted"
    TAKEN = "taken"
    REFUSED = "refused"
    """By WeChat for good, or by ourselves because WeChat would."""
    SKIPPED = "skipped"
    """Not sent: there is no mini-program to tell it for, or a later report says more."""


class ShippingReport(SQLModel, table=True):
    """What WeChat is told of a payment's parcels. Paid money stays frozen until all are told."""

    __tablename__ = "shipping_report"
    __table_args__ = (
        UniqueConstraint("payment_id", "number", name="uq_shipping_report"),
        # A payment's report may be put right once (发货信息录入 documentation).
        Index(
            "uq_shipping_report_correction",
            "payment_id",
            unique=True,
            sqlite_where=text("is_correction"),
            postgresql_where=text("is_correction"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    payment_id: int = Field(foreign_key="payment.id")
    number: int
    """The first is 1. Each names all parcels so far: only the last one counts."""
    digest: str
    """Of the parcels it names, and of whether they are all."""
    is_split: bool
    is_whole: bool
    """Whether nothing more is to follow."""
    is_correction: bool
    state: str = ReportState.WANTED
    reason: str = ""
    """Why it was refused or skipped, for the shop's people."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
