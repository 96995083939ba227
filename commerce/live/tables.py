"""Tables of live streams: when, what is shown under which number, who wants to be reminded."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class LiveSession(SQLModel, table=True):
    """One live stream. `is_on` false takes it off every list; what is past is over by its end."""

    __tablename__ = "live_session"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ck_live_session_window"),
        UniqueConstraint("title", "starts_at", name="uq_live_session"),
        Index("ix_live_session_ends_at", "ends_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    title: str
    place: str = ""
    """Where it is watched, as customers are told: `视频号“掌柜小店”`."""
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    """From this moment on it is over."""
    is_on: bool = True


class LiveItem(SQLModel, table=True):
    """A product that is shown under a number: 3号链接 is position 3."""

    __tablename__ = "live_item"
    __table_args__ = (
        CheckConstraint("position > 0", name="ck_live_item_position"),
        UniqueConstraint("live_session_id", "position", name="uq_live_item"),
    )

    id: int | None = Field(default=None, primary_key=True)
    live_session_id: int = Field(foreign_key="live_session.id")
    position: int
    product_id: int = Field(foreign_key="product.id", index=True)


class LiveReminder(SQLModel, table=True):
    """A customer's consent to be reminded of one stream. Withdrawing it deletes the row."""

    __tablename__ = "live_reminder"
    __table_args__ = (
        UniqueConstraint("live_session_id", "customer_id", name="uq_live_reminder"),
        Index(
            "ix_live_reminder_waiting",
            "live_session_id",
            sqlite_where=text("told_at IS NULL"),
            postgresql_where=text("told_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    live_session_id: int = Field(foreign_key="live_session.id")
    customer_id: int = Field(foreign_key="customer.id", index=True)
    agreed_at: datetime = Field(sa_type=UtcDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When its time had come: whoever could be written to then was told, nobody is told later."""
