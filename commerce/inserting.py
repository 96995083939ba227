"""Writes whose row count decides, on both databases."""

from functools import cache
from typing import Any, Protocol

from sqlalchemy import Connection, Executable, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from commerce.prepared import Prepared


class Numbered(Protocol):
    """A row whose number the database gives when it is written."""

    id: int | None


def id_of(row: Numbered) -> int:
    """The number of a row that was written."""
    if row.id is None:
        raise ValueError(f"{type(row).__name__} was not written yet")
    return row.id


def core(session: Session) -> Connection:
    """The session's connection, for Core statements; what the session holds is written first."""
    session.flush()
    return session.connection()


def insert_once(session: Session, table: type[SQLModel], **values: Any) -> bool:
    """Insert a row unless it clashes with a unique one; whether it was inserted.

    Columns that are not given get the database's default; Python-side defaults do not apply.
    """
    statement = _insert_once(session.get_bind().dialect.name, table, tuple(values))
    return statement.first(session, **values) is not None


@cache
def _insert_once(dialect_name: str, table: type[SQLModel], names: tuple[str, ...]) -> Prepared:
    dialect = postgresql if dialect_name == "postgresql" else sqlite
    columns = SQLModel.metadata.tables[str(table.__tablename__)]
    given = {name: bindparam(name, type_=columns.c[name].type) for name in names}
    # Not the row count: PostgreSQL's driver does not give one for every insert.
    inserted = dialect.insert(columns).values(given).on_conflict_do_nothing()
    return Prepared(inserted.returning(*columns.primary_key))


def affected_rows(session: Session, statement: Executable) -> int:
    """Run an insert, update or delete as Core, past the session's objects; rows it touched."""
    return core(session).execute(statement).rowcount
