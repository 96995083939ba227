"""Column types that several tables of the shop share."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    FromClause,
    Integer,
    literal_column,
    or_,
)
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

# Later migrations must be able to name a key on both databases.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""Numbers of rows that never stop coming: 64 bits. SQLite's INTEGER has them already."""


def in_state(table: FromClause, *states: StrEnum) -> ColumnElement[bool]:
    """Whether a row is in one of these states, in words that a partial index is recognised by."""
    return or_(*(table.c.state == literal_column(f"'{state.value}'") for state in states))


class UtcDateTime(TypeDecorator[datetime]):
    """A moment as aware UTC. SQLite keeps it without zone; a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: in UTC, without zone on SQLite."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From the database: aware UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
