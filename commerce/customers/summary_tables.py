"""What segments ask of customers most, kept beside them so that a million are asked in one pass."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class CustomerSummary(SQLModel, table=True):
    """A customer as the shop's books have them. Follows from other tables; nothing begins here.

    Everybody has one but who was merged into another. Scores are as of last night; 0 is of who
    has paid for nothing.
    """

    __tablename__ = "customer_summary"
    __table_args__ = (
        CheckConstraint("orders >= 0 AND experience >= 0", name="ck_customer_summary_sums"),
        CheckConstraint(
            "contact_state IN ('', 'contact', 'lost')", name="ck_customer_summary_contact_state"
        ),
        CheckConstraint(
            "r BETWEEN 0 AND 5 AND f BETWEEN 0 AND 5 AND m BETWEEN 0 AND 5",
            name="ck_customer_summary_scores",
        ),
        Index(
            "ix_customer_summary_cart",
            "cart_left_at",
            sqlite_where=text("cart_left_at IS NOT NULL"),
            postgresql_where=text("cart_left_at IS NOT NULL"),
        ),
        Index("ix_customer_summary_paid", "last_paid_at"),
    )

    customer_id: int = Field(foreign_key="customer.id", primary_key=True)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    """To the hour: a lively chat does not rewrite it each turn."""
    experience: int = Field(default=0, sa_type=BigInteger)
    """Fen of goods received, which decide on the level; 0 where refunds exceed them."""
    orders: int = 0
    """Orders that were paid, whatever became of them."""
    spent: int = Field(default=0, sa_type=BigInteger)
    """Fen paid less what went back or is promised back."""
    first_paid_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_paid_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cart_left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the cart was changed last; None while it is empty."""
    birth_month: int = 0
    birth_day: int = 0
    """0 of who has not told it."""
    is_promoter: bool = False
    """An active one."""
    contact_state: str = ""
    """`contact` of one of the shop's people in WeCom, or `lost`: it was one."""
    follows: bool = False
    """The official account."""
    first_code: str = ""
    """The source code by which they came first."""
    r: int = 0
    """1 bought longest ago … 5 bought last."""
    f: int = 0
    """1 bought least often … 5 most often."""
    m: int = 0
    """1 spent least … 5 most."""


class CustomerBought(SQLModel, table=True):
    """A customer has paid for a product, at least once."""

    __tablename__ = "customer_bought"
    __table_args__ = (Index("ix_customer_bought_product", "product_id", "at", "customer_id"),)

    customer_id: int = Field(foreign_key="customer.id", primary_key=True)
    product_id: int = Field(foreign_key="product.id", primary_key=True)
    times: int
    """In so many orders."""
    at: datetime = Field(sa_type=UtcDateTime)
    """When an order with it was paid last."""
