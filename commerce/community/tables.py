"""Customer groups as WeCom tells of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, text
from sqlmodel import Field, SQLModel

from commerce.columns import BigId, UtcDateTime


class CommunityGroup(SQLModel, table=True):
    """A customer group (客户群). Not to be taken for a group that buys together (拼团)."""

    __tablename__ = "community_group"

    id: int | None = Field(default=None, primary_key=True)
    chat_id: str = Field(unique=True)
    name: str
    owner_userid: str = Field(index=True)
    notice: str = ""
    member_version: str = ""
    """WeCom's, of the list of members that is kept here."""
    customers: int = 0
    """Members who are customers."""
    staff: int = 0
    welcome_id: int | None = Field(default=None, foreign_key="community_welcome.id")
    """Whose words newcomers are shown there; its owner chooses them in WeCom."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    dissolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    synced_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was read whole last; None while it is only known of."""


class CommunityMember(SQLModel, table=True):
    """Somebody's stay in a customer group: one row each time they join."""

    __tablename__ = "community_member"
    __table_args__ = (
        Index(
            "uq_community_member_present",
            "group_id",
            "member",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
        Index("ix_community_member_customer", "customer_id", "group_id"),
        CheckConstraint("kind IN ('customer', 'staff')", name="ck_community_member_kind"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    group_id: int = Field(foreign_key="community_group.id")
    member: str
    """An external_userid, or a userid of the corp."""
    kind: str
    customer_id: int | None = Field(default=None, foreign_key="customer.id")
    join_scene: int = 0
    """1 invited, 2 by a link, 3 by a code (企业微信 获取客户群详情); 0 when nobody said."""
    join_key: str = ""
    """The state of the join code they came by."""
    invited_by: str = ""
    joined_at: datetime = Field(sa_type=UtcDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    left_how: str = ""
    """`left` or `removed`; empty when it was only seen that they are gone."""


class CommunityTag(SQLModel, table=True):
    """A word that the shop files a customer group under."""

    __tablename__ = "community_tag"

    group_id: int = Field(foreign_key="community_group.id", primary_key=True)
    name: str = Field(primary_key=True)


class CommunityCode(SQLModel, table=True):
    """A code (群活码) that leads into customer groups, the next when one is full."""

    __tablename__ = "community_code"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """What WeCom gives back as `state`: 30 characters at most."""
    name: str
    chat_ids: list[str] = Field(sa_column=Column(JSON, nullable=False))
    """Five at most."""
    opens_more: bool = True
    """Whether WeCom makes another group when all are full."""
    base_name: str = ""
    """Of groups that WeCom makes; a number follows it."""
    base_number: int = 1
    tag_ids: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Tags that who comes by it bears."""
    config_id: str | None = None
    picture_url: str = ""
    is_active: bool = True
    version: int = 0
    """Counts what WeCom is to be told."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class CommunityWelcome(SQLModel, table=True):
    """Words and one attachment for newcomers of customer groups (入群欢迎语)."""

    __tablename__ = "community_welcome"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    words: str
    """`%NICKNAME%` stands for the newcomer."""
    attachment: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    """`campaigns.shapes.Attachment`."""
    template_id: str | None = None
    """WeCom's; None until it has it."""
    version: int = 0
    is_active: bool = True
    created_at: datetime = Field(sa_type=UtcDateTime)
