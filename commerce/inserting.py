"""Writes whose row count decides, on both databases."""

from typing import Any, Protocol

from sqlalchemy import Connection, Executable, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


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
    """Insert a row unless it clashes with a unique one; whether it was inserted."""
    connection = core(session)
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing()
    # Not the row count: PostgreSQL's driver does not give one for every insert.
    return connection.execute(statement.returning(literal(1))).first() is not None


def affected_rows(session: Session, statement: Executable) -> int:
    """Run an insert, update or delete as Core, past the session's objects; rows it touched."""
    return core(session).execute(statement).rowcount
