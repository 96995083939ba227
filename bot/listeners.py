"""What follows from what happened in the shop: each event is handled once.

What an event demands stands by itself: telling the customer comes after it and cannot undo it.
What fails is tried again with growing pauses, and no other event waits for it.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session, col, or_, select, update

from bot.campaigning import journey_hearing
from bot.clock import Clock
from bot.database import Database
from bot.reactions import LISTENERS
from bot.reactions.heard import Heard, Listener, Reaction
from bot.sender import Sender
from commerce.events import ShopEvent
from commerce.inserting import affected_rows
from commerce.sealing import Sealer

log = structlog.get_logger()

A_BATCH: Final = 64
IDLE_SECONDS: Final = 0.25
PAUSES: Final = tuple(timedelta(seconds=each) for each in (1, 5, 30, 300, 1800, 3600))
"""Before an event that failed is tried again; the last one for ever."""
MOST_TELLINGS: Final = 5
"""Tries to tell a customer; what an event demands is tried until it is done."""
NOTHING: Final = Reaction()


class Listeners:
    """Handles what the shop announced, in order. Several processes are safe."""

    def __init__(self, database: Database, clock: Clock, sealer: Sealer, sender: Sender) -> None:
        self._database = database
        self._clock = clock
        self._sealer = sealer
        self._sender = sender
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Look at the events now: something was just committed."""
        self._wake.set()

    async def run(self) -> None:
        """Listen for ever."""
        while True:
            try:
                handled = await self._database.write(self.handle_some)
            except DBAPIError as error:
                log.warning("events not reachable", reason=str(error.orig))
                handled = 0
            except Exception:
                # Whatever it is, later events must go on being heard.
                log.exception("events not handled")
                handled = 0
            if handled:
                self._sender.wake()
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._wake.wait()
            self._wake.clear()

    def handle_some(self, session: Session) -> int:
        """Handle the oldest events that are due; how many there were."""
        now = self._clock.now()
        events = session.exec(
            select(ShopEvent.id, ShopEvent.attempts)
            .where(
                col(ShopEvent.handled_at).is_(None),
                or_(col(ShopEvent.not_before).is_(None), col(ShopEvent.not_before) <= now),
            )
            .order_by(col(ShopEvent.id))
            .limit(A_BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        for event_id, attempts in events:
            if self._handle(session, event_id or 0, attempts, now):
                after: dict[str, Any] = {"handled_at": now}
            else:
                pause = PAUSES[min(attempts, len(PAUSES) - 1)]
                after = {"attempts": attempts + 1, "not_before": now + pause}
            affected_rows(
                session, update(ShopEvent).where(col(ShopEvent.id) == event_id).values(**after)
            )
        return len(events)

    def _handle(self, session: Session, event_id: int, attempts: int, now: datetime) -> bool:
        """Do what follows from an event; false when it has to be tried again."""
        if not self._attempt(session, event_id, now, lambda reaction: reaction.demand):
            return False
        self._let_journeys_hear(session, event_id, now)
        is_told = self._attempt(session, event_id, now, lambda reaction: reaction.words)
        return is_told or attempts + 1 >= MOST_TELLINGS

    def _let_journeys_hear(self, session: Session, event_id: int, now: datetime) -> None:
        """What fails there is for a person to read; the event is handled all the same."""
        try:
            event = session.get_one(ShopEvent, event_id)
            journey_hearing.hear(session, self._sealer, event, now)
        except Exception as error:
            if is_nobodys_fault(error):
                raise
            log.exception("journeys did not hear", event_id=event_id)

    def _attempt(
        self,
        session: Session,
        event_id: int,
        now: datetime,
        part: Callable[[Reaction], Listener | None],
    ) -> bool:
        """Run one part in a savepoint of its own; false when it failed and left nothing."""
        try:
            with session.begin_nested():
                event = session.get_one(ShopEvent, event_id)
                listener = part(LISTENERS.get(event.kind, NOTHING))
                if listener is not None:
                    listener(Heard(session, self._sealer, event, now))
        except Exception as error:
            if is_nobodys_fault(error):
                raise
            log.exception("listener failed", event_id=event_id)
            return False
        return True


def is_nobodys_fault(error: Exception) -> bool:
    """Whether the database is away, full or held by others: the batch is tried again whole."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or isinstance(error, OperationalError)
