"""What the terms promise in working time, and what was not kept, to the second."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, func, select, text

from bot.handover.service_tables import ServiceMiss, ServiceTerms
from bot.handover.tables import LIVE, Handover, HandoverMove, Reason
from bot.handover.terms import get_terms
from commerce.calendar.hours import OpeningHours, get_hours
from commerce.inserting import id_of, insert_once

A_MINUTE: Final = 60
UNASKED: Final = frozenset({Reason.STAFF, Reason.SERVICER})
"""Nobody waits for an answer to what nobody asked for."""

type Clock = tuple[str, datetime, datetime]
"""Which, when it began, when it runs out."""


def note_misses(
    session: Session, handover: Handover, now: datetime, hours: OpeningHours | None = None
) -> list[str]:
    """Write down which promises of an episode are broken by now, once each; which ones are new.

    Called before a clock stops, and by the clock's own rounds.
    """
    hours = hours or get_hours(session)
    new = []
    for clock, since, due_at in _clocks(session, handover, get_terms(session), hours):
        if due_at < now and insert_once(
            session,
            ServiceMiss,
            handover_id=id_of(handover),
            clock=clock,
            since=since,
            at=due_at,
        ):
            session.add(
                HandoverMove(
                    handover_id=id_of(handover),
                    kind="missed",
                    actor="clock",
                    about={"clock": clock},
                    at=due_at,
                )
            )
            new.append(clock)
    return new


def list_live(session: Session) -> list[Handover]:
    """The episodes whose clocks run."""
    return list(session.exec(select(Handover).where(text(LIVE))))


def _clocks(
    session: Session, handover: Handover, terms: ServiceTerms, hours: OpeningHours
) -> Iterator[Clock]:
    begun_at = _begun_at(session, handover)
    running = [("resolution", begun_at, terms.resolution_minutes)]
    if handover.first_replied_at is None:
        if handover.reason not in UNASKED:
            running.append(("first_response", begun_at, terms.first_response_minutes))
    elif handover.waiting_since is not None:
        running.append(("next_response", handover.waiting_since, terms.next_response_minutes))
    for clock, since, minutes in running:
        due_at = hours.after_working(since, minutes * A_MINUTE) if minutes else None
        if due_at is not None:
            yield clock, since, due_at


def _begun_at(session: Session, handover: Handover) -> datetime:
    """When it was asked for; `queued_at` moves on when it is requeued."""
    first = select(func.min(HandoverMove.at)).where(
        col(HandoverMove.handover_id) == id_of(handover)
    )
    begun_at: datetime | None = session.exec(first).one()
    return begun_at or handover.queued_at
