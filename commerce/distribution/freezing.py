"""Who earns by an order, and at what rate: decided once, when it is paid."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session, col, func, select

from commerce.distribution.chain import find_upline, is_active
from commerce.distribution.tables import Commission
from commerce.distribution.terms import get_terms
from commerce.inserting import id_of
from commerce.ordering.tables import Order, OrderLine


def freeze(session: Session, order: Order, now: datetime) -> None:
    """Write down the promoters of an order that has just been paid, with their rates.

    Nothing that is bound or set afterwards changes them. A promoter who is stopped earns nothing
    and passes nothing on.
    """
    base = _goods_paid(session, order)
    if not base:
        return
    terms = get_terms(session)
    rates = (terms.first_bp, terms.second_bp)
    earners = _earners(session, order.customer_id, now)
    for level, (rate, promoter_id) in enumerate(zip(rates, earners, strict=False), start=1):
        if rate:
            session.add(
                Commission(
                    order_id=id_of(order),
                    promoter_customer_id=promoter_id,
                    level=level,
                    rate_bp=rate,
                    base=base,
                    freeze_days=terms.freeze_days,
                    frozen_at=now,
                )
            )
    session.flush()


def _goods_paid(session: Session, order: Order) -> int:
    total = func.coalesce(func.sum(col(OrderLine.total) - col(OrderLine.rebate)), 0)
    return int(session.exec(select(total).where(OrderLine.order_id == order.id)).one())


def _earners(session: Session, customer_id: int, now: datetime) -> Iterator[int]:
    """Whoever brought the customer, then who brought that one, as long as they are active."""
    upline = find_upline(session, customer_id, now)
    while upline is not None and upline != customer_id and is_active(session, upline):
        yield upline
        upline = find_upline(session, upline, now)
