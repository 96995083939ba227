"""The shop's people."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class Role(StrEnum):
    """What somebody may do; `bot.staff.permissions` says it in full. Denied unless granted."""

    OWNER = "owner"
    """Everything, other people's rights and the shop's settings included."""
    OPERATOR = "operator"
    """The shop: goods, orders, money that goes back, promotions, answers."""
    AGENT = "agent"
    """Conversations, and what answering them needs."""


class Presence(StrEnum):
    """Whether somebody takes customers."""

    ONLINE = "online"
    AWAY = "away"


class Staff(SQLModel, table=True):
    """One of the shop's people. Secrets are sealed under `row_key`."""

    __tablename__ = "staff"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'operator', 'agent')", name="ck_staff_role"),
        CheckConstraint("presence IN ('online', 'away')", name="ck_staff_presence"),
        CheckConstraint("capacity BETWEEN 1 AND 200", name="ck_staff_capacity"),
        Index(
            "uq_staff_wecom_userid",
            "wecom_userid",
            unique=True,
            sqlite_where=text("wecom_userid IS NOT NULL"),
            postgresql_where=text("wecom_userid IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    row_key: str = Field(unique=True)
    login: str = Field(unique=True)
    """What they log in with, in small letters."""
    name: str
    """As colleagues and customers read it."""
    role: str
    wecom_userid: str | None = None
    """Who they are in WeCom: app cards reach them there, and they may be a servicer."""
    password_hash: str = ""
    """argon2id; empty while they have none, and then they cannot log in."""
    totp_sealed: bytes | None = None
    """The secret of their authenticator; None while none is set up."""
    totp_counter: int = 0
    """The time step last used: a code is good once."""
    is_active: bool = True
    presence: str = Presence.AWAY
    capacity: int = 5
    """Conversations they have at once, at most."""
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The last sign of life from their console or their phone."""
    created_at: datetime = Field(sa_type=UtcDateTime)
