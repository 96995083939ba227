"""Cohorts: customers by the month of their first order, and how many of them bought again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, and_, cast, distinct, func, select
from sqlmodel import Session, col

from commerce.inserting import core
from commerce.ordering.tables import Order
from commerce.shanghai import SHANGHAI

MOST_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Cohort:
    """Customers whose first paid order fell into one month of Shanghai."""

    month: str
    """As `2026-11`."""
    customers: int
    buyers: tuple[int, ...]
    """How many of them bought in the month itself, the next, and so on to the present one."""
    paid: tuple[int, ...]
    """Fen that they paid in each of these months."""

    def share(self, months_later: int) -> float | None:
        """The share who bought so many months later; None for what has not come yet."""
        if months_later >= len(self.buyers) or not self.customers:
            return None
        return self.buyers[months_later] / self.customers


def list_cohorts(session: Session, now: datetime, months: int = MOST_MONTHS) -> Sequence[Cohort]:
    """The cohorts of the last months, the oldest first, months without anybody among them."""
    dialect = session.get_bind().dialect.name
    present = _number(now)
    first = (
        select(col(Order.customer_id), func.min(col(Order.paid_at)).label("first_at"))
        .where(col(Order.paid_at).is_not(None))
        .group_by(col(Order.customer_id))
        .subquery()
    )
    born, bought = _month(first.c.first_at, dialect), _month(col(Order.paid_at), dialect)
    statement = (
        select(
            born.label("born"),
            (bought - born).label("later"),
            func.count(distinct(first.c.customer_id)),
            func.sum(col(Order.payable)),
        )
        .select_from(first)
        .join(
            Order,
            and_(col(Order.customer_id) == first.c.customer_id, col(Order.paid_at).is_not(None)),
        )
        .where(born > present - months)
        .group_by(born, bought - born)
    )
    found = {
        (int(month), int(later)): (int(buyers), int(paid))
        for month, later, buyers, paid in core(session).execute(statement)
    }
    return [_cohort(month, present, found) for month in range(present - months + 1, present + 1)]


def _cohort(month: int, present: int, found: dict[tuple[int, int], tuple[int, int]]) -> Cohort:
    counts = [found.get((month, later), (0, 0)) for later in range(present - month + 1)]
    return Cohort(
        month=f"{(month - 1) // 12}-{(month - 1) % 12 + 1:02d}",
        customers=counts[0][0],
        buyers=tuple(buyers for buyers, _ in counts),
        paid=tuple(paid for _, paid in counts),
    )


def _number(moment: datetime) -> int:
    """A month of Shanghai as one number, so that months can be subtracted."""
    day = moment.astimezone(SHANGHAI)
    return day.year * 12 + day.month


def _month(moment: Any, dialect: str) -> ColumnElement[int]:
    """The same in SQL."""
    if dialect == "postgresql":
        local = func.timezone("Asia/Shanghai", moment)
        year: Any = func.date_part("year", local)
        month: Any = func.date_part("month", local)
    else:
        # To the second: SQLite would round a moment to the millisecond, and into the next day.
        local = func.datetime(func.substr(moment, 1, 19), "+8 hours")
        year, month = func.strftime("%Y", local), func.strftime("%m", local)
    return cast(year, Integer) * 12 + cast(month, Integer)
