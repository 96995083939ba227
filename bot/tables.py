"""The application's own tables: conversations, what came in, what goes out, tokens and slots."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Index,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from commerce.columns import BigId, UtcDateTime


class Conversation(SQLModel, table=True):
    """One customer on one channel. Its row is the lane: whoever works in it holds it."""

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("channel", "account", "external_user", name="uq_conversation"),
    )

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    account: str
    external_user: str
    customer_id: int | None = Field(default=None, foreign_key="customer.id", index=True)
    owner: str = "bot"
    """Who speaks for the shop: `bot`, `staff:7`, or `wecom:USERID` of a servicer who is not of
    `staff`. Changed by `conversations.change_owner` alone."""
    epoch: int = 0
    """Counts changes of owner: what an earlier owner still wanted to send is superseded."""
    owner_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it changed hands last; None while it never has."""
    step: str = ""
    """What the bot asked last and waits to hear; empty when it waits for nothing."""
    memory: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    window_opened_by: str | None = None
    """What last opened the reply window: message, menu, follow or scan."""
    window_opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    window_used: int = 0
    """Customer-service messages sent in the present window."""
    updated_at: datetime = Field(sa_type=UtcDateTime)


class InboxState(StrEnum):
    """What became of a message."""

    PENDING = "pending"
    ANSWERED = "answered"
    QUARANTINED = "quarantined"


class InboxMessage(SQLModel, table=True):
    """A message as accepted, once, before it was acknowledged. Sealed under its key."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_pending",
            "conversation_id",
            "sent_at",
            "seq",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_inbox_to_try",
            "next_try_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_inbox_quarantined",
            "seq",
            sqlite_where=text("state = 'quarantined'"),
            postgresql_where=text("state = 'quarantined'"),
        ),
    )

    seq: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    key: str = Field(unique=True)
    conversation_id: int = Field(foreign_key="conversation.id")
    kind: str
    incoming_sealed: bytes
    sent_at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime)
    state: str = InboxState.PENDING
    attempts: int = 0
    """Counted before each try, so that a message that kills the process still ends."""
    next_try_at: datetime = Field(sa_type=UtcDateTime)
    """When whoever tries it now has surely lost it, and somebody else tries."""
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OutboxState(StrEnum):
    """Where an outgoing message or call is.

    HELD may still ride in a passive reply; PASSIVE did. UNKNOWN left and nobody knows whether it
    arrived. PARKED waits for a route to open.
    """

    HELD = "held"
    PENDING = "pending"
    SENDING = "sending"
    PASSIVE = "passive"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    PARKED = "parked"
    SUPERSEDED = "superseded"


OPEN: Final = "state = 'held' OR state = 'pending' OR state = 'sending'"
"""What SQLite uses a partial index for: a query that says the same words, or one of them."""


class OutboxMessage(SQLModel, table=True):
    """Something to be sent or called after the commit that wanted it. Sealed under `key`."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_open",
            "state",
            "not_before",
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
        Index(
            "ix_outbox_in_the_way",
            "conversation_id",
            "id",
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
        Index(
            "ix_outbox_parked",
            "conversation_id",
            sqlite_where=text("state = 'parked'"),
            postgresql_where=text("state = 'parked'"),
        ),
        Index(
            "ix_outbox_unknown",
            "id",
            sqlite_where=text("state = 'unknown'"),
            postgresql_where=text("state = 'unknown'"),
        ),
        Index(
            "ix_outbox_run",
            "run_id",
            sqlite_where=text("run_id IS NOT NULL AND (" + OPEN + ")"),
            postgresql_where=text("run_id IS NOT NULL AND (" + OPEN + ")"),
        ),
        CheckConstraint("attempts >= 0", name="ck_outbox_attempts"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    key: str = Field(unique=True)
    """Names the effect: a second row for the same effect is refused."""
    kind: str
    """Which deliverer takes it, such as `official_account.reply` or `pay.refund`."""
    conversation_id: int | None = Field(default=None, foreign_key="conversation.id")
    inbox_key: str | None = None
    """The message it answers, if it answers one."""
    epoch: int = 0
    speaker: str = "bot"
    """Whose word it is, as `conversation.owner` names them: it leaves only while they have it."""
    run_id: int | None = Field(default=None, foreign_key="campaign_run.id")
    """The run of a campaign that wants it: it leaves only while that runs, after all else."""
    payload_sealed: bytes
    state: str = OutboxState.PENDING
    attempts: int = 0
    not_before: datetime = Field(sa_type=UtcDateTime)
    not_after: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = ""
    """Why it failed, is parked or is unknown."""
    result: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))


class ChatMessage(SQLModel, table=True):
    """A line of a conversation as people read it. Sealed under `row_key`."""

    __tablename__ = "chat_message"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    row_key: str
    conversation_id: int = Field(foreign_key="conversation.id", index=True)
    author: str
    """`customer`, `bot`, `staff:7` or `wecom:USERID`."""
    kind: str
    words_sealed: bytes
    intent: str = ""
    understood_sealed: bytes | None = None
    """What the bot made of a customer's words, and who answered; see `bot.understood`."""
    outbox_key: str | None = None
    """The row that carries it to the customer, which says what became of it; None for a
    customer's own words."""
    inbox_key: str | None = None
    """The customer's message that it is, with all its fields; None for the shop's words."""
    at: datetime = Field(sa_type=UtcDateTime)


class AccessToken(SQLModel, table=True):
    """The one access token of an app, shared by every process. Sealed under `app`.

    Whoever holds the lease fetches; the call to WeChat happens outside any transaction.
    """

    __tablename__ = "access_token"

    app: str = Field(primary_key=True)
    version: int = 0
    token_sealed: bytes | None = None
    issued_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_holder: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class UploadedMedia(SQLModel, table=True):
    """A picture that WeChat holds for three days under a media_id."""

    __tablename__ = "uploaded_media"
    __table_args__ = (UniqueConstraint("app", "picture", name="uq_uploaded_media"),)

    id: int | None = Field(default=None, primary_key=True)
    app: str
    picture: str
    media_id: str
    expires_at: datetime = Field(sa_type=UtcDateTime)


class SceneCode(SQLModel, table=True):
    """A code that WeChat made for us of a scene, fetched once. Its picture is in our folder."""

    __tablename__ = "scene_code"
    __table_args__ = (UniqueConstraint("app", "scene", name="uq_scene_code"),)

    id: int | None = Field(default=None, primary_key=True)
    app: str
    scene: str
    picture: str
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Of a temporary one; None for ever."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class JobState(StrEnum):
    """What became of the latest run of a job."""

    RUNNING = "running"
    DONE = "done"
    GIVEN_BACK = "given_back"
    """Cut off by a stop or by the database: it is to be done again."""


class JobSlot(SQLModel, table=True):
    """The latest run of a job: whoever raises `epoch` runs it. One row a job."""

    __tablename__ = "job_slot"

    job: str = Field(primary_key=True)
    slot: datetime = Field(sa_type=UtcDateTime)
    state: str
    epoch: int
    """Counts the runs: what an earlier one still wants to write is refused."""
    beats: int
    """Counts the run's signs of life. Who watches it stand still for a lease may take over."""
    holder: str
    """The process that ran it, as `host:pid`."""
    alive_at: datetime = Field(sa_type=UtcDateTime)
    """The last sign of life, by the holder's clock; for people to read."""
    rhythm: str
    """In words, as the holder knew it; for people to read."""
    overdue: str


class LoginSession(SQLModel, table=True):
    """A mini-program customer who logged in. The token itself is not kept, its digest is."""

    __tablename__ = "login_session"

    token_digest: str = Field(primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    openid: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class SendWindow(SQLModel, table=True):
    """How many calls of an API were begun in the present window of one of its quotas."""

    __tablename__ = "send_window"

    api: str = Field(primary_key=True)
    """The kind of the outbox rows that use it."""
    seconds: int = Field(primary_key=True)
    """How long a window is."""
    number: int = Field(sa_type=BigId)
    """Which window: whole lengths since 1970."""
    used: int
