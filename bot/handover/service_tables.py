"""The rules of service by people, what they answer with, and how it went."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from commerce.columns import BigId, UtcDateTime


class ServiceTerms(SQLModel, table=True):
    """The rules of takeover, one row that operators edit; without it, these defaults."""

    __tablename__ = "service_terms"
    __table_args__ = (
        CheckConstraint("id = 1", name="ck_service_terms_id"),
        CheckConstraint(
            "reply_within_minutes BETWEEN 1 AND 240 AND ends_after_minutes BETWEEN 1 AND 2880",
            name="ck_service_terms_minutes",
        ),
        CheckConstraint(
            "first_response_minutes >= 0 AND next_response_minutes >= 0 "
            "AND resolution_minutes >= 0",
            name="ck_service_terms_promises",
        ),
        CheckConstraint("large_cart_fen >= 0", name="ck_service_terms_large_cart"),
        CheckConstraint("kf_place IN ('console', 'wecom')", name="ck_service_terms_kf_place"),
    )

    id: int | None = Field(default=1, primary_key=True)
    auto_assign: bool = True
    """Whether waiting customers are given to people, or wait to be taken."""
    reply_within_minutes: int = 5
    """Who lets a customer wait longer loses them to the queue."""
    ends_after_minutes: int = 30
    """Without a word of the customer, once they were answered."""
    first_response_minutes: int = 5
    """The promise, in working time; 0 promises nothing."""
    next_response_minutes: int = 10
    resolution_minutes: int = 480
    vip_level: str = ""
    """From this member level on the first thing the bot does not understand goes to a person."""
    large_cart_fen: int = 0
    """The same from a cart of this amount on; 0 switches it off."""
    kf_place: str = "console"
    """Where people answer customers of WeCom's 微信客服: here, or in WeCom's own client."""
    out_of_hours_words: str = ""
    """What is said out of hours besides the next opening; empty for the shop's own words."""


class CannedAnswer(SQLModel, table=True):
    """What is answered again and again, under a short code."""

    __tablename__ = "canned_answer"

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    category: str = ""
    words: str
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Rating(SQLModel, table=True):
    """What a customer thought of an episode, asked once."""

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint("score IS NULL OR score BETWEEN 1 AND 3", name="ck_rating_score"),
        Index("ix_rating_conversation_id", "conversation_id", "asked_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    handover_id: int = Field(foreign_key="handover.id", unique=True)
    conversation_id: int = Field(foreign_key="conversation.id")
    owner: str
    """Whom it is about, as `handover.owner` names them."""
    asked_at: datetime = Field(sa_type=UtcDateTime)
    score: int | None = None
    """3 satisfied, 2 so-so, 1 not; None while unanswered."""
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ServiceMiss(SQLModel, table=True):
    """A promise of the terms that was not kept; `at` is the very second it was broken."""

    __tablename__ = "service_miss"
    __table_args__ = (
        UniqueConstraint("handover_id", "clock", "since", name="uq_service_miss"),
        CheckConstraint(
            "clock IN ('first_response', 'next_response', 'resolution')",
            name="ck_service_miss_clock",
        ),
        Index("ix_service_miss_at", "at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    handover_id: int = Field(foreign_key="handover.id")
    clock: str
    since: datetime = Field(sa_type=UtcDateTime)
    """When the clock began."""
    at: datetime = Field(sa_type=UtcDateTime)
