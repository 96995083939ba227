"""Favourites, what was looked at, and what is waited for."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class WatchKind(StrEnum):
    """What a customer waits for."""

    PRICE_DROP = "price_drop"
    BACK_IN_STOCK = "back_in_stock"


class Favourite(SQLModel, table=True):
    """A product that a customer has marked."""

    __tablename__ = "favourite"

    customer_id: int = Field(foreign_key="customer.id", primary_key=True)
    product_id: int = Field(foreign_key="product.id", primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)


class ProductLookedAt(SQLModel, table=True):
    """A product whose page a customer has opened. The latest hundred of each customer are kept."""

    __tablename__ = "product_looked_at"
    __table_args__ = (
        CheckConstraint("times > 0", name="ck_product_looked_at_times"),
        Index("ix_product_looked_at_product", "product_id", "customer_id"),
        Index("ix_product_looked_at_category", "category_id", "customer_id"),
    )

    customer_id: int = Field(foreign_key="customer.id", primary_key=True)
    product_id: int = Field(foreign_key="product.id", primary_key=True)
    category_id: int | None = Field(default=None, foreign_key="category.id")
    """The shelf that it stood on when it was looked at last."""
    times: int
    at: datetime = Field(sa_type=UtcDateTime)
    """When last."""


class ProductWatch(SQLModel, table=True):
    """Something that a customer asked to be told of, once.

    While it is live (`told_at` is empty) there is one of a kind to a customer and product.
    """

    __tablename__ = "product_watch"
    __table_args__ = (
        CheckConstraint("price >= 0", name="ck_product_watch_price"),
        CheckConstraint("kind IN ('price_drop', 'back_in_stock')", name="ck_product_watch_kind"),
        Index(
            "uq_product_watch_live",
            "customer_id",
            "product_id",
            "kind",
            unique=True,
            sqlite_where=text("told_at IS NULL"),
            postgresql_where=text("told_at IS NULL"),
        ),
        Index(
            "ix_product_watch_due",
            "next_at",
            sqlite_where=text("told_at IS NULL"),
            postgresql_where=text("told_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id")
    product_id: int = Field(foreign_key="product.id", index=True)
    kind: str
    price: int
    """Fen that the customer was shown when they asked."""
    asked_at: datetime = Field(sa_type=UtcDateTime)
    next_at: datetime = Field(sa_type=UtcDateTime)
    """Not looked at before: no way to the customer was open at the last try."""
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
