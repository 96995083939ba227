"""Who is on which journey, and every step they took."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

from commerce.columns import BigId, UtcDateTime


class EntryState(StrEnum):
    """Whether somebody is still on their way."""

    ACTIVE = "active"
    DONE = "done"
    ENDED_EARLY = "ended_early"


class JourneyEntry(SQLModel, table=True):
    """Somebody entered a journey: one at a time of each."""

    __tablename__ = "journey_entry"
    __table_args__ = (
        Index(
            "uq_journey_entry_active",
            "campaign_id",
            "recipient",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
        Index(
            "ix_journey_entry_due",
            "wake_at",
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
        Index("uq_journey_entry_cause", "campaign_id", "recipient", "cause", unique=True),
        Index("ix_journey_entry_customer", "customer_id", "state"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    run_id: int = Field(foreign_key="campaign_run.id")
    recipient: str
    """As `delivery.recipient`."""
    customer_id: int | None = Field(default=None, foreign_key="customer.id")
    group_id: int | None = Field(default=None, foreign_key="community_group.id")
    subject: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What the event was about, such as an order's number."""
    cause: str = ""
    """Names the event: the same one never begins it twice."""
    state: str = EntryState.ACTIVE
    end_reason: str = ""
    """Of an early end: `purchase`, `reply`, `unsubscribed`, `handover`, `tag`, `stopped`, or `over`
    when what it was about is no more."""
    node: str
    """Where they are."""
    wake_at: datetime = Field(sa_type=UtcDateTime)
    """When the node is looked at next."""
    entered_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class JourneyMove(SQLModel, table=True):
    """What happened at a node. Rows are only added."""

    __tablename__ = "journey_move"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    entry_id: int = Field(foreign_key="journey_entry.id", index=True)
    node: str
    outcome: str
    """`sent`, `held_back:REASON`, `failed`, `missed`, `waited`, `yes`, `no`, `ended:REASON`."""
    at: datetime = Field(sa_type=UtcDateTime)
