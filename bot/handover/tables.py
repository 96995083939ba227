"""A conversation's way to a person and back: one row an episode, its moves, the notes beside it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, text
from sqlmodel import Field, SQLModel

from commerce.columns import BigId, UtcDateTime


class Reason(StrEnum):
    """Why a person is wanted, or has come."""

    ASKED = "asked_for_human"
    NO_ANSWER = "low_confidence"
    """Not understood, or without an answer, twice and once more."""
    COMPLAINT = "complaint"
    REFUND_DISPUTE = "refund_dispute"
    ANGER = "anger"
    """Angry words, again and again."""
    VIP = "vip"
    LARGE_CART = "large_cart"
    STAFF = "staff"
    """Nobody asked: somebody of the shop took it."""
    SERVICER = "servicer"
    """A servicer took it in WeCom's own client."""


class HandoverState(StrEnum):
    """Where an episode is."""

    QUEUED = "queued"
    """Waits for a person. The bot still answers, except where WeCom's own pool has it."""
    OWNED = "owned"
    """Somebody has it, and the bot is silent."""
    ENDED = "ended"
    """It went back to the bot after somebody had it."""
    CANCELLED = "cancelled"
    """The customer no longer wanted anybody, or the need passed by itself."""
    LEFT_WORD = "left_word"
    """Nobody is there at this hour: the message is left for the next working time."""


LIVE = "state IN ('queued', 'owned')"


class Handover(SQLModel, table=True):
    """One episode. A conversation has one live episode at most."""

    __tablename__ = "handover"
    __table_args__ = (
        Index(
            "uq_handover_live",
            "conversation_id",
            unique=True,
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
        Index("ix_handover_queue", "state", "priority", "queued_at"),
        CheckConstraint(
            "state IN ('queued', 'owned', 'ended', 'cancelled', 'left_word')",
            name="ck_handover_state",
        ),
        CheckConstraint(
            "(state = 'owned') = (owner IS NOT NULL AND ended_at IS NULL)",
            name="ck_handover_owner",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: int = Field(foreign_key="conversation.id", index=True)
    reason: str
    priority: int = 0
    """The higher, the sooner; within one, who came first."""
    state: str = HandoverState.QUEUED
    owner: str | None = None
    """Who has it, as `conversation.owner` names them: `staff:7`, or `wecom:USERID` of somebody
    who is a servicer in WeCom only. Kept after the end."""
    staff_id: int | None = Field(default=None, foreign_key="staff.id", index=True)
    """The same, if they are of `staff`."""
    queued_at: datetime = Field(sa_type=UtcDateTime)
    """When the wait began that lasts or was ended by `taken_at`; again when it is requeued."""
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    first_replied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    waiting_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The first word of the customer that nobody has answered; None when none is open."""
    customer_wrote_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    staff_wrote_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: str = ""
    """`staff:7`, `wecom:USERID`, `customer`, `timeout`, `platform`."""
    about: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """Plain values beside the reason, such as the cart's amount in fen; nothing that names a
    person."""


class HandoverMove(SQLModel, table=True):
    """What happened to an episode, appended only: queued, taken, transferred, requeued, ended …"""

    __tablename__ = "handover_move"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    handover_id: int = Field(foreign_key="handover.id", index=True)
    kind: str
    actor: str
    """Who did it: `bot`, `customer`, `staff:7`, `wecom:USERID`, `clock`, `platform`."""
    about: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    at: datetime = Field(sa_type=UtcDateTime)


class PrivateNote(SQLModel, table=True):
    """What the shop's people write down for each other; no customer ever reads it. Sealed."""

    __tablename__ = "private_note"

    id: int | None = Field(default=None, primary_key=True)
    row_key: str = Field(unique=True)
    conversation_id: int = Field(foreign_key="conversation.id", index=True)
    staff_id: int = Field(foreign_key="staff.id")
    words_sealed: bytes
    at: datetime = Field(sa_type=UtcDateTime)
