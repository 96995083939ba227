"""Statements of the hot path: written in SQLAlchemy, compiled once, run on the driver's cursor.

SQLAlchemy spends about ten times what SQLite does on a small statement, most of it deciding again
what was decided last time. A `Prepared` decides once for each database: the SQL, how values go
in, how they come out. It runs inside the session's own transaction.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Select, UpdateBase
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Session

DRIVER = "driver connection"
"""Where a session may keep its driver's connection (`session.info`), put there by its maker."""

type Process = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A statement as one driver takes it."""

    dialect: Dialect
    sql: str
    names: tuple[str, ...]
    is_positional: bool
    constants: Mapping[str, Any]
    bind: Mapping[str, Process]
    columns: tuple[Process | None, ...]
    row: Callable[[Iterable[Any]], Any] | None

    def values(self, given: Mapping[str, Any]) -> Any:
        merged = {**self.constants, **given}
        for name, process in self.bind.items():
            merged[name] = process(merged[name])
        if self.is_positional:
            return [merged[name] for name in self.names]
        return merged

    @contextmanager
    def translating(self) -> Iterator[None]:
        """The driver's errors become SQLAlchemy's, without the values they were about."""
        faults: Any = self.dialect.loaded_dbapi.Error
        try:
            yield
        except faults as error:
            raise DBAPIError.instance(
                self.sql, None, error, faults, hide_parameters=True, dialect=self.dialect
            ) from error

    def read(self, raw: Any) -> Any:
        cells = (
            cell if process is None else process(cell)
            for process, cell in zip(self.columns, raw, strict=True)
        )
        return None if self.row is None else self.row(cells)


class Prepared:
    """One statement with named `bindparam`s. Methods take the session and the parameters' values.

    Values that the statement does not name are refused by the driver; Python-side column defaults
    do not apply; `IN` and ORM entities are not supported.
    """

    def __init__(self, statement: Select[Any] | UpdateBase) -> None:
        self._statement = statement
        self._ready: dict[str, _Ready] = {}

    def run(self, session: Session, **values: Any) -> int:
        """Run an insert, update or delete; rows it touched."""
        cursor = self._execute(session, values)
        count: int = cursor.rowcount
        cursor.close()
        return count

    def run_many(self, session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run it once a row of values."""
        ready, connection = self._prepare(session)
        cursor = connection.cursor()
        with ready.translating():
            cursor.executemany(ready.sql, [ready.values(row) for row in rows])
        cursor.close()

    def first(self, session: Session, **values: Any) -> Any:
        """The first row with its columns by name, or None."""
        ready, _ = self._prepare(session)
        cursor = self._execute(session, values)
        raw = cursor.fetchone()
        cursor.close()
        return None if raw is None else ready.read(raw)

    def one(self, session: Session, **values: Any) -> Any:
        """The first row. Raises LookupError when there is none."""
        row = self.first(session, **values)
        if row is None:
            raise LookupError("no such row")
        return row

    def all(self, session: Session, **values: Any) -> list[Any]:
        """Every row."""
        ready, _ = self._prepare(session)
        cursor = self._execute(session, values)
        rows = [ready.read(raw) for raw in cursor.fetchall()]
        cursor.close()
        return rows

    def _execute(self, session: Session, values: Mapping[str, Any]) -> Any:
        ready, connection = self._prepare(session)
        cursor = connection.cursor()
        with ready.translating():
            cursor.execute(ready.sql, ready.values(values))
        return cursor

    def _prepare(self, session: Session) -> tuple[_Ready, Any]:
        session.flush()  # What the session still holds is written first.
        connection = session.info.get(DRIVER) or session.connection().connection.driver_connection
        dialect = session.get_bind().dialect
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = _compile(self._statement, dialect)
        return ready, connection


def _compile(statement: Select[Any] | UpdateBase, dialect: Dialect) -> _Ready:
    compiled = statement.compile(dialect=dialect)
    if not isinstance(compiled, SQLCompiler):
        raise TypeError(f"{type(statement).__name__} is no statement for a cursor")
    binds = compiled.binds
    processes = {
        name: bind.type.dialect_impl(dialect).bind_processor(dialect)
        for name, bind in binds.items()
    }
    columns = tuple(_columns(statement))
    row = NamedTuple("Row", [(name, Any) for name, _ in columns])._make if columns else None
    return _Ready(
        dialect=dialect,
        sql=compiled.string,
        names=tuple(compiled.positiontup or ()),
        is_positional=bool(compiled.positional),
        constants={n: bind.value for n, bind in binds.items() if not bind.required},
        bind={name: process for name, process in processes.items() if process is not None},
        columns=tuple(
            kind.dialect_impl(dialect).result_processor(dialect, None) for _, kind in columns
        ),
        row=row,
    )


def _columns(statement: Select[Any] | UpdateBase) -> Iterable[tuple[str, Any]]:
    """Names and types of what the statement returns."""
    returned = statement.selected_columns if isinstance(statement, Select) else statement._returning
    for number, column in enumerate(returned):
        yield str(getattr(column, "key", None) or f"column_{number}"), column.type  # type: ignore[union-attr]
