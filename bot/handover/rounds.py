"""The clock's rounds among handovers: assigned, requeued, ended and held to what is promised."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from bot import conversations
from bot.clock import Clock
from bot.conversations import OwnerChanged
from bot.database import Database
from bot.handover import assigning, owning, promises, queue
from bot.handover.episodes import is_in_wecom
from bot.handover.tables import Handover, HandoverState
from bot.handover.terms import get_terms
from bot.jobs import Job
from bot.staff.tables import Staff
from commerce.calendar.hours import get_hours


@dataclass(frozen=True, slots=True)
class HandoverRounds:
    """Each round finds what is due now and does it; doing it again does no harm."""

    database: Database
    clock: Clock

    def jobs(self) -> list[Job]:
        """The rounds with their rhythm, in the shop's time."""
        return [
            Job("assign waiting customers", timedelta(seconds=1), self.assign),
            Job("requeue customers left waiting", timedelta(seconds=5), self.requeue),
            Job("end silent services", timedelta(seconds=20), self.end_silent),
            Job("note broken promises", timedelta(seconds=10), self.note_misses),
            Job("take up words left", timedelta(seconds=10), self.take_up_words),
        ]

    async def assign(self) -> None:
        """Give those who wait to people with room."""
        if await self.database.read(_is_queued):
            await self.database.write(assigning.assign_waiting, self.clock.now())

    async def requeue(self) -> None:
        """Bring those back into the queue whom nobody answers."""
        now = self.clock.now()
        for conversation_id, why in await self.database.read(list_left_waiting, now):
            await self.database.write(requeue_one, conversation_id, why, now)

    async def end_silent(self) -> None:
        """End services whose customers say no more."""
        now = self.clock.now()
        for conversation_id in await self.database.read(list_silent, now):
            await self.database.write(end_one, conversation_id, now)

    async def note_misses(self) -> None:
        """Write down broken promises."""
        if await self.database.read(promises.list_live):
            await self.database.write(note_all_misses, self.clock.now())

    async def take_up_words(self) -> None:
        """Queue what was left while nobody was there, once somebody is."""
        now = self.clock.now()
        if not await self.database.read(queue.may_queue, now):
            return
        for left in await self.database.read(queue.list_left_word):
            await self.database.write(queue.take_up_word, left.conversation_id, now)


def list_left_waiting(session: Session, now: datetime) -> list[tuple[int, str]]:
    """Conversations whose customers wait too long for who has them, and why: `silent` or `away`."""
    patience = timedelta(minutes=get_terms(session).reply_within_minutes)
    rows = session.exec(
        select(Handover, Staff.is_active, Staff.seen_at)
        .join(Staff, col(Staff.id) == col(Handover.staff_id))
        .where(
            Handover.state == HandoverState.OWNED.value,
            col(Handover.waiting_since).is_not(None),
            or_(
                col(Handover.waiting_since) <= now - patience,
                col(Staff.seen_at).is_(None),
                col(Staff.seen_at) <= now - patience,
                ~col(Staff.is_active),
            ),
        )
    )
    left = []
    for handover, is_active, seen_at in rows:
        waited_from = max(handover.waiting_since or now, handover.taken_at or now)
        is_away = not is_active or (seen_at is not None and seen_at <= now - patience)
        if not is_in_wecom(handover) and (is_away or waited_from <= now - patience):
            left.append((handover.conversation_id, "away" if is_away else "silent"))
    return left


def requeue_one(session: Session, conversation_id: int, why: str, now: datetime) -> bool:
    """Bring one back into the queue; false when it was answered or moved since it was read."""
    talk = conversations.lock(session, conversation_id)
    if (conversation_id, why) not in list_left_waiting(session, now):
        return False
    try:
        owning.requeue(session, conversation_id, "clock", talk.epoch, now, why=why)
    except OwnerChanged:
        return False
    return True


def list_silent(session: Session, now: datetime) -> list[int]:
    """Conversations in which a person has answered and nobody has said anything for long."""
    since = now - timedelta(minutes=get_terms(session).ends_after_minutes)
    rows = session.exec(
        select(Handover).where(
            Handover.state == HandoverState.OWNED.value,
            col(Handover.waiting_since).is_(None),
            col(Handover.taken_at) <= since,
            or_(col(Handover.staff_wrote_at).is_(None), col(Handover.staff_wrote_at) <= since),
            or_(
                col(Handover.customer_wrote_at).is_(None),
                col(Handover.customer_wrote_at) <= since,
            ),
        )
    )
    return [each.conversation_id for each in rows if not is_in_wecom(each)]


def end_one(session: Session, conversation_id: int, now: datetime) -> bool:
    """End one; false when somebody has said something since."""
    talk = conversations.lock(session, conversation_id)
    if conversation_id not in list_silent(session, now):
        return False
    owning.end(session, conversation_id, "timeout", talk.epoch, now)
    return True


def note_all_misses(session: Session, now: datetime) -> int:
    """Write down every promise that is broken by now; how many are new."""
    hours = get_hours(session)
    live = promises.list_live(session)
    return sum(len(promises.note_misses(session, each, now, hours)) for each in live)


def _is_queued(session: Session) -> bool:
    return bool(queue.list_queue(session))
