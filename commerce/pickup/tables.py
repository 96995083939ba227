"""Stores where orders are fetched, the codes that fetch them, and when customers come."""

from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime

MOST_TRIES: Final = 10
"""Codes that a store may try in a minute in vain: eight digits are not guessed at that pace."""


class Store(SQLModel, table=True):
    """A place with a door. Its hours are minutes after midnight in Shanghai, the same every day."""

    __tablename__ = "store"
    __table_args__ = (
        CheckConstraint(
            "opens_at >= 0 AND opens_at < closes_at AND closes_at <= 1440", name="ck_store_hours"
        ),
        CheckConstraint("slot_minutes > 0 AND slot_capacity >= 0", name="ck_store_slots"),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    region: str
    """As addresses write it: 浙江省 杭州市 西湖区."""
    address: str
    phone: str
    opens_at: int
    closes_at: int
    slot_minutes: int = 60
    slot_capacity: int = 0
    """How many customers may come in one slot; 0 where nobody makes an appointment."""
    is_open: bool = True
    """Whether orders may be fetched here; one that was placed before still may."""

    @property
    def opening_hours(self) -> str:
        """As customers read it: `09:00–21:00`."""
        ends = (self.opens_at, self.closes_at)
        return "–".join(f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in ends)


class PickupCode(SQLModel, table=True):
    """Eight digits that fetch one order at one store, once. They are sealed under `row_key`."""

    __tablename__ = "pickup_code"

    order_id: int = Field(foreign_key="customer_order.id", primary_key=True)
    store_id: int = Field(foreign_key="store.id", index=True)
    row_key: str = Field(unique=True)
    digest: str = Field(unique=True)
    """Keyed, so that the digits are found and not told. No code is ever given twice."""
    code_sealed: bytes
    given_at: datetime = Field(sa_type=UtcDateTime)
    redeemed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    redeemed_by: str | None = None


class PickupTries(SQLModel, table=True):
    """Codes that a store tried in vain within its latest minute."""

    __tablename__ = "pickup_tries"
    __table_args__ = (
        CheckConstraint(f"tries >= 0 AND tries <= {MOST_TRIES}", name="ck_pickup_tries"),
    )

    store_id: int = Field(foreign_key="store.id", primary_key=True)
    minute: datetime = Field(sa_type=UtcDateTime)
    tries: int


class PickupSlot(SQLModel, table=True):
    """A stretch of time in which so many customers come. Written when the first one does."""

    __tablename__ = "pickup_slot"
    __table_args__ = (
        UniqueConstraint("store_id", "starts_at", name="uq_pickup_slot"),
        CheckConstraint("taken >= 0 AND taken <= capacity", name="ck_pickup_slot_taken"),
    )

    id: int | None = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="store.id")
    starts_at: datetime = Field(sa_type=UtcDateTime)
    capacity: int
    taken: int


class PickupBooking(SQLModel, table=True):
    """When an order will be fetched, as far as its customer has said."""

    __tablename__ = "pickup_booking"

    order_id: int = Field(foreign_key="customer_order.id", primary_key=True)
    slot_id: int = Field(foreign_key="pickup_slot.id", index=True)
    booked_at: datetime = Field(sa_type=UtcDateTime)
