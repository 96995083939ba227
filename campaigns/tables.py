"""Campaigns, the runs they make, and what each recipient got or why not."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from commerce.columns import BigId, UtcDateTime


class CampaignTerms(SQLModel, table=True):
    """The rules of speaking unasked, one row that operators edit; without it, these defaults."""

    __tablename__ = "campaign_terms"
    __table_args__ = (
        CheckConstraint("id = 1", name="ck_campaign_terms_id"),
        CheckConstraint(
            "cap_policy IN ('month_days', 'week7', 'day1')", name="ck_campaign_terms_cap_policy"
        ),
        CheckConstraint("per_week BETWEEN 0 AND 50", name="ck_campaign_terms_per_week"),
        CheckConstraint(
            "quiet_from BETWEEN 0 AND 23 AND quiet_until BETWEEN 0 AND 23",
            name="ck_campaign_terms_quiet",
        ),
        CheckConstraint("auto_pause_failures >= 1", name="ck_campaign_terms_auto_pause"),
    )

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    cap_policy: str = "day1"
    """How many mass messages WeCom lets one recipient have: `month_days`, `week7` or `day1`, as
    the corp's administrator has chosen."""
    per_week: int = 2
    """Marketing messages that a customer gets in seven days at most, of all campaigns together."""
    quiet_from: int = 22
    """The hour of Shanghai from which on nothing leaves,"""
    quiet_until: int = 8
    """and that when it may again. Equal hours are no quiet hours."""
    stand_ins: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """By the userid of who lets a mass task lie, who is told then."""
    auto_pause_failures: int = 20
    """A run that fails so many times in a row pauses itself."""


class CampaignKind(StrEnum):
    """What sets a campaign going."""

    ONCE = "once"
    RECURRING = "recurring"
    JOURNEY = "journey"
    """An event begins it for one customer; steps follow."""
    SOP = "sop"
    """Steps by day and time, for the customers of a segment or for customer groups."""


class Audience(StrEnum):
    """Who is spoken to."""

    CUSTOMERS = "customers"
    GROUPS = "groups"
    MOMENTS = "moments"


class Purpose(StrEnum):
    """Why the shop speaks: service is owed to the customer, marketing is not."""

    MARKETING = "marketing"
    SERVICE = "service"


class CampaignState(StrEnum):
    """Where a campaign is. Nothing leaves a draft, a paused or a stopped one."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"


class Campaign(SQLModel, table=True):
    """What the merchant plans. `campaigns.shapes` reads the JSON columns."""

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("holdout_percent BETWEEN 0 AND 50", name="ck_campaign_holdout"),
        CheckConstraint("attribution_days BETWEEN 1 AND 90", name="ck_campaign_attribution"),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str
    kind: str
    audience: str = Audience.CUSTOMERS
    purpose: str = Purpose.MARKETING
    state: str = Field(default=CampaignState.DRAFT, index=True)
    segment_id: int | None = Field(default=None, foreign_key="segment.id")
    """Whose members get it; None for everybody whom a route reaches."""
    groups: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """`shapes.GroupChoice`: which customer groups get it."""
    plan: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """`shapes.Plan`: when it goes out, or what begins it."""
    nodes: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )
    """`shapes.Node`s in their order; a single send for a campaign without steps."""
    routes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """`ports.Route`s, the first open one is used."""
    holdout_percent: int = 0
    """So many of a hundred are left out, to compare with."""
    attribution_days: int = 7
    stop_rule: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    """`shapes.StopRule`, stated before it begins."""
    promoter_code: str = ""
    """Whose promotion its cards are; empty for nobody's."""
    salt: str
    """Of the hash that draws hold-out and arms; never changes."""
    override_by: str = ""
    """The owner who let the content pass although the lint blocks it."""
    override_reason: str = ""
    override_digest: str = ""
    """Of the content that was let pass: other content needs another decision."""
    override_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int = 1
    created_by: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    """When its next run begins; None when no clock begins one."""


class RunState(StrEnum):
    """Where a run is. Its messages leave only while it is running."""

    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"


class CampaignRun(SQLModel, table=True):
    """A campaign at work: one a slot. What it sends is frozen when it begins.

    A journey has one run that stands as long as it does.
    """

    __tablename__ = "campaign_run"
    __table_args__ = (UniqueConstraint("campaign_id", "slot", name="uq_campaign_run"),)

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id")
    slot: datetime = Field(sa_type=UtcDateTime)
    """When it was due."""
    state: str = Field(default=RunState.RUNNING, index=True)
    rule: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    """The segment's rule as it was."""
    nodes: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    routes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    upper_bound: int = Field(default=0, sa_type=BigId)
    """The last customer of the batches: who comes later is not of this run."""
    cursor: int = Field(default=0, sa_type=BigId)
    """The last customer who was looked at."""
    is_planned: bool = False
    """Whether everybody was looked at."""
    planned: int = 0
    """How many of a segment were looked at,"""
    planned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """and when the last of them."""
    audience_size: int | None = None
    """How many there are, counted once, for the looks at its arms; None where none are compared."""
    failures: int = 0
    """Deliveries in a row that failed, for pausing by itself."""
    reason: str = ""
    """Why it is paused or was stopped, in words for operators."""
    decided_by: str = ""
    """Who paused, resumed or stopped it last; `clock` for the run itself."""
    began_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DeliveryState(StrEnum):
    """What became of one recipient."""

    HELD_BACK = "held_back"
    """Not sent, for the reason that stands beside it."""
    DEFERRED = "deferred"
    """Planned again at `due_at`: over the platform's cap now, or in the quiet hours."""
    GATHERED = "gathered"
    """Waits to be part of a mass task."""
    POSTED = "posted"
    """In the outbox, or in a mass task that waits to be confirmed."""
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Left, and nobody knows whether it arrived."""


class Delivery(SQLModel, table=True):
    """One recipient of one send. Committed before anything leaves; a second row is refused."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("run_id", "occasion", "node", "recipient", name="uq_delivery"),
        Index("ix_delivery_customer", "customer_id", "planned_at"),
        Index("ix_delivery_run", "run_id", "state", "reason", "arm"),
        Index("ix_delivery_task", "task_id"),
        Index(
            "uq_delivery_outbox",
            "outbox_key",
            unique=True,
            sqlite_where=text("outbox_key IS NOT NULL"),
            postgresql_where=text("outbox_key IS NOT NULL"),
        ),
        Index(
            "ix_delivery_due",
            "run_id",
            "due_at",
            sqlite_where=text("state = 'deferred'"),
            postgresql_where=text("state = 'deferred'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    campaign_id: int = Field(foreign_key="campaign.id")
    run_id: int = Field(foreign_key="campaign_run.id")
    occasion: int = Field(default=0, sa_type=BigId)
    """The journey entry it belongs to; 0 for a run over a segment."""
    node: str
    recipient: str
    """`c:12` a customer, `g:wr…` a customer group, `m:USERID` somebody's moments."""
    customer_id: int | None = Field(default=None, foreign_key="customer.id")
    group_id: int | None = Field(default=None, foreign_key="community_group.id")
    arm: str = ""
    route: str = ""
    state: str
    reason: str = ""
    """`limits.Reason` for one held back or deferred; plain words for a failure."""
    sender: str = ""
    """Of a mass task: the userid of who has to confirm."""
    address: str = ""
    """Of a mass task: an external_userid or a chat id."""
    task_id: int | None = Field(default=None, foreign_key="mass_task.id")
    outbox_key: str | None = None
    """The outbox row whose end is this delivery's end."""
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    is_drawn: bool = False
    """Whether the lot between getting it and being left out was drawn, whatever came after."""
    planned_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
