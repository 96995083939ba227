"""Who was overtaken writes nothing more: not in its tasks, not in its threads, not in the end."""

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, func, select

from bot.database import Database, fenced
from bot.duties import a_few_at_once
from bot.jobs import Job, Overtaken, Slot
from bot.jobs.slots import LOCKED, Mark, claim
from bot.tables import AccessToken, JobSlot, JobState
from commerce.inserting import insert_once
from tests.fixtures.processes import until

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


async def ring() -> None:
    """Nobody calls it: the tests are about the right to."""


JOB = Job("bell", timedelta(minutes=1), ring)


@pytest.fixture
async def slot(database: Database) -> Slot:
    """The right of a run that nobody has overtaken yet."""
    found = await database.write(claim, JOB, NOW, "here")
    assert isinstance(found, Slot)
    return found


async def overtake(database: Database, slot: Slot) -> Slot:
    found = await database.write(claim, JOB, NOW, "there", Mark(slot.epoch, 0))
    assert isinstance(found, Slot)
    return found


def leave_trace(session: Session, name: str) -> None:
    assert insert_once(session, AccessToken, app=name, version=0)


def traces(database: Database) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(AccessToken)).one()


@pytest.mark.database
async def test_a_run_writes_until_it_is_overtaken(database: Database, slot: Slot) -> None:
    with fenced(slot.check):
        await database.write(leave_trace, "before")
    await overtake(database, slot)

    with fenced(slot.check), pytest.raises(Overtaken):
        await database.write(leave_trace, "after")

    await database.write(leave_trace, "outside of the block")
    assert traces(database) == 2


async def test_tasks_and_threads_of_a_run_are_fenced_too(database: Database, slot: Slot) -> None:
    is_over = asyncio.Event()

    async def write_late() -> None:
        await is_over.wait()
        await database.write(leave_trace, "task")

    def write_here() -> None:
        with database.writing() as session:
            leave_trace(session, "thread")

    with fenced(slot.check):
        late = asyncio.create_task(write_late())
    await overtake(database, slot)
    is_over.set()

    with pytest.raises(Overtaken):
        await late
    with fenced(slot.check):
        with pytest.raises(Overtaken):
            await asyncio.to_thread(write_here)
        with pytest.raises(Overtaken):
            await a_few_at_once(lambda name: database.write(leave_trace, name), ["a", "b"])
    assert traces(database) == 0


@pytest.mark.database
async def test_nothing_of_an_overtaken_run_changes_the_row(database: Database, slot: Slot) -> None:
    theirs = await overtake(database, slot)
    changes: list[Callable[[Session, datetime], None]] = [slot.beat, slot.finish, slot.give_back]

    for change in changes:
        with pytest.raises(Overtaken):
            await database.write(change, NOW)

    with database.reading() as session:
        row = session.exec(select(JobSlot)).one()
        assert (row.epoch, row.beats, row.state) == (theirs.epoch, 0, JobState.RUNNING)


async def test_a_slot_that_is_over_with_is_not_given_back(database: Database, slot: Slot) -> None:
    await database.write(slot.finish, NOW)

    await database.write(slot.give_back, NOW)

    assert await database.write(claim, JOB, NOW, "there") is None


async def test_a_sign_of_life_makes_the_old_mark_worthless(database: Database, slot: Slot) -> None:
    seen = await database.write(claim, JOB, NOW, "there")
    assert seen == Mark(slot.epoch, 0)
    await database.write(slot.beat, NOW)

    assert await database.write(claim, JOB, NOW, "there", seen) == Mark(slot.epoch, 1)


@pytest.mark.parametrize("database_kind", ["postgres"], scope="session")
async def test_who_is_writing_is_not_overtaken_and_nobody_waits_for_it(
    database: Database, slot: Slot
) -> None:
    """On SQLite nobody could claim meanwhile: there is one writer."""
    has_begun, may_end = threading.Event(), threading.Event()

    def write_long(session: Session) -> None:
        has_begun.set()
        assert may_end.wait(10)
        leave_trace(session, "long")

    with fenced(slot.check):
        writing = asyncio.create_task(database.write(write_long))
    await asyncio.to_thread(has_begun.wait, 10)
    began_at = time.monotonic()
    found = await database.write(claim, JOB, NOW, "there", Mark(slot.epoch, 0))
    await database.write(slot.beat, NOW)
    waited = time.monotonic() - began_at
    may_end.set()
    await writing

    assert found == LOCKED
    assert waited < 1
    assert traces(database) == 1
    assert await database.write(claim, JOB, NOW, "there") == Mark(slot.epoch, 1)


@pytest.mark.parametrize("database_kind", ["postgres"], scope="session")
async def test_a_transaction_that_stands_still_is_ended_by_the_server(database: Database) -> None:
    brief = Job("bell", JOB.every, ring, timedelta(seconds=0.1))
    slot = await database.write(claim, brief, NOW, "here")
    assert isinstance(slot, Slot)
    has_begun, may_go_on = threading.Event(), threading.Event()

    def stand_still(session: Session) -> None:
        has_begun.set()
        assert may_go_on.wait(10)
        leave_trace(session, "stood still")

    async def is_taken() -> bool:
        mark = Mark(slot.epoch, 0)
        return isinstance(await database.write(claim, brief, NOW, "there", mark), Slot)

    with fenced(slot.check):
        standing_still = asyncio.create_task(database.write(stand_still))
    await asyncio.to_thread(has_begun.wait, 10)
    await until(is_taken, within=5, what="the server to end the transaction")
    may_go_on.set()

    with pytest.raises(DBAPIError):
        await standing_still
    assert traces(database) == 0
