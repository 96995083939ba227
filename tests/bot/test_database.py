"""The bridge keeps what it acknowledges, and one caller's bad luck is nobody else's."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError
from sqlmodel import Session

from bot.database import Database, DatabaseClosed, is_locked
from bot.engines import LOCK_WAIT_MS
from tests.fixtures.databases import create_postgres_database

MANY = 200
SCHEMA = (
    "CREATE TABLE note (words VARCHAR(9000000) PRIMARY KEY)",
    "CREATE TABLE remark (about VARCHAR REFERENCES note DEFERRABLE INITIALLY DEFERRED)",
)


def open_with_notes(url: str) -> Database:
    """A bridge to a database that has nothing but notes and remarks about them."""
    database = Database(url)
    with database.writing() as session:
        for statement in SCHEMA:
            session.connection().execute(text(statement))
    return database


@pytest.fixture
def notes(empty_database_url: str) -> Iterator[Database]:
    """A bridge to a table of notes."""
    database = open_with_notes(empty_database_url)
    yield database
    database.close()


def note(session: Session, words: str) -> str:
    session.connection().execute(text("INSERT INTO note VALUES (:words)"), {"words": words})
    return words


def remark(session: Session, about: str) -> None:
    """Points to a note; whether there is one is found out at the commit."""
    session.connection().execute(text("INSERT INTO remark VALUES (:about)"), {"about": about})


def note_then_fail(session: Session, words: str) -> None:
    note(session, words)
    raise LookupError(words)


def all_notes(session: Session) -> set[str]:
    return set(session.connection().execute(text("SELECT words FROM note")).scalars())


class Gate:
    """A write that holds the writer until it is opened."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._opened = threading.Event()

    def pass_through(self, _session: Session) -> None:
        self._reached.set()
        assert self._opened.wait(10)

    async def reached(self) -> None:
        await asyncio.to_thread(self._reached.wait, 10)

    def open(self) -> None:
        self._opened.set()


async def all_at_once[T](
    database: Database, *calls: Callable[[Session], T]
) -> list[T | BaseException]:
    """What each of the calls gave when they waited together for one commit."""
    gate = Gate()
    holding = asyncio.ensure_future(database.write(gate.pass_through))
    await gate.reached()
    waiting = [asyncio.ensure_future(database.write(call)) for call in calls]
    await asyncio.sleep(0.01)
    gate.open()
    await holding
    return await asyncio.gather(*waiting, return_exceptions=True)


@pytest.mark.database
async def test_every_writer_gets_its_own_result_and_finds_it_committed(notes: Database) -> None:
    async def write_and_look(words: str) -> bool:
        assert await notes.write(note, words) == words
        return words in await notes.read(all_notes)

    assert all(await asyncio.gather(*(write_and_look(f"note {n}") for n in range(MANY))))
    assert len(await notes.read(all_notes)) == MANY


async def test_writes_that_wait_together_share_one_commit(notes: Database) -> None:
    commits: list[object] = []
    event.listen(notes.engine, "commit", commits.append)

    await all_at_once(notes, *(lambda s, n=n: note(s, f"note {n}") for n in range(100)))

    assert len(commits) == 2  # The one that held the writer, then all the others.
    assert len(await notes.read(all_notes)) == 100


@pytest.mark.database
async def test_a_failing_call_fails_alone_and_leaves_nothing(notes: Database) -> None:
    outcomes = await all_at_once(
        notes,
        lambda s: note(s, "before"),
        lambda s: note_then_fail(s, "lost"),
        lambda s: note(s, "after"),
    )

    assert outcomes[0] == "before"
    assert isinstance(outcomes[1], LookupError)
    assert outcomes[2] == "after"
    assert await notes.read(all_notes) == {"before", "after"}


@pytest.mark.database
async def test_who_looks_for_what_is_not_there_is_told_and_does_not_wait_for_ever(
    notes: Database,
) -> None:
    def first(_: Session) -> str:
        return next(iter(()))

    for call in (notes.write, notes.read):
        with pytest.raises(RuntimeError, match="StopIteration"):
            await asyncio.wait_for(call(first), 5)


async def test_a_refused_statement_fails_only_its_own_call(notes: Database) -> None:
    await notes.write(note, "taken")

    outcomes = await all_at_once(
        notes, lambda s: note(s, "one"), lambda s: note(s, "taken"), lambda s: note(s, "two")
    )

    assert isinstance(outcomes[1], IntegrityError)
    assert await notes.read(all_notes) == {"taken", "one", "two"}


@pytest.mark.database
async def test_a_failing_commit_fails_only_the_guilty_call(notes: Database) -> None:
    outcomes = await all_at_once(
        notes,
        lambda s: note(s, "one"),
        lambda s: remark(s, "nothing that exists"),
        lambda s: note(s, "two"),
    )

    assert isinstance(outcomes[1], IntegrityError)
    assert await notes.read(all_notes) == {"one", "two"}
    await notes.write(remark, "one")  # The connection is as good as before.


async def test_a_full_disk_fails_only_the_call_that_needs_the_room(notes: Database) -> None:
    def leave_room_for(session: Session, pages: int) -> None:
        connection = session.connection()
        used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={used + pages}")

    await notes.write(leave_room_for, 20)

    outcomes = await all_at_once(
        notes,
        lambda s: note(s, "one"),
        lambda s: note(s, "long" * 100_000),
        lambda s: note(s, "two"),
    )

    assert isinstance(outcomes[1], DatabaseError)
    assert "full" in str(outcomes[1])
    assert await notes.read(all_notes) == {"one", "two"}


async def test_a_rollback_by_sqlite_itself_takes_nobody_along(notes: Database) -> None:
    def roll_everything_back(session: Session) -> None:
        session.connection().execute(text("INSERT OR ROLLBACK INTO note VALUES ('taken')"))

    await notes.write(note, "taken")

    outcomes = await all_at_once(
        notes, lambda s: note(s, "one"), roll_everything_back, lambda s: note(s, "two")
    )

    assert isinstance(outcomes[1], DatabaseError)
    assert await notes.read(all_notes) == {"taken", "one", "two"}


@pytest.mark.database
async def test_even_an_exit_inside_a_call_does_not_end_the_writer(notes: Database) -> None:
    def leave(_session: Session) -> None:
        raise asyncio.CancelledError

    outcomes = await all_at_once(notes, leave, lambda s: note(s, "still here"))

    assert isinstance(outcomes[0], asyncio.CancelledError)
    assert await notes.read(all_notes) == {"still here"}


@pytest.mark.slow
async def test_nobody_waits_longer_for_a_lock_than_three_seconds(notes: Database) -> None:
    other_process = sqlite3.connect(notes.engine.url.database or "", isolation_level=None)
    other_process.execute("BEGIN IMMEDIATE")

    async def refused_after(number: int) -> float:
        await asyncio.sleep(number / 10)
        start = time.monotonic()
        with pytest.raises(OperationalError) as refusal:
            await notes.write(note, f"note {number}")
        assert is_locked(refusal.value)
        return time.monotonic() - start

    waits = await asyncio.gather(*(refused_after(number) for number in range(15)))

    assert all(2.7 < wait < 3.7 for wait in waits)
    assert await notes.read(all_notes) == set()  # Readers never noticed.
    other_process.execute("COMMIT")
    other_process.close()
    assert await notes.write(note, "at last") == "at last"


async def test_a_lock_that_goes_in_time_is_waited_for(notes: Database) -> None:
    other_process = sqlite3.connect(
        notes.engine.url.database or "", isolation_level=None, check_same_thread=False
    )
    other_process.execute("BEGIN IMMEDIATE")
    waiting = [asyncio.ensure_future(notes.write(note, f"note {n}")) for n in range(20)]
    await asyncio.sleep(0.3)

    other_process.execute("COMMIT")

    assert len(set(await asyncio.gather(*waiting))) == 20
    other_process.close()


async def test_a_busy_writer_leaves_room_for_other_processes(tmp_path: Path) -> None:
    """As a campaign that is sent by one process, while another's command writes."""

    def hold(_: Session) -> None:
        time.sleep(0.01)

    async def write_on_and_on() -> None:
        while not is_over.is_set():
            await busy.write(hold)

    def write(words: str) -> float:
        began = time.monotonic()
        with other.writing() as session:
            note(session, words)
        return time.monotonic() - began

    url, is_over = f"sqlite:///{tmp_path / 'notes.db'}", asyncio.Event()
    other, busy = open_with_notes(url), Database(url)
    writers = [asyncio.create_task(write_on_and_on()) for _ in range(200)]
    await asyncio.sleep(0.1)

    waits = [await asyncio.to_thread(write, f"note {number}") for number in range(20)]

    is_over.set()
    await asyncio.gather(*writers)
    busy.close()
    other.close()
    assert max(waits) < LOCK_WAIT_MS / 1000


async def test_a_call_whose_caller_is_gone_before_it_begins_is_skipped(notes: Database) -> None:
    gate = Gate()
    holding = asyncio.ensure_future(notes.write(gate.pass_through))
    await gate.reached()
    gone = asyncio.ensure_future(notes.write(note, "unwanted"))
    stays = asyncio.ensure_future(notes.write(note, "wanted"))
    await asyncio.sleep(0.01)

    gone.cancel()
    await asyncio.sleep(0.01)
    gate.open()
    await asyncio.gather(holding, stays)

    assert await notes.read(all_notes) == {"wanted"}


@pytest.mark.database
async def test_a_call_that_has_begun_is_committed_without_its_caller(notes: Database) -> None:
    gate = Gate()

    def note_slowly(session: Session) -> None:
        note(session, "begun")
        gate.pass_through(session)

    writing = asyncio.ensure_future(notes.write(note_slowly))
    await gate.reached()
    writing.cancel()
    gate.open()
    await asyncio.to_thread(notes.close)

    with notes.reading() as session:
        assert all_notes(session) == {"begun"}


@pytest.mark.database
async def test_a_reader_sees_no_half_written_turn_and_does_not_wait_for_it(
    notes: Database,
) -> None:
    gate = Gate()

    def note_slowly(session: Session) -> None:
        note(session, "half")
        gate.pass_through(session)

    writing = asyncio.ensure_future(notes.write(note_slowly))
    await gate.reached()

    assert await notes.read(all_notes) == set()
    gate.open()
    await writing
    assert await notes.read(all_notes) == {"half"}


@pytest.mark.database
async def test_what_a_reader_changes_is_not_kept(notes: Database) -> None:
    await notes.read(note, "written by a reader")

    assert await notes.read(all_notes) == set()


@pytest.mark.database
async def test_closing_finishes_what_waits_and_refuses_what_comes(empty_database_url: str) -> None:
    notes = open_with_notes(empty_database_url)
    waiting = [asyncio.ensure_future(notes.write(note, f"note {n}")) for n in range(20)]
    await asyncio.sleep(0)

    await asyncio.to_thread(notes.close)
    notes.close()  # Twice is no harm.

    assert len(set(await asyncio.gather(*waiting))) == 20
    with pytest.raises(DatabaseClosed):
        await notes.write(note, "too late")


async def test_a_deadlock_on_postgresql_costs_nobody_the_write(postgres_url: str) -> None:
    notes = open_with_notes(create_postgres_database(postgres_url, "deadlock"))
    for words in ("left", "right"):
        await notes.write(note, words)
    both_hold_one = threading.Barrier(2)
    tries: list[str] = []

    def lock_both(session: Session, first: str, second: str) -> None:
        tries.append(first)
        lock = text("SELECT words FROM note WHERE words = :words FOR UPDATE")
        session.connection().execute(lock, {"words": first})
        if len(tries) <= 2:
            both_hold_one.wait(10)
        session.connection().execute(lock, {"words": second})
        note(session, f"{first} then {second}")

    await asyncio.gather(
        notes.write(lock_both, "left", "right"), notes.write(lock_both, "right", "left")
    )

    assert len(tries) > 2  # One was told of the deadlock and ran again.
    assert {"left then right", "right then left"} <= await notes.read(all_notes)
    notes.close()


@pytest.mark.database
async def test_a_lock_on_postgresql_is_waited_for_three_seconds_at_most(postgres_url: str) -> None:
    notes = open_with_notes(postgres_url)
    with notes.engine.connect() as holder:
        holder.execute(text("LOCK TABLE note IN ACCESS EXCLUSIVE MODE"))
        began_at = time.monotonic()
        with pytest.raises(OperationalError) as refusal:
            await notes.write(note, "waits")
        waited = time.monotonic() - began_at
    notes.close()

    assert is_locked(refusal.value)
    assert 2.5 < waited < 5


async def test_ping_answers_and_raises_when_the_database_is_gone(notes: Database) -> None:
    await notes.ping()

    notes.close()

    with pytest.raises(DatabaseClosed):
        await notes.ping()
