"""The clock's rounds among campaigns: runs are planned, what waited goes on, what is over ends."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlmodel import Session

from bot.clock import Clock
from bot.database import Database
from bot.jobs import Job
from bot.listeners import is_nobodys_fault
from campaigns import deferring, runner
from campaigns.composer import NothingToShow
from campaigns.deferring import BACKLOG
from campaigns.deliveries import BY_ITSELF
from campaigns.parts import Parts
from campaigns.ports import Route
from campaigns.tables import CampaignRun
from campaigns.terms import get_terms, quiet_ends_at

log = structlog.get_logger()

LEASE: Final = timedelta(seconds=5)
"""After a death in the middle of a round, runs stand still so long."""
LETTERS: Final = 25
"""Customers planned in a transaction: conversations wait for it no longer than a blink."""
GATHERED: Final = 500
"""The same where nothing is composed."""
TURNS: Final = 60
"""Batches of a run in a round: what is left is due a second later, and letters wait no longer."""


@dataclass(frozen=True, slots=True)
class CampaignRounds:
    """Each round looks for what is to do now; doing it again does no harm."""

    database: Database
    clock: Clock
    parts: Parts

    def jobs(self) -> list[Job]:
        """The rounds with their rhythm, in the shop's time."""

        def every_second(name: str, run: Callable[[], Awaitable[object]]) -> Job:
            return Job(name, timedelta(seconds=1), run, LEASE)

        return [
            every_second("plan campaigns", self.plan),
            every_second("take up deferred deliveries", self.take_up_deferred),
        ]

    async def plan(self) -> None:
        """Plan every run as far as its backlog allows, in turns; end what is over."""
        running = await self.database.read(runner.list_running)
        unplanned = list(running)
        for _ in range(TURNS):
            unplanned = [each for each in unplanned if await self._tended(each, self._plan_some)]
        for run_id in running:
            await self._tended(run_id, self._put_off_or_end)

    async def _tended(self, run_id: int, tend: Callable[[int], Awaitable[bool]]) -> bool:
        """A run at which something fails by a fault of ours must not cost the others."""
        try:
            return await tend(run_id)
        except Exception as error:
            if is_nobodys_fault(error):
                raise
            log.exception("campaign run not tended", run=run_id)
            return False

    async def _put_off_or_end(self, run_id: int) -> bool:
        await self.database.write(self._put_off, run_id, self.clock.now())
        return await self.database.write(runner.finish, run_id, self.clock.now())

    async def take_up_deferred(self) -> None:
        """Judge again what waited for this moment."""
        try:
            while await self.database.write(
                deferring.take_up_due, self.parts, self.clock.now(), LETTERS
            ):
                pass
        except Exception as error:
            if is_nobodys_fault(error):
                raise
            log.exception("deferred deliveries not taken up together")
            await self._take_up_one_by_one()

    async def _take_up_one_by_one(self) -> None:
        """A delivery that fails by a fault of ours must not keep the others waiting."""
        due = await self.database.read(deferring.list_due, self.clock.now(), LETTERS)
        for delivery_id in due:
            now = self.clock.now()
            try:
                await self.database.write(deferring.take_up, self.parts, delivery_id, now)
            except Exception as error:
                if is_nobodys_fault(error):
                    raise
                log.exception("deferred delivery not taken up", delivery=delivery_id)
                await self.database.write(deferring.try_later, delivery_id, now)

    async def _plan_some(self, run_id: int) -> bool:
        """Plan one batch; whether there may be more to plan now."""
        size = await self.database.read(self._room, run_id)
        if size <= 0:
            return False
        try:
            planned = await self.database.write(
                runner.plan_batch, self.parts, run_id, self.clock.now(), size
            )
        except NothingToShow as error:
            log.warning("campaign run paused", run=run_id, why=str(error))
            await self.database.write(runner.pause, run_id, by=BY_ITSELF, reason=str(error))
            return False
        return planned > 0

    def _room(self, session: Session, run_id: int) -> int:
        """How many customers the next batch may have; 0 when there is nothing to plan now."""
        run = session.get_one(CampaignRun, run_id)
        if run.is_planned:
            return 0
        if run.routes == [Route.MASS]:
            return GATHERED
        return min(LETTERS, BACKLOG - self.parts.letterbox.unsent(session, run_id))

    def _put_off(self, session: Session, run_id: int, now: datetime) -> None:
        """Let nothing leave in the quiet hours."""
        until = quiet_ends_at(get_terms(session), now + runner.AHEAD_OF_NIGHT)
        if until is not None:
            deferring.put_off(session, self.parts.letterbox, run_id, until, now)
