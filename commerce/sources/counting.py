"""What came of each source code: who came, what they ordered, what they paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, func, select

from commerce.ordering.tables import Order
from commerce.sources.tables import CustomerCame, SourceCode, Way


@dataclass(frozen=True, slots=True)
class SourceCount:
    """What came of one code. `paid` is the fen of orders that were paid, whatever became of them.

    `visits` counts every coming, those by which somebody followed among them.
    """

    source: SourceCode
    visits: int
    customers: int
    follows: int
    orders: int
    paid: int


def list_counts(session: Session) -> Sequence[SourceCount]:
    """All codes with what came of them, in the order they were entered."""
    visits = _by_code(session, CustomerCame.code, func.count())
    follows = _by_code(session, CustomerCame.code, func.count(), CustomerCame.way == Way.FOLLOW)
    persons = func.count(func.distinct(CustomerCame.customer_id))
    customers = _by_code(session, CustomerCame.code, persons)
    orders = _by_code(session, Order.came_by, func.count())
    was_paid = col(Order.paid_at).is_not(None)
    paid = _by_code(session, Order.came_by, func.sum(Order.payable), was_paid)
    return [
        SourceCount(
            source=source,
            visits=visits.get(source.code, 0),
            customers=customers.get(source.code, 0),
            follows=follows.get(source.code, 0),
            orders=orders.get(source.code, 0),
            paid=paid.get(source.code, 0),
        )
        for source in session.exec(select(SourceCode).order_by(col(SourceCode.id)))
    ]


def _by_code(session: Session, code: Any, total: Any, *conditions: Any) -> dict[str, int]:
    statement = select(code, total).where(code != "", *conditions).group_by(code)
    return {each: int(value) for each, value in session.exec(statement)}
