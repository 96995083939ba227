"""What is kept of WeCom's customer service: how far it was read, and who has which session."""

from datetime import datetime
from enum import IntEnum
from typing import Final

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class State(IntEnum):
    """Whose a session is, by WeCom's numbers (微信客服 会话分配, service_state)."""

    NEW = 0
    """The customer has written, and nobody has answered."""
    BOT = 1
    """The API answers."""
    POOL = 2
    """It waits for a servicer, in WeCom's own pool."""
    SERVICER = 3
    """A servicer has it in WeCom's client."""
    ENDED = 4
    """Ended, or not begun: only the customer's next message begins another."""


OURS: Final = (State.NEW, State.BOT)
"""The API may send in these; in all others it is refused with 95018."""


class KfCursor(SQLModel, table=True):
    """How far the messages of a customer-service account were read.

    Moved only in the transaction that keeps the page, and only from where that page was asked.
    """

    __tablename__ = "kf_cursor"

    open_kfid: str = Field(primary_key=True)
    cursor: str
    """Empty before the first page: WeCom then begins with the oldest message of three days."""
    began_at: datetime = Field(sa_type=UtcDateTime)
    """When this account was first read: what was sent well before it is nobody's to answer."""
    read_at: datetime = Field(sa_type=UtcDateTime)
    """When the latest page was kept."""


class KfSession(SQLModel, table=True):
    """WeCom's session of a conversation, as we last saw it."""

    __tablename__ = "kf_session"
    __table_args__ = (
        CheckConstraint("state BETWEEN 0 AND 4", name="ck_kf_session_state"),
        Index("ix_kf_session_state", "state", "read_at"),
    )

    conversation_id: int = Field(
        primary_key=True, foreign_key="conversation.id", sa_column_kwargs={"autoincrement": False}
    )
    state: int = State.NEW
    servicer: str = ""
    """The user id of who has it in WeCom's client; empty in every other state."""
    read_at: datetime = Field(sa_type=UtcDateTime)
    """When WeCom last told the state, by an event or because it was asked."""
    wants: int = 0
    """Counts the changes of state that we have asked for."""
    rejects: bool = False
    """The customer has switched our messages off."""
    scene: str = ""
    """Where the customer entered from, as the link said."""
    scene_param: str = ""
    entered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class KfServicer(SQLModel, table=True):
    """Somebody who may take customers in WeCom's client, and whether they do now."""

    __tablename__ = "kf_servicer"

    open_kfid: str = Field(primary_key=True)
    userid: str = Field(primary_key=True)
    is_receiving: bool
    told_at: datetime = Field(sa_type=UtcDateTime)


class KfSeen(SQLModel, table=True):
    """An event or a servicer's message that was taken in: a repeated page changes nothing.

    Customers' messages have their inbox row for that. Kept longer than WeCom's three days.
    """

    __tablename__ = "kf_seen"

    key: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)


class RecalledMessage(SQLModel, table=True):
    """A message that its writer took back in WeChat; people who read it should know."""

    __tablename__ = "recalled_message"

    inbox_key: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
