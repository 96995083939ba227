"""What the clock makes happen. APScheduler only ticks; what is due is a query."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, and_, col, delete, or_, update

from bot import inbox
from bot.clock import Clock
from bot.database import Database
from bot.pipeline import Pipeline
from bot.tables import JobSlot, LoginSession
from commerce.inserting import affected_rows, insert_once

log = structlog.get_logger()

TICK_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Job:
    """Something done once every `every` of the shop's time, by one process at a time.

    `run` finds what is due and does it; doing it twice must do no harm. While one process runs it
    no other begins, not even in a later slot; one that dies running loses it after `lease`.
    """

    name: str
    every: timedelta
    run: Callable[[], Awaitable[object]]
    lease: timedelta = timedelta(minutes=2)


class Jobs:
    """Ticks every second of real time and runs each job whose slot of shop time has come."""

    def __init__(self, database: Database, clock: Clock, jobs: list[Job]) -> None:
        self._database = database
        self._clock = clock
        self._jobs = jobs
        self._running: set[str] = set()
        self._seen: dict[str, tuple[datetime, datetime | None]] = {}
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
            max_instances=len(self._jobs) + 1,
            coalesce=True,
        )
        scheduler.start()
        try:
            await asyncio.Event().wait()
        finally:
            scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """Run every job whose present slot nobody has taken."""
        self.last_tick_at = now = self._clock.now()
        due = [job for job in self._jobs if self._is_due(job, now)]
        await asyncio.gather(*(self._run(job, now) for job in due))

    async def _tick_until_stopped(self) -> None:
        """A stop is no failure of the tick it cuts off: APScheduler would log it with its trace."""
        with contextlib.suppress(asyncio.CancelledError):
            await self.tick()

    def _is_due(self, job: Job, now: datetime) -> bool:
        """Whether to look at the job's present slot: it is new here, or a lease on it has ended."""
        if job.name in self._running:
            return False
        slot, look_again_at = self._seen.get(job.name, (None, None))
        return slot != slot_at(now, job.every) or (look_again_at or now) < now

    async def _run(self, job: Job, now: datetime) -> None:
        slot = slot_at(now, job.every)
        self._running.add(job.name)
        self._seen[job.name] = (slot, None)
        try:
            if not await self._database.write(claim_slot, job, slot, now):
                self._seen[job.name] = (slot, now + job.lease)
                return
            try:
                await job.run()
            except DBAPIError:
                raise
            except Exception:
                log.exception("job failed", job=job.name)
            await self._database.write(finish_slot, job, now, self._clock.now())
        except DBAPIError as error:
            log.warning("job postponed", job=job.name, reason=str(error.orig))
            await self._give_back(job, now)
        except Exception:
            log.exception("job failed", job=job.name)
        finally:
            self._running.discard(job.name)

    async def _give_back(self, job: Job, claimed_at: datetime) -> None:
        """Let the next tick run the job again; if the database cannot even do that, its lease."""
        self._seen.pop(job.name, None)
        with contextlib.suppress(DBAPIError):
            await self._database.write(give_back_slot, job, claimed_at)


def slot_at(now: datetime, every: timedelta) -> datetime:
    """The beginning of the slot that a moment falls into, counted from 1970 in UTC."""
    seconds = int(every.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


def claim_slot(session: Session, job: Job, slot: datetime, now: datetime) -> bool:
    """Take a slot that is new while nobody runs the job, or one whose holder's lease has ended."""
    lease_until = now + job.lease
    if insert_once(session, JobSlot, job=job.name, slot=slot, lease_until=lease_until):
        return True
    is_new = and_(col(JobSlot.finished_at).is_not(None), col(JobSlot.slot) < slot)
    has_lapsed = and_(
        col(JobSlot.finished_at).is_(None),
        col(JobSlot.lease_until) < now,
        col(JobSlot.slot) <= slot,
    )
    free = update(JobSlot).where(col(JobSlot.job) == job.name, or_(is_new, has_lapsed))
    taken = free.values(slot=slot, lease_until=lease_until, finished_at=None)
    return affected_rows(session, taken) == 1


def finish_slot(session: Session, job: Job, claimed_at: datetime, now: datetime) -> None:
    """The run claimed at that time is done, unless another process has taken it over since."""
    affected_rows(session, _run_of(job, claimed_at).values(finished_at=now))


def give_back_slot(session: Session, job: Job, claimed_at: datetime) -> None:
    """End the lease of the run claimed at that time: it was not done, anybody may."""
    affected_rows(session, _run_of(job, claimed_at).values(lease_until=claimed_at))


def _run_of(job: Job, claimed_at: datetime) -> Update:
    return update(JobSlot).where(
        col(JobSlot.job) == job.name,
        col(JobSlot.finished_at).is_(None),
        col(JobSlot.lease_until) == claimed_at + job.lease,
    )


def sweep(session: Session, now: datetime) -> None:
    """Remove logins that are over."""
    affected_rows(session, delete(LoginSession).where(col(LoginSession.expires_at) < now))


async def answer_left_behind(database: Database, clock: Clock, pipeline: Pipeline) -> None:
    """Answer messages whose process died, or whose turn failed on the database."""
    left = await database.write(inbox.take_up_left_behind, clock.now())
    results = await asyncio.gather(
        *(pipeline.answer_all(conversation) for conversation in left), return_exceptions=True
    )
    for result in results:
        if isinstance(result, BaseException):
            log.warning("still not answered", reason=type(result).__name__)
