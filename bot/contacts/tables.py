"""Contacts in WeCom, the codes that they come by, and how they are welcomed."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class Place(StrEnum):
    """Where somebody is welcomed."""

    CONTACT = "contact"
    """They added one of the shop's people; a card may come along."""
    CUSTOMER_SERVICE = "kf"
    """They entered 微信客服; words and a menu alone."""


class Contact(SQLModel, table=True):
    """A customer and the one of the shop's people whom they added."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("userid", "external_userid", name="uq_contact"),)

    id: int | None = Field(default=None, primary_key=True)
    userid: str
    external_userid: str
    customer_id: int = Field(foreign_key="customer.id", index=True)
    code_key: str = ""
    """The channel code that they came by; empty for none of ours."""
    added_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: str = ""
    """`customer` or `staff`, who deleted the other."""


class ChannelCode(SQLModel, table=True):
    """A code (渠道活码) behind which stand different people at different times."""

    __tablename__ = "channel_code"
    __table_args__ = (CheckConstraint("daily_limit >= 0", name="ck_channel_code_daily_limit"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """What WeCom gives back as `State`: 30 characters at most."""
    name: str
    shifts: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    """`{"weekdays": [1…7], "from": "09:00", "to": "18:00", "userids": […]}`, in Shanghai."""
    backup: list[str] = Field(sa_column=Column(JSON, nullable=False))
    """Who takes customers when nobody of a shift may."""
    daily_limit: int = 0
    """How many customers one of the shop's people adds by this code in a day; 0 for any number."""
    tag_ids: list[int] = Field(sa_column=Column(JSON, nullable=False))
    """The tags that who comes by it bears."""
    is_active: bool = True
    config_id: str | None = None
    """WeCom's id of it; None until WeCom has made it."""
    picture_url: str = ""
    """WeCom's picture of the code."""
    told_userids: list[str] = Field(sa_column=Column(JSON, nullable=False))
    """Who stands behind it as WeCom knows it."""
    version: int = 0
    """Counts what WeCom is to be told."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class ChannelCodeDay(SQLModel, table=True):
    """How many customers somebody added by a code on a day of Shanghai."""

    __tablename__ = "channel_code_day"

    code_id: int = Field(foreign_key="channel_code.id", primary_key=True)
    userid: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    added: int


class Welcome(SQLModel, table=True):
    """Words for who comes, at a time of day, by a code or by any."""

    __tablename__ = "welcome"
    __table_args__ = (
        CheckConstraint("place IN ('contact', 'kf')", name="ck_welcome_place"),
        CheckConstraint(
            "from_minute BETWEEN 0 AND 1439 AND to_minute BETWEEN 1 AND 1440",
            name="ck_welcome_minutes",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    place: str
    code_key: str = ""
    """Of a channel code, or the scene of a 微信客服 link; empty for all."""
    weekdays: list[int] = Field(sa_column=Column(JSON, nullable=False))
    """1 Monday … 7 Sunday."""
    from_minute: int = 0
    to_minute: int = 1440
    """Minutes of the day in Shanghai; past midnight where `to` is not after `from`."""
    words: str
    options: list[str] = Field(sa_column=Column(JSON, nullable=False))
    """To tap, in 微信客服."""
    product_id: int | None = Field(default=None, foreign_key="product.id")
    """Shown to a contact as a card; None for words alone."""
    is_active: bool = True
