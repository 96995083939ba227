"""Tags, and who bears them."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class Tag(SQLModel, table=True):
    """A tag within its group, such as 来源 / 小红书."""

    __tablename__ = "customer_tag"
    __table_args__ = (UniqueConstraint("group_name", "name", name="uq_customer_tag"),)

    id: int | None = Field(default=None, primary_key=True)
    group_name: str
    name: str
    platform_id: str | None = Field(default=None, unique=True)
    """Its id in WeCom; None while WeCom does not have it."""


class Tagged(SQLModel, table=True):
    """A customer bears a tag."""

    __tablename__ = "customer_tagged"

    customer_id: int = Field(foreign_key="customer.id", primary_key=True)
    tag_id: int = Field(foreign_key="customer_tag.id", primary_key=True)
    by: str
    """Who put it there: `staff:7`, `code:KEY`, `wecom`."""
    at: datetime = Field(sa_type=UtcDateTime)
    is_there: bool = False
    """Whether WeCom has said that the customer bears it there too."""
