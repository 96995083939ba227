"""The sandbox's own database: one SQLite file, one connection, durable across a restart."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

type Row = sqlite3.Row
type Value = str | int | float | bytes | None

_HERE = Path(__file__).parent
_SCHEMAS = (_HERE / "schema.sql", _HERE / "wecom/schema.sql")


class Store:
    """Short statements on the event loop's thread; each commits at once unless in a transaction."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        # A killed process loses nothing; only a power cut could, and this is a test platform.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        for schema in _SCHEMAS:
            self._connection.executescript(schema.read_text(encoding="utf-8"))

    def find(self, sql: str, *values: Value) -> Row | None:
        """The first row, if any."""
        row: Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def rows(self, sql: str, *values: Value) -> list[Row]:
        """All rows."""
        return self._connection.execute(sql, values).fetchall()

    def run(self, sql: str, *values: Value) -> int:
        """Change rows; return how many."""
        return self._connection.execute(sql, values).rowcount

    def insert(self, sql: str, *values: Value) -> int:
        """Add one row; return its id."""
        return self._connection.execute(sql, values).lastrowid or 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything inside, or nothing. An inner one joins the outer."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Fold the log into the database file and let go of it."""
        self._connection.close()
