"""The one bridge between the asynchronous web and the synchronous shop.

`await database.write(function, *arguments)` calls `function(session, *arguments)` on the writing
side and returns its result once that is committed; `await database.read(…)` does the same for
queries. A function must depend on its arguments and its session alone: it may be called again
after a failed commit or a lost lock.

SQLite: one writer thread; calls that wait together share one commit (`synchronous=FULL`), each
in a savepoint of its own, so that one that fails takes nobody along. PostgreSQL: a pool of threads,
a transaction a call.
"""

import asyncio
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Concatenate, Final

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlmodel import Session

from bot.engines import LOCK_WAIT_MS, POSTGRES_WRITERS, READERS, create_shop_engine
from bot.errors import BotError
from commerce.prepared import DRIVER

LARGEST_BATCH: Final = 128
BREATH: Final = 0.05
"""The share of its time that a busy writer of SQLite leaves to other processes."""
TRIES_AFTER_DEADLOCK: Final = 5
STATEMENT_MS: Final = 15_000
LOCKED_SQLSTATES: Final = frozenset({"55P03", "57014"})  # Lock timeout, statement timeout.
RETRYABLE_SQLSTATES: Final = frozenset({"40001", "40P01"})  # Serialization failure, deadlock.


type Fence = Callable[[Session], None]
_fence: Final[ContextVar[Fence | None]] = ContextVar("fence", default=None)


class DatabaseClosed(BotError):
    """A call came after `close`."""


@contextmanager
def fenced(fence: Fence) -> Iterator[None]:
    """Let a fence go first in every transaction that the block writes; it raises to refuse one.

    So it does in the tasks that the block starts and in its `asyncio.to_thread`, however long
    they last.
    """
    token = _fence.set(fence)
    try:
        yield
    finally:
        _fence.reset(token)


@dataclass(slots=True)
class _Call:
    function: Callable[[Session], Any]
    outcome: Future[Any] = field(default_factory=Future)
    give_up_at: float = field(default_factory=lambda: time.monotonic() + LOCK_WAIT_MS / 1000)
    """When it stops waiting for a lock that somebody else holds, by the monotonic clock."""

    def may_run(self) -> bool:
        """Whether the caller still wants it. From a yes on it can no longer be cancelled."""
        if self.outcome.running():
            return True
        return not self.outcome.cancelled() and self.outcome.set_running_or_notify_cancel()


class Database:
    """The shop's database, for asynchronous callers. One to a process; `close` it at the end."""

    def __init__(self, url: str) -> None:
        self.engine = create_shop_engine(url, statement_ms=STATEMENT_MS)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="database-reader")
        self._writer: _SqliteWriter | _PostgresWriter = (
            _SqliteWriter(self.engine) if self.is_sqlite else _PostgresWriter(self.engine)
        )

    async def write[**P, T](
        self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call `function(session, …)` in a transaction; return its result after the commit.

        A cancelled caller's function is skipped if it has not begun and committed if it has.
        """
        fence = _fence.get()

        def work(session: Session) -> T:
            if fence is not None:
                fence(session)
            return _answered(lambda: function(session, *args, **kwargs))

        call = _Call(work)
        self._writer.submit(call)
        return await asyncio.wrap_future(call.outcome)

    async def read[**P, T](
        self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call `function(session, …)` on a reader; nothing it changes is kept."""

        def call() -> T:
            with self.reading() as session:
                return _answered(lambda: function(session, *args, **kwargs))

        try:
            reading = asyncio.get_running_loop().run_in_executor(self._readers, call)
        except RuntimeError as error:
            raise DatabaseClosed from error
        return await reading

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for queries, for synchronous callers."""
        with (
            self.engine.connect().execution_options(reading=True) as connection,
            Session(connection) as session,
        ):
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction for synchronous callers (command line, tests); commits at the end."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            if (fence := _fence.get()) is not None:
                fence(session)
            yield session

    async def ping(self) -> None:
        """Raise unless the database answers a query."""
        await self.read(lambda session: session.connection().execute(text("SELECT 1")).scalar_one())

    def close(self) -> None:
        """Finish the calls already begun, refuse later ones, release every connection."""
        self._writer.close()
        self._readers.shutdown()
        self.engine.dispose()


def _answered[T](function: Callable[[], T]) -> T:
    """What a function returns. A StopIteration of its becomes a RuntimeError: no future can carry
    the one, and who waits would wait for ever."""
    try:
        return function()
    except StopIteration as error:
        raise RuntimeError("the function raised StopIteration") from error


class _SqliteWriter:
    """One thread that gives waiting calls a savepoint each and one commit together."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._postponed: list[_Call] = []
        self._closed = False
        self._has_seen_all = False
        self._thread = threading.Thread(target=self._work, name="database-writer", daemon=True)
        self._thread.start()

    def submit(self, call: _Call) -> None:
        if self._closed:
            raise DatabaseClosed
        self._calls.put(call)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._calls.put(None)
            self._thread.join()

    def _work(self) -> None:
        while self._postponed or not self._has_seen_all:
            batch = self._next_batch()
            began = time.monotonic()
            self._run(batch)
            if not self._calls.empty():
                time.sleep((time.monotonic() - began) * BREATH)

    def _next_batch(self) -> list[_Call]:
        """The calls that wait now, blocking for the first; empty when there will be no more."""
        batch, self._postponed = self._postponed, []
        while len(batch) < LARGEST_BATCH:
            try:
                call = self._calls.get(block=not batch)
            except Empty:
                break
            if call is None:
                self._has_seen_all = True
                break
            batch.append(call)
        return batch

    def _run(self, calls: list[_Call]) -> None:
        if not calls:
            return
        try:
            finished = self._commit_together(calls)
        except _NotBegun as error:
            self._wait_on(calls, error.reason)
        except BaseException as error:  # noqa: BLE001 - handed to the callers
            if len(calls) == 1:
                if calls[0].may_run():
                    calls[0].outcome.set_exception(error)
                return
            # A commit that fails (full disk, deferred key) must cost only the guilty call.
            for call in calls:
                self._run([call])
        else:
            for call, result, failure in finished:
                if failure is None:
                    call.outcome.set_result(result)
                else:
                    call.outcome.set_exception(failure)

    def _wait_on(self, calls: list[_Call], reason: Exception) -> None:
        """Fail the calls that have waited long enough; the others join the next batch."""
        now = time.monotonic()
        for call in calls:
            if is_locked(reason) and now < call.give_up_at:
                self._postponed.append(call)
            elif call.may_run():
                call.outcome.set_exception(reason)

    def _commit_together(self, calls: list[_Call]) -> list[tuple[_Call, Any, Exception | None]]:
        patience = min(call.give_up_at for call in calls) - time.monotonic()
        with self._engine.connect() as connection:
            connection.execution_options(lock_wait_ms=max(1, round(patience * 1000)))
            try:
                transaction = connection.begin()
            except Exception as error:
                raise _NotBegun(error) from error
            driver: Any = connection.connection.driver_connection
            try:
                with Session(
                    connection, join_transaction_mode="rollback_only", expire_on_commit=False
                ) as session:
                    session.info[DRIVER] = driver
                    finished = [_outcome(session, call, driver) for call in calls if call.may_run()]
                transaction.commit()
            except BaseException:
                # SQLAlchemy believes a failed COMMIT ended the transaction; SQLite does not.
                if driver.in_transaction:
                    driver.rollback()
                raise
        return finished


class _NotBegun(Exception):
    """Nobody's call ran: the transaction could not begin, for example because of a lock."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _outcome(session: Session, call: _Call, driver: Any) -> tuple[_Call, Any, Exception | None]:
    """Run one call in a savepoint of its own; its result, or what it raised."""
    # Savepoints straight through the driver: SQLAlchemy's own cost as much as three statements.
    driver.execute("SAVEPOINT a_call")
    try:
        result = call.function(session)
        session.flush()
    except Exception as error:
        # A failed flush, or SQLite itself, has rolled everything back: nobody's call stands.
        if not driver.in_transaction:
            raise
        session.expunge_all()
        driver.execute("ROLLBACK TO a_call")
        driver.execute("RELEASE a_call")
        return call, None, error
    session.expunge_all()
    driver.execute("RELEASE a_call")
    return call, result, None


class _PostgresWriter:
    """A pool of threads with a transaction a call; deadlocks and serialization faults run again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(POSTGRES_WRITERS, thread_name_prefix="database-writer")

    def submit(self, call: _Call) -> None:
        try:
            self._threads.submit(self._run, call)
        except RuntimeError as error:
            raise DatabaseClosed from error

    def close(self) -> None:
        self._threads.shutdown()

    def _run(self, call: _Call) -> None:
        if not call.may_run():
            return
        try:
            call.outcome.set_result(self._commit(call.function))
        except BaseException as error:  # noqa: BLE001 - handed to the caller
            call.outcome.set_exception(error)

    def _commit(self, function: Callable[[Session], Any]) -> Any:
        for tries_left in reversed(range(TRIES_AFTER_DEADLOCK)):
            try:
                with Session(self._engine, expire_on_commit=False) as session, session.begin():
                    return function(session)
            except DBAPIError as error:
                if (
                    tries_left == 0
                    or getattr(error.orig, "sqlstate", None) not in RETRYABLE_SQLSTATES
                ):
                    raise
            # The two that met would meet again if both tried again at once.
            time.sleep(random.uniform(0.01, 0.05))  # noqa: S311
        raise AssertionError("unreachable")


def is_locked(error: BaseException) -> bool:
    """Whether a write failed because somebody else held the database too long."""
    if not isinstance(error, OperationalError):
        return False
    is_given_up = getattr(error.orig, "sqlstate", None) in LOCKED_SQLSTATES
    return is_given_up or "locked" in str(error).lower()


def is_unreachable(error: BaseException) -> bool:
    """Whether the database failed, not what was asked of it: the same may succeed later."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated
