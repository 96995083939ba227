"""Ticks, and runs what is due. APScheduler only tells that a second has passed."""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.exc import DBAPIError

from bot.clock import Clock
from bot.database import Database, DatabaseClosed, fenced
from bot.jobs.job import Job, SlotJob
from bot.jobs.slots import LOCKED, Mark, Overtaken, Slot, claim

log = structlog.get_logger()

TICK_SECONDS: Final = 1.0
BEATS_A_LEASE: Final = 3


@dataclass(slots=True)
class _Watch:
    """What this process knows of one job."""

    job: Job | SlotJob
    is_running: bool = False
    looked_for: int | None = None
    """The number of the slot for which the row was read last."""
    mark: Mark | None = None
    """Who else was seen running it,"""
    since: float = 0.0
    """and from when on, by the monotonic clock, without a sign of life."""

    def is_due(self, now: datetime, elapsed: float) -> bool:
        """Whether to read the row: the slot is new here, or another's holder has fallen silent."""
        if self.is_running:
            return False
        is_new = self.looked_for != self.job.rhythm.number_at(now)
        return is_new or self.silent(elapsed) is not None

    def silent(self, elapsed: float) -> Mark | None:
        """The mark of a holder who has shown no sign of life for a lease."""
        is_silent = elapsed - self.since >= self.job.lease.total_seconds()
        return self.mark if is_silent else None

    def note(self, now: datetime, mark: Mark | None, elapsed: float) -> None:
        """The row was read."""
        self.looked_for = self.job.rhythm.number_at(now)
        if mark != self.mark:
            self.mark, self.since = mark, elapsed

    def look_again(self) -> None:
        """Read the row at the next tick."""
        self.looked_for = None


class Jobs:
    """Ticks every second of real time and runs each job whose slot of shop time has come.

    `elapsed` tells the seconds by which leases are measured.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        jobs: Sequence[Job | SlotJob],
        *,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        if len({job.name for job in jobs}) < len(jobs):
            raise ValueError("two jobs of one name would share a row")
        self._database = database
        self._clock = clock
        self._elapsed = elapsed
        self._watches = [_Watch(job) for job in jobs]
        self._holder = f"{socket.gethostname()}:{os.getpid()}"
        self.last_tick_at: datetime | None = None

    async def run(self) -> None:
        """Tick until cancelled."""
        scheduler = AsyncIOScheduler(timezone=UTC)
        # A tick lasts as long as its slowest job. The next ones begin beside it: each tick that is
        # still going has a job of its own, so there are never more of them than jobs.
        scheduler.add_job(
            self._tick_until_stopped,
            "interval",
            seconds=TICK_SECONDS,
            max_instances=len(self._watches) + 1,
            coalesce=True,
        )
        scheduler.start()
        try:
            await asyncio.Event().wait()
        finally:
            scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """Run every job that is due and that nobody runs."""
        self.last_tick_at = now = self._clock.now()
        elapsed = self._elapsed()
        due = [watch for watch in self._watches if watch.is_due(now, elapsed)]
        await asyncio.gather(*(self._run(watch, now) for watch in due))

    async def _tick_until_stopped(self) -> None:
        """A stop is no failure of the tick it cuts off: APScheduler would log it with its trace."""
        with contextlib.suppress(asyncio.CancelledError):
            await self.tick()

    async def _run(self, watch: _Watch, now: datetime) -> None:
        """Run what is due of one job, slot after slot."""
        job = watch.job
        watch.is_running = True
        try:
            while (slot := await self._claim(watch, now)) is not None:
                await self._hold(job, slot)
                if job.rhythm.number_at(slot.at) == job.rhythm.number_at(now):
                    return
        except Overtaken as error:
            log.info("job overtaken", job=job.name, run=str(error))
            watch.look_again()
        except DBAPIError as error:
            log.warning("job postponed", job=job.name, reason=str(error.orig))
            watch.look_again()
        except Exception:
            log.exception("job failed", job=job.name)
        finally:
            watch.is_running = False

    async def _claim(self, watch: _Watch, now: datetime) -> Slot | None:
        silent = watch.silent(self._elapsed())
        found = await self._database.write(claim, watch.job, now, self._holder, silent)
        if found == LOCKED:
            watch.look_again()
            return None
        watch.note(now, found if isinstance(found, Mark) else None, self._elapsed())
        return found if isinstance(found, Slot) else None

    async def _hold(self, job: Job | SlotJob, slot: Slot) -> None:
        """Run a slot to its end; it is given back if the database or a stop cuts it off."""
        try:
            await self._do(job, slot)
            await self._finish(slot)
        except (DBAPIError, asyncio.CancelledError):
            with contextlib.suppress(DBAPIError, DatabaseClosed):
                await self._database.write(slot.give_back, self._clock.now())
            raise

    async def _finish(self, slot: Slot) -> None:
        """Always, since the run's own `finish` may not have been committed."""
        try:
            await self._database.write(slot.finish, self._clock.now())
        except Overtaken:
            if not slot.is_over:
                raise

    async def _do(self, job: Job | SlotJob, slot: Slot) -> None:
        try:
            async with self._while_ours(slot):
                await job.start(slot)
        except (Overtaken, DBAPIError):
            raise
        except Exception:
            log.exception("job failed", job=job.name)

    @contextlib.asynccontextmanager
    async def _while_ours(self, slot: Slot) -> AsyncIterator[None]:
        """Show signs of life during the block; it is cut off once the slot is another's."""
        try:
            async with asyncio.timeout(None) as ours:
                beating = asyncio.create_task(self._beat(slot, ours), name=f"beats of {slot.job}")
                try:
                    with fenced(slot.check):
                        yield
                finally:
                    beating.cancel()
        except TimeoutError:
            if ours.expired():
                raise Overtaken(str(slot)) from None
            raise

    async def _beat(self, slot: Slot, ours: asyncio.Timeout) -> None:
        while True:
            await asyncio.sleep(slot.lease.total_seconds() / BEATS_A_LEASE)
            try:
                await self._database.write(slot.beat, self._clock.now())
            except Overtaken:
                ours.reschedule(asyncio.get_running_loop().time())
                return
            except DBAPIError as error:
                log.warning("job shows no sign of life", job=slot.job, reason=str(error.orig))
