"""Who gets whom: the one who knows the customer, else the least busy, within what each can do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, func, select

from bot import conversations
from bot.conversations import OwnerChanged
from bot.handover import owning, queue
from bot.handover.presence import is_online
from bot.handover.service_tables import ServiceTerms
from bot.handover.tables import Handover, HandoverMove, HandoverState
from bot.handover.terms import get_terms
from bot.kf.tables import KfSession, State
from bot.messages import BOT
from bot.staff.tables import Staff
from bot.tables import OutboxMessage, OutboxState
from commerce.inserting import id_of

SETTLES: Final = timedelta(seconds=3)
"""So long a takeover waits for what the bot has just said to leave."""
ASKS_WECOM: Final = timedelta(minutes=1)
"""So long WeCom's own servicers are tried first, where the terms say so."""
_UNSENT: Final = [
    state.value for state in (OutboxState.HELD, OutboxState.PENDING, OutboxState.SENDING)
]


@dataclass(slots=True)
class Seat:
    """One of the shop's people, and how many more customers they can have."""

    staff_id: int
    busy: int
    free: int


def assign_waiting(session: Session, now: datetime) -> list[Handover]:
    """Give those who wait to people who are online and have room, in the queue's order.

    Who is being spoken to, and whom WeCom's servicers are to have, is passed over; nothing happens
    when the terms say so.
    """
    terms = get_terms(session)
    if not terms.auto_assign:
        return []
    waiting = queue.list_queue(session)
    seats = list_seats(session, now) if waiting else []
    given: list[Handover] = []
    for handover in waiting:
        if not any(seat.free > 0 for seat in seats):
            break
        seat = _seat_for(session, handover, seats)
        if seat is None or is_speaking(session, handover.conversation_id, now):
            continue
        if _is_wecoms(session, handover, terms, now):
            continue
        taken = _give(session, handover, seat, now)
        if taken is not None:
            given.append(taken)
    return given


def is_assignable(session: Session, handover: Handover, now: datetime) -> bool:
    """Whether somebody online has room for one who waits, so that they are given them at once."""
    if not get_terms(session).auto_assign:
        return False
    left_by = _left_by(session, handover)
    seats = [seat for seat in list_seats(session, now) if seat.staff_id != left_by]
    free = sum(max(0, seat.free) for seat in seats)
    return queue.place(session, id_of(handover)).position <= free


def list_seats(session: Session, now: datetime) -> list[Seat]:
    """Who is online, with what they have in hand."""
    busy = (
        select(func.count(col(Handover.id)))
        .where(
            Handover.staff_id == Staff.id,
            Handover.state == HandoverState.OWNED.value,
        )
        .correlate(Staff)
        .scalar_subquery()
    )
    rows = session.exec(
        select(Staff.id, Staff.capacity, busy).where(is_online(now)).order_by(col(Staff.id))
    )
    return [Seat(staff_id or 0, held, capacity - held) for staff_id, capacity, held in rows]


def is_speaking(session: Session, conversation_id: int, now: datetime) -> bool:
    """Whether something the bot said a moment ago has not left yet."""
    unsent = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.conversation_id == conversation_id,
            col(OutboxMessage.state).in_(_UNSENT),
            col(OutboxMessage.created_at) > now - SETTLES,
        )
        .limit(1)
    )
    return session.exec(unsent).first() is not None


def _give(session: Session, handover: Handover, seat: Seat, now: datetime) -> Handover | None:
    talk = conversations.lock(session, handover.conversation_id)
    if talk.owner != BOT:
        return None
    try:
        with session.begin_nested():
            taken = owning.take(session, talk.id, seat.staff_id, talk.epoch, now, actor="clock")
    except OwnerChanged:
        return None  # Somebody took it by hand, or the customer no longer waits.
    seat.busy, seat.free = seat.busy + 1, seat.free - 1
    return taken


def _is_wecoms(session: Session, handover: Handover, terms: ServiceTerms, now: datetime) -> bool:
    """Whether WeCom's servicers have them, or are being asked to: no console can answer there."""
    talk_id = handover.conversation_id
    state = session.exec(
        select(KfSession.state).where(KfSession.conversation_id == talk_id)
    ).first()
    if state is None:
        return False
    is_being_asked = terms.kf_place == "wecom" and handover.queued_at > now - ASKS_WECOM
    return is_being_asked or state in (State.POOL, State.SERVICER)


def _seat_for(session: Session, handover: Handover, seats: list[Seat]) -> Seat | None:
    left_by = _left_by(session, handover)
    free = [seat for seat in seats if seat.free > 0 and seat.staff_id != left_by]
    last = last_agent(session, handover)
    known = next((seat for seat in free if seat.staff_id == last), None)
    return known or min(free, key=lambda seat: (seat.busy, seat.staff_id), default=None)


def last_agent(session: Session, handover: Handover) -> int | None:
    """Who served this customer last, in any earlier episode of the conversation."""
    return session.exec(
        select(Handover.staff_id)
        .where(
            Handover.conversation_id == handover.conversation_id,
            col(Handover.id) != id_of(handover),
            col(Handover.staff_id).is_not(None),
        )
        .order_by(col(Handover.taken_at).desc())
        .limit(1)
    ).first()


def _left_by(session: Session, handover: Handover) -> int | None:
    """Who let the customer wait in this very episode: they do not get them again by themselves."""
    about = session.exec(
        select(HandoverMove.about)
        .where(HandoverMove.handover_id == id_of(handover), HandoverMove.kind == "requeued")
        .order_by(col(HandoverMove.id).desc())
        .limit(1)
    ).first()
    left_by: int | None = (about or {}).get("left_by")
    return left_by
