"""Who buys: one customer, known under one identity a channel, with addresses that are sealed."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class Customer(SQLModel, table=True):
    """A person, however many channels they come by."""

    __tablename__ = "customer"

    id: int | None = Field(default=None, primary_key=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    unsubscribed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    merged_into_id: int | None = Field(default=None, foreign_key="customer.id", index=True)
    """Set when two customers proved to be one person; nothing is kept under this row any more."""


class Identity(SQLModel, table=True):
    """A customer as one channel knows them (openid, external_userid)."""

    __tablename__ = "identity"
    __table_args__ = (
        UniqueConstraint("channel", "account", "external_user", name="uq_identity"),
        Index("ix_identity_unionid", "unionid", postgresql_where=text("unionid IS NOT NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    channel: str
    account: str
    external_user: str
    unionid: str | None = None
    follows: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)


class Address(SQLModel, table=True):
    """Where parcels go. Names, phones and streets are sealed under `row_key`."""

    __tablename__ = "address"
    __table_args__ = (
        Index(
            "uq_address_default",
            "customer_id",
            unique=True,
            sqlite_where=text("is_default"),
            postgresql_where=text("is_default"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    row_key: str = Field(unique=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    recipient_sealed: bytes
    phone_sealed: bytes
    phone_digest: str = Field(index=True)
    region: str
    detail_sealed: bytes
    last_used_at: datetime = Field(sa_type=UtcDateTime)
    is_default: bool = False
    """At most one a customer: where parcels go unless another is chosen."""


class SubscriptionChange(SQLModel, table=True):
    """A customer stopped campaign messages, or allowed them again. Kept as proof."""

    __tablename__ = "subscription_change"

    id: int | None = Field(default=None, primary_key=True)
    row_key: str = Field(unique=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    wants_messages: bool
    channel: str
    """Where it was said; `merge` when it came from another record of the same person."""
    words_sealed: bytes | None = None
    at: datetime = Field(sa_type=UtcDateTime)
