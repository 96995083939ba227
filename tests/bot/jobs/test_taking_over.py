"""A run is its process's as long as that one lives, and another's a lease later."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import Session, select
from structlog.testing import capture_logs

from bot.clock import FrozenClock
from bot.database import Database
from bot.jobs import Every, Job, Jobs, Slot, SlotJob
from bot.tables import JobSlot, JobState
from tests.bot.jobs.bell import Bell
from tests.bot.jobs.stopwatch import Stopwatch
from tests.fixtures.processes import until


def state_of(database: Database) -> str:
    with database.reading() as session:
        return session.exec(select(JobSlot.state)).one()


@pytest.mark.database
async def test_a_run_that_outlasts_its_slot_is_not_joined_by_another_process(
    here: Jobs, there: Jobs, frozen_clock: FrozenClock, bell: Bell
) -> None:
    bell.gate = asyncio.Event()
    long_run = asyncio.create_task(here.tick())
    await until(lambda: bell.runs, within=3, what="the job to run")

    frozen_clock.advance(seconds=61)
    await there.tick()
    assert bell.runs == 1

    bell.gate.set()
    await long_run
    frozen_clock.advance(minutes=1)
    await there.tick()
    assert bell.runs == 2


@pytest.mark.database
async def test_a_run_whose_process_stands_still_is_taken_over_after_a_lease(
    database: Database, there: Jobs, frozen_clock: FrozenClock, stopwatch: Stopwatch, bell: Bell
) -> None:
    still = Bell()
    still.gate = asyncio.Event()
    standing_still = asyncio.create_task(Jobs(database, frozen_clock, [still.job]).tick())
    await until(lambda: still.runs, within=3, what="the job to run")
    lease = bell.job.lease.total_seconds()
    for seconds in (0, lease / 2, lease / 2 - 1):
        stopwatch.advance(seconds)
        await there.tick()
    assert bell.runs == 0

    stopwatch.advance(1)
    await there.tick()
    assert bell.runs == 1

    still.gate.set()
    with capture_logs() as lines:
        await standing_still
    assert [line["event"] for line in lines] == ["job overtaken"]


@pytest.mark.database
async def test_a_process_that_shows_signs_of_life_keeps_its_run(
    database: Database, there: Jobs, frozen_clock: FrozenClock, stopwatch: Stopwatch, bell: Bell
) -> None:
    lively = Bell()
    lively.gate = asyncio.Event()
    long_job = Job("bell", bell.job.every, lively.ring, timedelta(seconds=0.03))
    running = asyncio.create_task(Jobs(database, frozen_clock, [long_job]).tick())
    await until(lambda: lively.runs, within=3, what="the job to run")
    seen: set[int] = set()

    async def has_beaten() -> bool:
        seen.add(await database.read(beats))
        return len(seen) > 2

    for _ in range(3):
        seen.clear()
        await there.tick()
        stopwatch.advance(bell.job.lease.total_seconds())
        await until(has_beaten, within=3, what="signs of life")
        await there.tick()
    lively.gate.set()
    await running

    assert (lively.runs, bell.runs) == (1, 0)


def beats(session: Session) -> int:
    return session.exec(select(JobSlot.beats)).one()


async def test_a_run_is_cut_off_once_its_process_notices_that_it_was_overtaken(
    database: Database, there: Jobs, frozen_clock: FrozenClock, stopwatch: Stopwatch, bell: Bell
) -> None:
    forgotten = Bell()
    forgotten.gate = asyncio.Event()  # Never set: nothing but the next beat ends the run.
    short = Job("bell", bell.job.every, forgotten.ring, timedelta(seconds=0.3))
    running = asyncio.create_task(Jobs(database, frozen_clock, [short]).tick())
    await until(lambda: forgotten.runs, within=3, what="the job to run")
    for _ in range(30):  # On a busy machine a beat may fall between two looks.
        await there.tick()
        stopwatch.advance(bell.job.lease.total_seconds())
        await there.tick()
        if bell.runs:
            break
    assert bell.runs == 1

    with capture_logs() as lines:
        await asyncio.wait_for(running, 3)

    assert [line["event"] for line in lines] == ["job overtaken"]
    assert state_of(database) == JobState.DONE


async def test_a_stopped_clock_keeps_nobody_from_taking_over(
    database: Database, there: Jobs, frozen_clock: FrozenClock, stopwatch: Stopwatch, bell: Bell
) -> None:
    dead = Bell()
    dead.gate = asyncio.Event()
    dying = asyncio.create_task(Jobs(database, frozen_clock, [dead.job]).tick())
    await until(lambda: dead.runs, within=3, what="the job to run")

    await there.tick()
    stopwatch.advance(bell.job.lease.total_seconds())
    await there.tick()
    dead.gate.set()
    await dying

    assert bell.runs == 1


async def test_a_leap_of_the_clock_takes_no_run_from_who_is_at_it(
    here: Jobs, there: Jobs, frozen_clock: FrozenClock, bell: Bell
) -> None:
    bell.gate = asyncio.Event()
    running = asyncio.create_task(here.tick())
    await until(lambda: bell.runs, within=3, what="the job to run")

    frozen_clock.advance(days=3)
    await there.tick()
    bell.gate.set()
    await running
    assert bell.runs == 1

    frozen_clock.advance(minutes=1)
    await there.tick()
    assert bell.runs == 2


async def test_a_run_that_a_stop_cuts_off_is_done_by_the_next_process_at_once(
    here: Jobs, there: Jobs, bell: Bell
) -> None:
    bell.gate = asyncio.Event()
    running = asyncio.create_task(here.tick())
    await until(lambda: bell.runs, within=3, what="the job to run")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    bell.gate = None

    await there.tick()

    assert bell.runs == 2


async def test_a_slot_that_its_run_finished_itself_is_not_run_again_after_a_death(
    database: Database, there: Jobs, frozen_clock: FrozenClock, stopwatch: Stopwatch, bell: Bell
) -> None:
    gate = asyncio.Event()
    finished = asyncio.Event()

    async def finish_and_die(slot: Slot) -> None:
        await database.write(slot.finish, frozen_clock.now())
        finished.set()
        await gate.wait()

    job = SlotJob("bell", Every(bell.job.every), finish_and_die)
    dying = asyncio.create_task(Jobs(database, frozen_clock, [job]).tick())
    await asyncio.wait_for(finished.wait(), 3)

    await there.tick()
    stopwatch.advance(bell.job.lease.total_seconds())
    await there.tick()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    await there.tick()

    assert bell.runs == 0
