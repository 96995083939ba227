"""How the shop talks: with how many, how much of it by itself, and how soon a person answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import case, distinct, func, select
from sqlmodel import Session, col

from bot.figures.span import Span, seconds_between, shanghai_day
from bot.handover.service_tables import Rating, ServiceMiss
from bot.handover.tables import Handover, HandoverState
from bot.tables import ChatMessage, Conversation
from commerce.inserting import core

CUSTOMER: Final = "customer"
_MEDIAN: Final = 50
_NINETIETH: Final = 90
_WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class Talked:
    """So many conversations of a channel in which the customer wrote on that day."""

    day: str
    channel: str
    conversations: int


@dataclass(frozen=True, slots=True)
class SelfService:
    """Conversations in which a customer wrote, and those of them that wanted or had a person."""

    conversations: int
    handed_over: int

    @property
    def rate(self) -> float | None:
        """The share that the bot served alone, 0 to 1; None when nobody wrote."""
        if not self.conversations:
            return None
        return (self.conversations - self.handed_over) / self.conversations


@dataclass(frozen=True, slots=True)
class FirstReplies:
    """Seconds from the beginning of a wait to a person's first words, by nearest rank.

    None while nobody has been answered.
    """

    answered: int
    median: int | None
    ninetieth: int | None


@dataclass(frozen=True, slots=True)
class BrokenPromises:
    """How often a person was later than the shop promises, in working time."""

    first_response: int
    next_response: int
    resolution: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.first_response + self.next_response + self.resolution


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """What customers thought of the people who served them: asked, and how each answered."""

    asked: int
    pleased: int
    so_so: int
    displeased: int

    @property
    def answered(self) -> int:
        """Those who said anything."""
        return self.pleased + self.so_so + self.displeased

    @property
    def rate(self) -> float | None:
        """The pleased among those who answered, 0 to 1; None while nobody has."""
        return self.pleased / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who waits for a person at this moment, since when the longest, and who has one."""

    queued: int
    oldest: datetime | None
    owned: int


def talked_by_day(session: Session, span: Span) -> list[Talked]:
    """Conversations by day and channel, in this order; days on which nobody wrote are left out."""
    day = shanghai_day(col(ChatMessage.at)).label("day")
    statement = (
        select(
            day, col(Conversation.channel), func.count(distinct(col(ChatMessage.conversation_id)))
        )
        .join_from(
            ChatMessage, Conversation, col(Conversation.id) == col(ChatMessage.conversation_id)
        )
        .where(col(ChatMessage.author) == CUSTOMER, span.holds(col(ChatMessage.at)))
        .group_by(day, col(Conversation.channel))
        .order_by(day, col(Conversation.channel))
    )
    return [Talked(*row) for row in core(session).execute(statement)]


def self_service(session: Session, span: Span) -> SelfService:
    """How much the bot did alone. Whoever was taken without having asked counts as handed over."""
    heard = (
        select(col(ChatMessage.conversation_id).label("id"))
        .where(col(ChatMessage.author) == CUSTOMER, span.holds(col(ChatMessage.at)))
        .distinct()
        .subquery()
    )
    handed = (
        select(col(Handover.conversation_id).label("id"))
        .where(span.holds(col(Handover.queued_at)))
        .distinct()
        .subquery()
    )
    statement = select(func.count(), func.count(handed.c.id)).select_from(
        heard.outerjoin(handed, handed.c.id == heard.c.id)
    )
    return SelfService(*core(session).execute(statement).one())


def first_replies(session: Session, span: Span) -> FirstReplies:
    """How soon a person answered those whose wait began in these days."""
    waits = (
        select(seconds_between(col(Handover.queued_at), col(Handover.first_replied_at)).label("s"))
        .where(span.holds(col(Handover.queued_at)), col(Handover.first_replied_at).is_not(None))
        .subquery()
    )
    ranked = select(
        waits.c.s,
        func.row_number().over(order_by=waits.c.s).label("rank"),
        func.count().over().label("total"),
    ).subquery()
    reached = ranked.c["rank"] * _WHOLE
    statement = select(
        func.count(),
        func.min(case((reached >= ranked.c.total * _MEDIAN, ranked.c.s))),
        func.min(case((reached >= ranked.c.total * _NINETIETH, ranked.c.s))),
    )
    return FirstReplies(*core(session).execute(statement).one())


def handed_by_reason(session: Session, span: Span) -> list[tuple[str, int]]:
    """Why a person was wanted, or came, and how often; the most frequent first."""
    count = func.count().label("count")
    statement = (
        select(col(Handover.reason), count)
        .where(span.holds(col(Handover.queued_at)))
        .group_by(col(Handover.reason))
        .order_by(count.desc(), col(Handover.reason))
    )
    return [(row.reason, row.count) for row in core(session).execute(statement).mappings()]


def satisfaction(session: Session, span: Span) -> Satisfaction:
    """What those said who were asked in these days."""
    scores = [func.count(case((col(Rating.score) == score, 1))) for score in (3, 2, 1)]
    statement = select(func.count(), *scores).where(span.holds(col(Rating.asked_at)))
    counts: list[int] = list(core(session).execute(statement).one())
    return Satisfaction(*counts)


def broken_promises(session: Session, span: Span) -> BrokenPromises:
    """What was broken in these days, by which promise it was."""
    clocks = ("first_response", "next_response", "resolution")
    counts = [func.count(case((col(ServiceMiss.clock) == clock, 1))) for clock in clocks]
    statement = select(*counts).where(span.holds(col(ServiceMiss.at)))
    broken: list[int] = list(core(session).execute(statement).one())
    return BrokenPromises(*broken)


def waiting_now(session: Session) -> Waiting:
    """The queue of this moment, whatever days are looked at."""
    is_queued = col(Handover.state) == HandoverState.QUEUED
    is_owned = col(Handover.state) == HandoverState.OWNED
    statement = select(
        func.count(case((is_queued, 1))),
        func.min(case((is_queued, col(Handover.queued_at)))),
        func.count(case((is_owned, 1))),
    ).where(is_queued | is_owned)
    return Waiting(*core(session).execute(statement).one())
