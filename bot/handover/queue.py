"""Customers who wait for a person: in which order, how long, and how they leave the queue."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlmodel import Session, col, func, or_, select

from bot import conversations
from bot.conversations import ConversationView
from bot.handover.episodes import (
    begin,
    find_left_word,
    find_live,
    move,
    note_move,
)
from bot.handover.presence import is_online
from bot.handover.tables import Handover, HandoverState, Reason
from bot.handover.vip import is_vip
from bot.staff.tables import Staff
from commerce.calendar.hours import get_hours
from commerce.inserting import id_of

__all__ = [
    "Asked",
    "Place",
    "ask",
    "cancel",
    "find_live",
    "list_left_word",
    "list_queue",
    "may_queue",
    "place",
    "take_up_word",
]

URGENT: Final = 10
VIP: Final = 20
PRIORITIES: Final = dict.fromkeys((Reason.COMPLAINT, Reason.REFUND_DISPUTE, Reason.ANGER), URGENT)
"""Who is upset waits less; within one priority, who came first."""
USUAL_MINUTES: Final = 5.0
"""A service takes so long, as long as nothing is known."""
LOOKED_BACK: Final = 20
LONGEST_SERVICE: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is in the queue; the first is 1."""

    position: int
    wait_minutes: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What asking for a person led to. Out of hours there is no position, and word is left."""

    kind: Literal["queued", "waiting_already", "owned", "left_word"]
    position: int
    wait_minutes: int
    handover_id: int
    is_told: bool = False
    """Of `left_word`: whether the customer has left word before and waits for the opening."""


def ask(
    session: Session,
    talk: ConversationView,
    reason: Reason,
    now: datetime,
    *,
    about: dict[str, Any] | None = None,
) -> Asked:
    """A customer is to have a person: into the queue, once. The caller holds the conversation.

    When nobody is there, at this hour or at all, word is left until somebody is.
    """
    live = find_live(session, talk.id)
    if live is not None:
        if live.state == HandoverState.OWNED:
            return Asked("owned", 0, 0, id_of(live))
        return _asked("waiting_already", session, live)
    if not may_queue(session, now):
        return _leave_word(session, talk, reason, now, about or {})
    known = find_left_word(session, talk.id)
    if known is None:
        priority = _priority(session, talk, reason)
        columns: dict[str, Any] = {"priority": priority, "waiting_since": now}
        known = begin(
            session, talk.id, reason, HandoverState.QUEUED, now, about=about or {}, **columns
        )
    else:
        was = HandoverState.LEFT_WORD
        move(session, known, HandoverState.QUEUED, was=was, queued_at=now, waiting_since=now)
    note_move(session, known, "queued", "customer", now)
    return _asked("queued", session, known)


def place(session: Session, handover_id: int) -> Place:
    """Where an episode stands now. Raises NoResultFound for one that is not there."""
    return _place(session, session.get_one(Handover, handover_id))


def cancel(session: Session, conversation_id: int, by: str, now: datetime) -> bool:
    """Leave the queue; false when the conversation is not in it."""
    conversations.lock(session, conversation_id)
    live = find_live(session, conversation_id)
    if live is None or live.state != HandoverState.QUEUED:
        return False
    was, to = HandoverState.QUEUED, HandoverState.CANCELLED
    move(session, live, to, was=was, ended_at=now, ended_by=by, waiting_since=None)
    note_move(session, live, "cancelled", by, now)
    return True


def list_queue(session: Session) -> list[Handover]:
    """Who waits, the next one first."""
    return list(
        session.exec(
            select(Handover)
            .where(Handover.state == HandoverState.QUEUED.value)
            .order_by(col(Handover.priority).desc(), col(Handover.queued_at), col(Handover.id))
        )
    )


def list_left_word(session: Session, limit: int = 200) -> list[Handover]:
    """Messages left while nobody was there, the oldest first."""
    return list(
        session.exec(
            select(Handover)
            .where(Handover.state == HandoverState.LEFT_WORD.value)
            .order_by(col(Handover.queued_at), col(Handover.id))
            .limit(limit)
        )
    )


def take_up_word(session: Session, conversation_id: int, now: datetime) -> bool:
    """Bring the message that was left into the queue; false when that is no more to be done."""
    conversations.lock(session, conversation_id)
    left = find_left_word(session, conversation_id)
    if left is None or find_live(session, conversation_id) is not None:
        return False
    was = HandoverState.LEFT_WORD
    move(session, left, HandoverState.QUEUED, was=was, queued_at=now, waiting_since=now)
    note_move(session, left, "queued", "clock", now)
    return True


def may_queue(session: Session, now: datetime) -> bool:
    """Whether somebody will come: in the opening hours of a shop that has people, or out of them
    while one of them is online all the same."""
    if session.exec(select(Staff.id).where(is_online(now)).limit(1)).first() is not None:
        return True
    works = session.exec(select(Staff.id).where(col(Staff.is_active)).limit(1)).first()
    return works is not None and get_hours(session).is_open(now)


def _leave_word(
    session: Session, talk: ConversationView, reason: Reason, now: datetime, about: dict[str, Any]
) -> Asked:
    known = find_left_word(session, talk.id)
    if known is not None:
        return Asked("left_word", 0, 0, id_of(known), is_told=True)
    columns: dict[str, Any] = {"priority": _priority(session, talk, reason), "about": about}
    left = begin(session, talk.id, reason, HandoverState.LEFT_WORD, now, **columns)
    note_move(session, left, "left_word", "customer", now)
    return Asked("left_word", 0, 0, id_of(left))


def _asked(
    kind: Literal["queued", "waiting_already"], session: Session, handover: Handover
) -> Asked:
    found = _place(session, handover)
    return Asked(kind, found.position, found.wait_minutes, id_of(handover))


def _place(session: Session, handover: Handover) -> Place:
    if handover.state != HandoverState.QUEUED:
        return Place(0, 0)
    same = col(Handover.priority) == handover.priority
    earlier = (col(Handover.queued_at) < handover.queued_at) | (
        (col(Handover.queued_at) == handover.queued_at) & (col(Handover.id) < id_of(handover))
    )
    ahead = select(func.count(col(Handover.id))).where(
        Handover.state == HandoverState.QUEUED.value,
        or_(col(Handover.priority) > handover.priority, same & earlier),
    )
    position = session.exec(ahead).one() + 1
    return Place(position, _wait_minutes(session, position))


def _wait_minutes(session: Session, position: int) -> int:
    """What the latest services took, spread over those who answer."""
    seats = session.exec(
        select(func.sum(Staff.capacity)).where(
            col(Staff.is_active), col(Staff.presence) == "online"
        )
    ).one()
    latest = session.exec(
        select(Handover.taken_at, Handover.ended_at)
        .where(Handover.state == HandoverState.ENDED.value)
        .order_by(col(Handover.id).desc())
        .limit(LOOKED_BACK)
    ).all()
    took = [min(ended - taken, LONGEST_SERVICE) for taken, ended in latest if taken and ended]
    usual = sum(took, timedelta()).total_seconds() / 60 / len(took) if took else USUAL_MINUTES
    return max(1, math.ceil(position * usual / max(1, seats or 0)))


def _priority(session: Session, talk: ConversationView, reason: Reason) -> int:
    vip = VIP if talk.customer_id and is_vip(session, talk.customer_id) else 0
    return PRIORITIES.get(reason, 0) + vip
