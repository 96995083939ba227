"""What happened in the shop, for those above it. Written in the transaction that made it true."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, Session, SQLModel

from commerce.columns import BigId, UtcDateTime


class ShopEvent(SQLModel, table=True):
    """A fact in the past tense, such as order_paid. Handled once, whoever listens."""

    __tablename__ = "shop_event"
    __table_args__ = (
        Index(
            "ix_shop_event_unhandled",
            "id",
            sqlite_where=text("handled_at IS NULL"),
            postgresql_where=text("handled_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    kind: str
    subject: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """Ids and plain values that the kind defines."""
    at: datetime = Field(sa_type=UtcDateTime)
    handled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    """How often handling it has failed."""
    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it is tried again, if it failed."""


def announce(session: Session, kind: str, *, now: datetime, **subject: Any) -> None:
    """Record that something happened; listeners learn of it after the commit."""
    session.add(ShopEvent(kind=kind, subject=subject, at=now))
