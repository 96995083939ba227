"""Group-buys: what they offer, the groups that open, and who is in them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime
from commerce.deals.choices import Overflow
from commerce.promotions.tables import Author


class GroupState(StrEnum):
    """Where a group is in its life."""

    OPEN = "open"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class MemberState(StrEnum):
    """Where one order is in its group."""

    WAITING = "waiting"
    """Not paid: it has no seat yet. A leader's has no group either."""
    SEATED = "seated"
    """Paid, in an open group."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """Paid, its group failed: the money is on its way back."""
    OVERFLOWED = "overflowed"
    """Paid, and no seat was left: the money is on its way back."""
    REFUNDED = "refunded"
    """All its money was promised back: it counts against no limit any more."""
    CLOSED = "closed"
    """It ended unpaid."""


class GroupActivity(SQLModel, table=True):
    """A product that a group may have for less: who pays first opens one, others join it.

    Its window is for opening groups; an open group may be joined until its own end. Tiers and
    prices stay as they are once somebody has taken part.
    """

    __tablename__ = "group_activity"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="ck_group_activity_window"),
        CheckConstraint("lifetime_seconds > 0", name="ck_group_activity_lifetime"),
        CheckConstraint(
            "pieces_per_order > 0 AND orders_per_customer > 0", name="ck_group_activity_limits"
        ),
        CheckConstraint(
            "virtual_percent BETWEEN 1 AND 99", name="ck_group_activity_virtual_percent"
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    product_id: int = Field(foreign_key="product.id", index=True)
    name: str
    starts_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lifetime_seconds: int
    """How long a group is open, counted from its leader's payment."""
    pieces_per_order: int = 1
    orders_per_customer: int = 1
    """Orders of a customer that are unpaid, in a group or bought through one."""
    virtual_percent: int | None = None
    """Of the heads of the first tier: with so many paid the shop completes a group. None: never."""
    is_on: bool = False
    author: str = Author.OPERATOR
    updated_at: datetime = Field(sa_type=UtcDateTime)


class GroupTier(SQLModel, table=True):
    """So many heads, so much less. Everybody pays the first tier; a higher one is given back."""

    __tablename__ = "group_tier"
    __table_args__ = (CheckConstraint("heads > 1", name="ck_group_tier_heads"),)

    activity_id: int = Field(foreign_key="group_activity.id", primary_key=True)
    heads: int = Field(primary_key=True)


class GroupPrice(SQLModel, table=True):
    """Fen for one piece of a variant in a group that reaches a tier."""

    __tablename__ = "group_price"
    __table_args__ = (
        CheckConstraint("price > 0", name="ck_group_price_price"),
        ForeignKeyConstraint(
            ["activity_id", "heads"],
            ["group_tier.activity_id", "group_tier.heads"],
            name="fk_group_price_activity_id",
        ),
    )

    activity_id: int = Field(primary_key=True)
    heads: int = Field(primary_key=True)
    variant_id: int = Field(foreign_key="variant.id", primary_key=True, index=True)
    price: int


class BuyingGroup(SQLModel, table=True):
    """Some who buy together. It opens when its leader has paid."""

    __tablename__ = "buying_group"
    __table_args__ = (
        CheckConstraint("paid >= 0 AND paid <= size", name="ck_buying_group_paid"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ck_buying_group_ended_at"),
        CheckConstraint(
            "(state = 'succeeded') = (reached IS NOT NULL)", name="ck_buying_group_reached"
        ),
        CheckConstraint("is_virtual OR reached <= paid", name="ck_buying_group_is_virtual"),
        Index(
            "ix_buying_group_due",
            "expires_at",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    group_no: str = Field(unique=True)
    """Eight letters and digits that nobody can guess: cards and people name the group by it."""
    activity_id: int = Field(foreign_key="group_activity.id", index=True)
    state: str = GroupState.OPEN
    size: int
    """Seats: the heads of the highest tier."""
    paid: int = 0
    reached: int | None = None
    """Heads of the tier by which it succeeded."""
    is_virtual: bool = False
    """The shop completed it: fewer paid than the first tier wants."""
    opened_at: datetime = Field(sa_type=UtcDateTime)
    """By WeChat Pay's word, when its leader paid."""
    expires_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class GroupMember(SQLModel, table=True):
    """One order in a group, from its placing on."""

    __tablename__ = "group_member"
    __table_args__ = (
        Index("ix_group_member_group_id", "group_id", "state"),
        CheckConstraint(
            "group_id IS NOT NULL OR state IN ('waiting', 'closed')",
            name="ck_group_member_group_id",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="customer_order.id", unique=True)
    activity_id: int = Field(foreign_key="group_activity.id", index=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    group_id: int | None = Field(default=None, foreign_key="buying_group.id")
    """None for who is to open a group and has not paid."""
    moved_from_id: int | None = Field(default=None, foreign_key="buying_group.id")
    """The group that was full when they paid, if they opened one of their own instead."""
    state: str = MemberState.WAITING
    is_leader: bool
    overflow: str = Overflow.REFUND
    """What they chose for a group without a seat left."""
    placed_at: datetime = Field(sa_type=UtcDateTime)
    paid_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class GroupHolding(SQLModel, table=True):
    """How many orders of a customer count against an activity's limit."""

    __tablename__ = "group_holding"
    __table_args__ = (
        CheckConstraint("orders >= 0 AND orders <= most", name="ck_group_holding_orders"),
    )

    activity_id: int = Field(foreign_key="group_activity.id", primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", primary_key=True, index=True)
    orders: int
    most: int
    """The limit when it was last counted up."""


class VirtualCompletion(SQLModel, table=True):
    """The shop completed a group by itself: on what terms, for whoever asks later."""

    __tablename__ = "virtual_completion"
    __table_args__ = (
        CheckConstraint(
            "paid > 0 AND paid < heads AND paid * 100 >= percent * heads",
            name="ck_virtual_completion_paid",
        ),
    )

    group_id: int = Field(foreign_key="buying_group.id", primary_key=True)
    paid: int
    heads: int
    """Of the first tier."""
    percent: int
    at: datetime = Field(sa_type=UtcDateTime)


class GroupReminder(SQLModel, table=True):
    """Somebody set about reminding a member of their group, so long before its end: once each."""

    __tablename__ = "group_reminder"

    member_id: int = Field(foreign_key="group_member.id", primary_key=True)
    minutes: int = Field(primary_key=True)
    """Before the group's end."""
    at: datetime = Field(sa_type=UtcDateTime)
