"""What the clock makes happen: one run a slot, whoever ticks, however often."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import func, select
from structlog.testing import capture_logs

from bot.clock import FrozenClock, SystemClock
from bot.database import Database
from bot.jobs import Daily, Each, Job, Jobs, SkipAfter, Slot, SlotJob
from bot.tables import JobSlot
from tests.bot.jobs.bell import Bell
from tests.fixtures.processes import until


@pytest.mark.database
async def test_two_processes_run_a_job_once_a_slot(
    here: Jobs, there: Jobs, frozen_clock: FrozenClock, bell: Bell
) -> None:
    for minute in range(5):
        for _ in range(3):
            await asyncio.gather(here.tick(), there.tick(), here.tick(), there.tick())
            frozen_clock.advance(seconds=20)
        assert bell.runs == minute + 1


async def test_a_job_leaves_one_row_however_often_it_runs(
    here: Jobs, database: Database, frozen_clock: FrozenClock, bell: Bell
) -> None:
    for _ in range(5):
        await here.tick()
        frozen_clock.advance(minutes=1)

    assert bell.runs == 5
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(JobSlot)).one() == 1


async def test_a_leap_of_the_clock_makes_up_for_nothing(
    here: Jobs, frozen_clock: FrozenClock, bell: Bell
) -> None:
    await here.tick()
    frozen_clock.advance(days=3)
    await here.tick()

    assert bell.runs == 2


async def test_a_clock_that_steps_back_runs_no_slot_twice(
    here: Jobs, there: Jobs, frozen_clock: FrozenClock, bell: Bell
) -> None:
    for minutes, runs in ((0, 1), (1, 2), (-1, 2), (-60, 2), (60, 2), (0, 2), (1, 2), (1, 3)):
        frozen_clock.advance(minutes=minutes)
        await there.tick()
        await here.tick()
        assert bell.runs == runs


class Diary:
    """A job for each slot, which notes them."""

    def __init__(self) -> None:
        self.slots: list[str] = []

    async def note(self, slot: Slot) -> None:
        self.slots.append(f"{slot.at:%d %H:%M}")


@pytest.mark.parametrize(
    ("overdue", "noted"),
    [
        (Each(9), ["24 02:00", "25 02:00", "26 02:00"]),
        (Each(2), ["25 02:00", "26 02:00"]),
        (SkipAfter(timedelta(hours=2)), ["26 02:00"]),
        (SkipAfter(timedelta(hours=1)), []),
    ],
)
async def test_after_three_days_of_silence_the_policy_decides(
    database: Database, frozen_clock: FrozenClock, overdue: Each | SkipAfter, noted: list[str]
) -> None:
    diary = Diary()  # It is noon in Shanghai.
    ticking = Jobs(
        database, frozen_clock, [SlotJob("diary", Daily("10:00"), diary.note, overdue=overdue)]
    )
    await ticking.tick()
    assert diary.slots == []  # A new job has missed nothing.

    frozen_clock.advance(days=3)
    await ticking.tick()
    await ticking.tick()

    assert diary.slots == noted


def test_two_jobs_of_one_name_are_refused(database: Database, frozen_clock: FrozenClock) -> None:
    with pytest.raises(ValueError, match="one name"):
        Jobs(database, frozen_clock, [Bell().job, Bell().job])


async def test_a_job_that_fails_is_run_in_its_next_slot_and_stops_no_other(
    database: Database, frozen_clock: FrozenClock, bell: Bell
) -> None:
    bell.fault = ValueError("broken")
    other = Bell()
    both = Jobs(database, frozen_clock, [bell.job, Job("other", other.job.every, other.ring)])

    with capture_logs() as lines:
        await both.tick()
        await both.tick()
        assert (bell.runs, other.runs) == (1, 1)
        frozen_clock.advance(minutes=1)
        await both.tick()

    assert (bell.runs, other.runs) == (2, 2)
    assert [line["job"] for line in lines if line["event"] == "job failed"] == ["bell"] * 2


async def test_a_job_that_meets_a_broken_database_is_not_forgotten(
    here: Jobs, frozen_clock: FrozenClock, bell: Bell
) -> None:
    bell.fault = OperationalError("SELECT 1", {}, Exception("database is locked"))

    with capture_logs() as lines:
        await here.tick()
    bell.fault = None
    frozen_clock.advance(seconds=1)
    await here.tick()

    assert bell.runs == 2
    assert [line["event"] for line in lines] == ["job postponed"]


async def test_a_job_that_takes_long_does_not_overlap_itself(here: Jobs, bell: Bell) -> None:
    bell.gate = asyncio.Event()
    ticks = [asyncio.create_task(here.tick()) for _ in range(3)]
    await asyncio.sleep(0.05)
    bell.gate.set()
    await asyncio.gather(*ticks)

    assert bell.runs == 1


@pytest.mark.slow
async def test_a_job_that_hangs_stops_neither_the_others_nor_the_clock(database: Database) -> None:
    hanging, lively = Bell(timedelta(hours=1)), Bell(timedelta(seconds=1))
    hanging.gate = asyncio.Event()
    clock = SystemClock()
    ticking = Jobs(database, clock, [hanging.job, Job("lively", timedelta(seconds=1), lively.ring)])
    running = asyncio.create_task(ticking.run())
    try:
        await until(lambda: lively.runs >= 3, what="the other job to go on")
    finally:
        running.cancel()
        hanging.gate.set()
        await asyncio.gather(running, return_exceptions=True)

    assert ticking.last_tick_at is not None
    assert clock.now() - ticking.last_tick_at < timedelta(seconds=3)


@pytest.mark.slow
async def test_a_stop_in_the_middle_of_a_job_is_logged_as_no_failure(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    hanging = Bell(timedelta(seconds=1))
    hanging.gate = asyncio.Event()
    ticking = Jobs(database, SystemClock(), [hanging.job])
    running = asyncio.create_task(ticking.run())
    await until(lambda: hanging.runs == 1, what="the job to begin")

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await asyncio.sleep(0.1)

    assert [each.getMessage() for each in caplog.records if each.levelname == "ERROR"] == []
