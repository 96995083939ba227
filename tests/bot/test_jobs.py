"""What the clock makes happen: one run a slot, whoever ticks, however often."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col, func, select, update
from structlog.testing import capture_logs

from bot import jobs
from bot.clock import FrozenClock, SystemClock
from bot.database import Database
from bot.jobs import Job, Jobs
from bot.messages import Incoming
from bot.tables import InboxMessage, InboxState, JobSlot, LoginSession, OutboxState
from tests.bot.counter import Counter
from tests.commerce.shop import new_customer
from tests.fixtures.processes import until

Make = Callable[..., Incoming]


class Bell:
    """A job that counts its runs."""

    def __init__(self, every: timedelta = timedelta(minutes=1)) -> None:
        self.runs = 0
        self.fault: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.job = Job("bell", every, self.ring)

    async def ring(self) -> None:
        self.runs += 1
        if self.gate is not None:
            await self.gate.wait()
        if self.fault is not None:
            raise self.fault


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def here(database: Database, frozen_clock: FrozenClock, bell: Bell) -> Jobs:
    return Jobs(database, frozen_clock, [bell.job])


@pytest.fixture
def there(database_url: str, frozen_clock: FrozenClock, bell: Bell) -> Iterator[Jobs]:
    """Another process."""
    database = Database(database_url)
    yield Jobs(database, frozen_clock, [bell.job])
    database.close()


@pytest.mark.parametrize(
    ("moment", "slot"), [("04:00:00", "04:00"), ("04:04:59", "04:00"), ("04:05:00", "04:05")]
)
def test_slots_are_counted_from_1970(moment: str, slot: str) -> None:
    now = datetime.fromisoformat(f"2026-11-23T{moment}+00:00")

    found = jobs.slot_at(now, timedelta(minutes=5))

    assert found == datetime.fromisoformat(f"2026-11-23T{slot}:00+00:00")
    assert found.tzinfo is UTC


@pytest.mark.database
async def test_two_processes_run_a_job_once_a_slot(
    here: Jobs, there: Jobs, frozen_clock: FrozenClock, bell: Bell
) -> None:
    for minute in range(5):
        for _ in range(3):
            await asyncio.gather(here.tick(), there.tick(), here.tick(), there.tick())
            frozen_clock.advance(seconds=20)
        assert bell.runs == minute + 1


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


async def test_a_job_leaves_one_row_however_often_it_runs(
    here: Jobs, database: Database, frozen_clock: FrozenClock, bell: Bell
) -> None:
    for _ in range(5):
        await here.tick()
        frozen_clock.advance(minutes=1)

    assert bell.runs == 5
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(JobSlot)).one() == 1


@pytest.mark.database
async def test_who_lost_the_lease_does_not_finish_the_run_of_who_took_it_over(
    database: Database, frozen_clock: FrozenClock, bell: Bell
) -> None:
    claimed_at = frozen_clock.now()
    slot = jobs.slot_at(claimed_at, bell.job.every)
    await database.write(jobs.claim_slot, bell.job, slot, claimed_at)
    later = claimed_at + bell.job.lease + timedelta(seconds=1)
    assert await database.write(jobs.claim_slot, bell.job, slot, later)

    await database.write(jobs.finish_slot, bell.job, claimed_at, later)

    with database.reading() as session:
        assert session.exec(select(JobSlot.finished_at)).one() is None


async def test_a_leap_of_the_clock_makes_up_for_nothing(
    here: Jobs, frozen_clock: FrozenClock, bell: Bell
) -> None:
    await here.tick()
    frozen_clock.advance(days=3)
    await here.tick()

    assert bell.runs == 2


@pytest.mark.database
async def test_the_slot_of_a_process_that_died_is_run_again_once_its_lease_is_over(
    database: Database, database_url: str, frozen_clock: FrozenClock
) -> None:
    hourly = Bell(timedelta(hours=1))
    now = frozen_clock.now()
    slot = jobs.slot_at(now, hourly.job.every)
    assert await database.write(jobs.claim_slot, hourly.job, slot, now)  # And then it died.
    survivor = Jobs(database, frozen_clock, [hourly.job])

    for _ in range(4):
        await survivor.tick()
        frozen_clock.advance(seconds=30)
    assert hourly.runs == 0
    for _ in range(8):
        frozen_clock.advance(seconds=30)
        await survivor.tick()

    assert hourly.runs == 1


async def test_a_slot_that_was_finished_is_not_run_again(
    here: Jobs, database: Database, frozen_clock: FrozenClock, bell: Bell
) -> None:
    await here.tick()
    slot = jobs.slot_at(frozen_clock.now(), bell.job.every)
    frozen_clock.advance(minutes=10)

    assert not await database.write(jobs.claim_slot, bell.job, slot, frozen_clock.now())


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


async def test_what_a_dead_process_left_behind_is_answered(
    counter: Counter, frozen_clock: FrozenClock, message: Make
) -> None:
    await counter.accept(message("在吗", sent_at=frozen_clock.now()))
    frozen_clock.advance(seconds=7)

    await jobs.answer_left_behind(counter.database, frozen_clock, counter.pipeline)

    assert await counter.inbox() == [InboxState.ANSWERED]
    assert [state for state, _ in await counter.outbox()] == [OutboxState.PENDING]


async def test_one_conversation_that_cannot_be_answered_does_not_stop_the_others(
    counter: Counter, frozen_clock: FrozenClock, message: Make
) -> None:
    broken = await counter.accept(message("一", openid="o-bob", sent_at=frozen_clock.now()))
    await counter.accept(message("二", sent_at=frozen_clock.now()))
    with counter.database.writing() as session:
        broken_row = col(InboxMessage.key) == broken.waiting.incoming.key
        session.exec(update(InboxMessage).where(broken_row).values(incoming_sealed=b"?"))
    frozen_clock.advance(seconds=7)

    with capture_logs() as lines:
        await jobs.answer_left_behind(counter.database, frozen_clock, counter.pipeline)

    assert await counter.inbox() == [InboxState.PENDING, InboxState.ANSWERED]
    assert [line["event"] for line in lines] == ["still not answered"]


@pytest.mark.database
async def test_the_sweep_keeps_what_may_still_be_asked_for(
    database: Database, frozen_clock: FrozenClock
) -> None:
    now = frozen_clock.now()
    with database.writing() as session:
        for name, left in (("live", 1), ("over", -1)):
            session.add(
                LoginSession(
                    token_digest=name,
                    customer_id=new_customer(session),
                    openid="o",
                    created_at=now,
                    expires_at=now + timedelta(minutes=left),
                )
            )

    await database.write(jobs.sweep, now)

    with database.reading() as session:
        assert session.exec(select(LoginSession.token_digest)).all() == ["live"]
