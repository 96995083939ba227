"""How an unpaid order ends: paid, its goods sold; or closed, its goods given back."""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from commerce.catalogue import stock
from commerce.customers.summary import refresh
from commerce.deals import desk
from commerce.distribution.freezing import freeze
from commerce.membership import points
from commerce.ordering.states import move
from commerce.ordering.tables import Order, OrderState
from commerce.promotions import coupons

CLOSED_UNPAID: Final = "closed"
"""Names why points come back: beside it only refunds do that."""


def settle(
    session: Session,
    order_id: int,
    *,
    actor: str,
    reason: str,
    paid_at: datetime,
    now: datetime,
) -> Order:
    """The unpaid order is paid, its seat taken and its promoters written down.

    `paid_at` is WeChat Pay's word. Raises IllegalMove when it is not unpaid any more.
    """
    order = move(
        session,
        order_id,
        OrderState.PAID,
        actor=actor,
        reason=reason,
        now=now,
        from_states=(OrderState.UNPAID,),
    )
    order.paid_at = paid_at
    session.add(order)
    stock.mark_sold(session, order_id)
    desk.on_paid(session, order, paid_at, now)
    freeze(session, order, now)
    refresh(session, order.customer_id)
    return order


def close_unpaid(
    session: Session, order_id: int, *, actor: str, reason: str, now: datetime
) -> Order:
    """The unpaid order is closed and gives back its goods, its coupon, its points, its deal.

    Raises IllegalMove.

    Only for an order whose payments are closed at WeChat Pay: see `commerce.payments.closing`.
    """
    order = move(
        session,
        order_id,
        OrderState.CLOSED,
        actor=actor,
        reason=reason,
        now=now,
        from_states=(OrderState.UNPAID,),
    )
    stock.release(session, order_id, now)
    coupons.give_back(session, order_id, now)
    if order.points_spent:
        points.give_back_spent(
            session, order.customer_id, order_id, order.points_spent, CLOSED_UNPAID, now
        )
    desk.on_closed(session, order, now)
    return order
