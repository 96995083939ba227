"""Connections to the shop's database: what SQLite and PostgreSQL are told before they are used."""

import random
import sqlite3
import time
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

READERS: Final = 4
POSTGRES_WRITERS: Final = 8
LOCK_WAIT_MS: Final = 3_000
LONGEST_NAP: Final = 0.002
"""Seconds between two looks at a lock that another process has."""
POSTGRES_CONNECT: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
"""A server that is gone is noticed within half a minute."""


def create_shop_engine(url: str, *, statement_ms: int = 0) -> Engine:
    """An engine for the shop, with the pragmas SQLite needs to keep what it acknowledges.

    On PostgreSQL nobody waits for a lock longer than three seconds, nor longer than
    `statement_ms` for a statement; 0 leaves a statement its time, as a migration needs.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=POSTGRES_WRITERS + READERS,
            pool_pre_ping=True,
            connect_args={
                **POSTGRES_CONNECT,
                "options": f"-c lock_timeout={LOCK_WAIT_MS} -c statement_timeout={statement_ms}",
            },
            hide_parameters=True,  # An error's text is logged, and they name people.
        )
    engine = create_engine(
        parsed,
        connect_args={"check_same_thread": False, "timeout": LOCK_WAIT_MS / 1000},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions of its own: savepoints and IMMEDIATE need ours.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={LOCK_WAIT_MS}",
        "cache_size=-65536",
        "wal_autocheckpoint=4000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("reading", False):
        connection.exec_driver_sql("BEGIN")
        return
    patience = options.get("lock_wait_ms", LOCK_WAIT_MS)
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA busy_timeout=0")
    try:
        if not _takes_lock(driver, time.monotonic() + patience / 1000):
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # It fails as SQLAlchemy's errors do.
    finally:
        driver.execute(f"PRAGMA busy_timeout={LOCK_WAIT_MS}")


def _takes_lock(driver: Any, give_up_at: float) -> bool:
    """Begin to write, waiting until `give_up_at` (monotonic) for another process to end.

    SQLite itself naps up to 100 ms between its looks, and so misses for seconds the moments that
    a busy writer leaves free.
    """
    while True:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() >= give_up_at:
                return False
        else:
            return True
        time.sleep(random.uniform(0, LONGEST_NAP))  # noqa: S311
