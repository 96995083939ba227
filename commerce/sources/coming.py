"""By which code a customer came."""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from commerce.customers.summary import note_first_code
from commerce.inserting import insert_once
from commerce.sources.codes import find_code
from commerce.sources.tables import CustomerCame, Way

REMEMBERED: Final = timedelta(days=30)
"""So long what a customer buys counts for the code by which they came."""
ONE_VISIT: Final = timedelta(minutes=10)
"""Coming again by the same code within it is the same visit."""


def note_came(
    session: Session, customer_id: int, code: str, now: datetime, *, way: Way = Way.VISIT
) -> bool:
    """Note that a customer came by a code; false for an unknown one and for the same visit."""
    if find_code(session, code) is None:
        return False
    last = _latest(session, customer_id, now - ONE_VISIT)
    if last is not None and (last.code, last.way) == (code, way):
        return False
    note_first_code(session, customer_id, code)
    return insert_once(
        session, CustomerCame, customer_id=customer_id, code=code, way=way.value, at=now
    )


def came_by(session: Session, customer_id: int, now: datetime) -> str:
    """The code by which the customer came last, within 30 days; nothing when there is none."""
    last = _latest(session, customer_id, now - REMEMBERED)
    return "" if last is None else last.code


def _latest(session: Session, customer_id: int, since: datetime) -> CustomerCame | None:
    statement = (
        select(CustomerCame)
        .where(CustomerCame.customer_id == customer_id, col(CustomerCame.at) > since)
        .order_by(col(CustomerCame.at).desc(), col(CustomerCame.id).desc())
        .limit(1)
    )
    return session.exec(statement).first()
