"""Freight templates: how goods are charged for their way, by regions. Amounts are fen."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Column
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class ChargedBy(StrEnum):
    """What a template counts: pieces, grams, or cubic centimetres."""

    PIECE = "piece"
    WEIGHT = "weight"
    VOLUME = "volume"


class FreightTemplate(SQLModel, table=True):
    """A way to charge freight, with the rate of every region that has none of its own."""

    __tablename__ = "freight_template"
    __table_args__ = (
        CheckConstraint("first_units > 0 AND extra_units > 0", name="ck_freight_template_units"),
        CheckConstraint("first_price >= 0 AND extra_price >= 0", name="ck_freight_template_prices"),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    charged_by: str
    first_units: int
    first_price: int
    extra_units: int
    extra_price: int
    no_delivery: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Regions, as `str(Region)` writes them, to which its goods are not sent."""
    updated_at: datetime = Field(sa_type=UtcDateTime)


class FreightRate(SQLModel, table=True):
    """What a template charges in some regions."""

    __tablename__ = "freight_rate"
    __table_args__ = (
        CheckConstraint("first_units > 0 AND extra_units > 0", name="ck_freight_rate_units"),
        CheckConstraint("first_price >= 0 AND extra_price >= 0", name="ck_freight_rate_prices"),
    )

    id: int | None = Field(default=None, primary_key=True)
    template_id: int = Field(foreign_key="freight_template.id", index=True)
    regions: list[str] = Field(sa_column=Column(JSON, nullable=False))
    first_units: int
    first_price: int
    extra_units: int
    extra_price: int


class FreightFreeRule(SQLModel, table=True):
    """When a template's goods travel for nothing: `amount` is paid for them, or so many pieces.

    Both must hold where both are given. Without regions it is so everywhere.
    """

    __tablename__ = "freight_free_rule"
    __table_args__ = (
        CheckConstraint(
            "(amount IS NOT NULL OR pieces IS NOT NULL)"
            " AND (amount IS NULL OR amount > 0) AND (pieces IS NULL OR pieces > 0)",
            name="ck_freight_free_rule_bounds",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    template_id: int = Field(foreign_key="freight_template.id", index=True)
    regions: list[str] = Field(sa_column=Column(JSON, nullable=False))
    amount: int | None = None
    pieces: int | None = None


class FreightPolicy(SQLModel, table=True):
    """One row with what holds for the whole shop; without it, all goods travel for nothing."""

    __tablename__ = "freight_policy"
    __table_args__ = (
        CheckConstraint("id = 1", name="ck_freight_policy_only"),
        CheckConstraint("free_over > 0", name="ck_freight_policy_free_over"),
    )

    id: int = Field(default=1, primary_key=True)
    default_template_id: int | None = Field(default=None, foreign_key="freight_template.id")
    """Of goods that name no template; without it they travel for nothing."""
    free_over: int | None = None
    """Paid for all goods of an order, after discounts, it frees the order of freight."""
    never_free: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Regions where `free_over` frees nobody."""
