"""What makes things cost less: coupons, discounts for a time, and 满减送."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class Author(StrEnum):
    """Who wrote a row: what an operator has touched, seeding leaves alone."""

    SEED = "seed"
    OPERATOR = "operator"


class Audience(StrEnum):
    """Who may take a coupon."""

    EVERYONE = "everyone"
    NEW = "new"
    """Customers who have paid for nothing yet."""


class CouponState(StrEnum):
    """Where a coupon is in its life."""

    UNUSED = "unused"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"
    """A gift whose order was refunded before it was used."""


class CouponTemplate(SQLModel, table=True):
    """What a coupon is like, and who may have how many. Amounts are fen.

    Its scope is everything when `categories` and `products` are both empty.
    """

    __tablename__ = "coupon_template"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'amount' AND off > 0) OR (kind = 'percent' AND percent BETWEEN 1 AND 99)",
            name="ck_coupon_template_kind",
        ),
        CheckConstraint("threshold >= 0 AND cap > 0", name="ck_coupon_template_amounts"),
        CheckConstraint("taken >= 0 AND taken <= total", name="ck_coupon_template_taken"),
        CheckConstraint("per_person > 0", name="ck_coupon_template_per_person"),
        CheckConstraint(
            "(valid_until IS NULL) <> (lasts_days IS NULL)"
            " AND starts_after_days >= 0 AND (lasts_days IS NULL OR lasts_days > 0)",
            name="ck_coupon_template_validity",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    """Names it in files and in QR codes: the scene `coupon_<code>`."""
    name: str
    kind: str
    off: int = 0
    percent: int = 100
    """What is left to pay of a PERCENT coupon's goods: 88 is 88折."""
    cap: int | None = None
    threshold: int = 0
    categories: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    products: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    total: int | None = None
    """How many there are; None for as many as are wanted."""
    taken: int = 0
    per_person: int = 1
    """How many a customer may take; gifts come on top."""
    takeable_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    takeable_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    valid_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    valid_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Validity by dates; by days it is None."""
    starts_after_days: int = 0
    lasts_days: int | None = None
    """Validity by days, from the day it is taken; by dates it is None."""
    audience: str = Audience.EVERYONE
    is_listed: bool = True
    """Whether it is shown to all who ask for coupons. Others come by QR code or as a gift."""
    is_active: bool = True
    author: str = Author.OPERATOR
    updated_at: datetime = Field(sa_type=UtcDateTime)


class CouponHolding(SQLModel, table=True):
    """How many coupons of a template a customer has taken, used ones among them."""

    __tablename__ = "coupon_holding"
    __table_args__ = (
        CheckConstraint("count >= 0 AND count <= most", name="ck_coupon_holding_count"),
    )

    template_id: int = Field(foreign_key="coupon_template.id", primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", primary_key=True, index=True)
    count: int
    most: int
    """What the template allowed when the last one was taken."""


class Coupon(SQLModel, table=True):
    """A coupon in a customer's hand, valid from `valid_from` until just before `valid_until`."""

    __tablename__ = "coupon"
    __table_args__ = (
        UniqueConstraint("template_id", "customer_id", "source", "ref", name="uq_coupon_source"),
        CheckConstraint("valid_from < valid_until", name="ck_coupon_validity"),
        CheckConstraint("(state = 'used') = (order_id IS NOT NULL)", name="ck_coupon_order_id"),
        Index("ix_coupon_customer_id", "customer_id", "state", "valid_until"),
        Index("ix_coupon_source", "source", "ref"),
        Index(
            "ix_coupon_lapsing",
            "valid_until",
            sqlite_where=text("state = 'unused'"),
            postgresql_where=text("state = 'unused'"),
        ),
        Index(
            "uq_coupon_order",
            "order_id",
            unique=True,
            sqlite_where=text("order_id IS NOT NULL"),
            postgresql_where=text("order_id IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    template_id: int = Field(foreign_key="coupon_template.id")
    customer_id: int = Field(foreign_key="customer.id")
    state: str = CouponState.UNUSED
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)
    order_id: int | None = Field(default=None, foreign_key="customer_order.id")
    """The order it is used on: one coupon to an order."""
    source: str
    """How it came to the customer: chat, mini_program, qr, order, or what a giver calls it."""
    ref: str
    """What it came for: one coupon of a template to each source and ref of a customer."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    moved_at: datetime = Field(sa_type=UtcDateTime)


class CouponMove(SQLModel, table=True):
    """One step of a coupon's life: its history replays to its state."""

    __tablename__ = "coupon_move"

    id: int | None = Field(default=None, primary_key=True)
    coupon_id: int = Field(foreign_key="coupon.id", index=True)
    from_state: str | None = None
    to_state: str
    order_id: int | None = Field(default=None, foreign_key="customer_order.id", index=True)
    """The order for which it was used or given back."""
    at: datetime = Field(sa_type=UtcDateTime)


class TimedDiscount(SQLModel, table=True):
    """Lower prices for a time: from `starts_at` until just before `ends_at`; None is no bound."""

    __tablename__ = "timed_discount"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="ck_timed_discount_window"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    name: str
    starts_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    is_active: bool = True
    author: str = Author.OPERATOR
    updated_at: datetime = Field(sa_type=UtcDateTime)


class TimedPrice(SQLModel, table=True):
    """What one piece of a variant costs in a timed discount, in fen."""

    __tablename__ = "timed_price"
    __table_args__ = (CheckConstraint("price > 0", name="ck_timed_price_price"),)

    discount_id: int = Field(foreign_key="timed_discount.id", primary_key=True)
    variant_id: int = Field(foreign_key="variant.id", primary_key=True, index=True)
    price: int


class RewardActivity(SQLModel, table=True):
    """A 满减送, running from `starts_at` until just before `ends_at`; None is no bound.

    Activities are tried from the highest priority down; goods that one has taken are not
    counted by the next.
    """

    __tablename__ = "reward_activity"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="ck_reward_activity_window"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    name: str
    categories: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    products: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    starts_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    priority: int = 0
    is_active: bool = True
    author: str = Author.OPERATOR
    updated_at: datetime = Field(sa_type=UtcDateTime)


class RewardRung(SQLModel, table=True):
    """A rung of a 满减送: what is reached by so many fen, or by so many pieces."""

    __tablename__ = "reward_rung"
    __table_args__ = (
        CheckConstraint("(fen IS NULL) <> (pieces IS NULL)", name="ck_reward_rung_reach"),
        CheckConstraint("fen > 0 AND pieces > 0", name="ck_reward_rung_above_nothing"),
        CheckConstraint("off >= 0 AND points >= 0", name="ck_reward_rung_amounts"),
    )

    id: int | None = Field(default=None, primary_key=True)
    activity_id: int = Field(foreign_key="reward_activity.id", index=True)
    fen: int | None = None
    pieces: int | None = None
    off: int = 0
    frees_freight: bool = False
    points: int = 0
    coupon_templates: list[int] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )
