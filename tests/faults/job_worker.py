"""One of several processes that run jobs: `python -m tests.faults.job_worker URL LAST LEASE`.

Its clock runs fast: `FACTOR` seconds of shop time to each that has passed, by the monotonic clock
that all processes share, since the moment that the file `started` names; it stops at the slot LAST.
While the file `slowly` lies in its folder, a run stays for a moment at each point where the test
may want to stop it, and a line of output says so.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from bot.database import Database
from bot.jobs import Each, Every, Jobs, Once, Slot, SlotJob
from bot.jobs.overdue import Overdue
from bot.logs import configure_logs

FACTOR: Final = 250
NOON: Final = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
STARTED: Final = Path("started")
SLOWLY: Final = Path("slowly")
MOMENT: Final = 0.4
EFFECT: Final = text(
    "INSERT INTO effect SELECT :job, :at, :epoch, epoch, :pid FROM job_slot WHERE job = :job"
)


class FastClock:
    """NOON until it is started, and no later than a last moment."""

    def __init__(self, last: int) -> None:
        self._last = last
        self._start: float | None = None

    def now(self) -> datetime:
        """The shop's time."""
        if self._start is None:
            if not STARTED.exists():
                return NOON
            self._start = float(STARTED.read_text())
        passed = min((time.monotonic() - self._start) * FACTOR, self._last)
        return NOON + timedelta(seconds=passed)


def take_time(where: str, slot: Slot) -> None:
    """Stay at a point of a run for a moment, if the test wants to stop somebody there."""
    if SLOWLY.exists():
        say(f"{where} {slot.job} {slot.epoch}")
        time.sleep(MOMENT)


def say(words: str) -> None:
    """Tell the test."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def leave_effect(session: Session, slot: Slot, pid: int, finish: Callable[[Session], None]) -> None:
    """The one transaction of a run."""
    values = {"job": slot.job, "at": slot.at, "epoch": slot.epoch, "pid": pid}
    session.execute(EFFECT, values)
    take_time("writing", slot)
    finish(session)


async def work(url: str, last: int, lease: float) -> None:
    """Tick until the last slot is over with."""
    database, clock = Database(url), FastClock(last)

    async def run(slot: Slot) -> None:
        take_time("running", slot)
        await database.write(
            leave_effect, slot, os.getpid(), lambda session: slot.finish(session, clock.now())
        )

    names: dict[str, Overdue] = {"each": Each(last + 1), "once": Once()}
    second, longest = Every(timedelta(seconds=1)), timedelta(seconds=lease)
    jobs = [SlotJob(name, second, run, policy, longest) for name, policy in names.items()]
    ticking = Jobs(database, clock, jobs)
    end = NOON + timedelta(seconds=last)
    say("ready")
    while await database.read(count_over, end) < len(jobs):
        await ticking.tick()
        await asyncio.sleep(0.01)
    database.close()


def count_over(session: Session, end: datetime) -> int:
    """Jobs whose last slot is over with."""
    over = text("SELECT count(*) FROM job_slot WHERE slot = :end AND state = 'done'")
    return int(session.execute(over, {"end": end}).scalar_one())


if __name__ == "__main__":
    configure_logs(as_json=True)
    asyncio.run(work(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
