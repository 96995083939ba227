"""Visits that a campaign brought, and the orders it is credited with."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index
from sqlmodel import Field, SQLModel

from commerce.columns import BigId, UtcDateTime


class CampaignVisit(SQLModel, table=True):
    """A customer opened a card or link of a campaign. Rows are only added."""

    __tablename__ = "campaign_visit"
    __table_args__ = (
        Index("ix_campaign_visit_customer", "customer_id", "at"),
        Index("ix_campaign_visit_campaign", "campaign_id", "at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    campaign_id: int = Field(foreign_key="campaign.id")
    run_id: int = Field(foreign_key="campaign_run.id")
    node: str
    arm: str
    delivery_id: int | None = Field(default=None, sa_type=BigId)
    """Whose card it was; None for one that went to many."""
    task_id: int | None = Field(default=None, foreign_key="mass_task.id")
    group_id: int | None = Field(default=None, foreign_key="community_group.id")
    """The customer group it was seen in, where only one of the task's has the visitor."""
    customer_id: int = Field(foreign_key="customer.id")
    page: str
    subject: str
    promoter: str = ""
    at: datetime = Field(sa_type=UtcDateTime)


class CampaignCredit(SQLModel, table=True):
    """A paid order that a campaign is credited with: its last touch within the days."""

    __tablename__ = "campaign_credit"
    __table_args__ = (
        CheckConstraint("refunded BETWEEN 0 AND paid", name="ck_campaign_credit_refunded"),
        Index("ix_campaign_credit_campaign", "campaign_id", "at"),
    )

    order_id: int = Field(primary_key=True, foreign_key="customer_order.id")
    visit_id: int = Field(foreign_key="campaign_visit.id", sa_type=BigId)
    campaign_id: int = Field(foreign_key="campaign.id")
    run_id: int = Field(foreign_key="campaign_run.id")
    node: str
    arm: str
    group_id: int | None = Field(default=None, foreign_key="community_group.id")
    customer_id: int = Field(foreign_key="customer.id", index=True)
    paid: int
    """Fen."""
    refunded: int = 0
    """Fen of it that went back."""
    at: datetime = Field(sa_type=UtcDateTime)
    """When it was paid."""


class ComparisonLook(SQLModel, table=True):
    """A look at a run's arms, as its rule said beforehand. Rows are only added."""

    __tablename__ = "comparison_look"

    run_id: int = Field(primary_key=True, foreign_key="campaign_run.id")
    number: int = Field(primary_key=True)
    """1 the first."""
    looked_at: int
    """Customers who had been looked at."""
    trials: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """By arm: `{"reached", "successes"}`."""
    p_values: dict[str, float] = Field(sa_column=Column(JSON, nullable=False))
    winner: str = ""
    """The arm that everybody gets from then on; empty while the comparison goes on."""
    at: datetime = Field(sa_type=UtcDateTime)
