"""Who fits a rule: how many, some of them, all of them piece by piece, and whether one does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, func, select
from sqlmodel import Session

from campaigns.segments.rules import Rule
from campaigns.segments.sql import (
    CUSTOMER,
    SUMMARY,
    Scope,
    asks_summary,
    condition,
    express,
)
from commerce.customers.merging import find_customer
from commerce.inserting import core

NEWEST: Final = 5_000

__all__ = ["batch", "condition", "count", "examples", "fits"]


def count(session: Session, rule: Rule | None, now: datetime) -> int:
    """How many customers fit; a rule that is None fits everybody."""
    asked = _Asked.of(session, rule, now, is_whole=True)
    statement = select(func.count()).select_from(asked.rows).where(*asked.conditions)
    return int(core(session).execute(statement).scalar_one())


def examples(session: Session, rule: Rule | None, now: datetime, limit: int = 10) -> list[int]:
    """Ids of some customers who fit, the newest first."""
    newest = core(session).execute(select(func.coalesce(func.max(CUSTOMER.c.id), 0))).scalar_one()
    each = _Asked.of(session, rule, now, is_whole=False)
    # Of a usual segment there are ten among the newest: then nobody else is looked at.
    lately = each.select().where(each.id > newest - NEWEST)
    found = _ids(session, lately.order_by(each.id.desc()).limit(limit))
    if len(found) == limit:
        return found
    asked = _Asked.of(session, rule, now, is_whole=True)
    return _ids(session, asked.select().order_by(asked.id.desc()).limit(limit))


def batch(
    session: Session, rule: Rule | None, now: datetime, after: int, upper: int, size: int
) -> list[int]:
    """The next customers who fit, by id: beyond `after`, up to `upper`, so many at most."""
    asked = _Asked.of(session, rule, now, is_whole=False)
    span = asked.select().where(asked.id > after, asked.id <= upper)
    return _ids(session, span.order_by(asked.id).limit(size))


def fits(session: Session, rule: Rule | None, customer_id: int, now: datetime) -> bool:
    """Whether the customer, or whom they were merged into, fits at this moment."""
    customer = find_customer(session, customer_id)
    if customer is None:
        return False
    asked = _Asked.of(session, rule, now, is_whole=False)
    return bool(_ids(session, asked.select().where(asked.id == customer.id)))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The narrowest table that answers a rule, which of its columns is the customer, and when."""

    rows: FromClause
    id: ColumnElement[int]
    conditions: tuple[ColumnElement[bool], ...]

    @classmethod
    def of(cls, session: Session, rule: Rule | None, now: datetime, *, is_whole: bool) -> "_Asked":
        # SQLite reads another table once only when it is told to; PostgreSQL sees it by itself.
        is_whole = is_whole and session.get_bind().dialect.name == "sqlite"
        present = CUSTOMER.c.merged_into_id.is_(None)
        if rule is None:
            return cls(CUSTOMER, CUSTOMER.c.id, (present,))
        if not asks_summary(rule):
            said = express(rule, Scope(CUSTOMER.c.id, now, is_whole))
            return cls(CUSTOMER, CUSTOMER.c.id, (present, said))
        said = express(rule, Scope(SUMMARY.c.customer_id, now, is_whole))
        return cls(SUMMARY, SUMMARY.c.customer_id, (said,))

    def select(self) -> Select[Any]:
        return select(self.id).select_from(self.rows).where(*self.conditions)


def _ids(session: Session, statement: Select[Any]) -> list[int]:
    return list(core(session).execute(statement).scalars())
