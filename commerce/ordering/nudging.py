"""Unpaid orders about to lapse: who is reminded, once."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final

from sqlmodel import Session, col, select

from commerce.inserting import insert_once
from commerce.ordering.states import lock_order
from commerce.ordering.tables import Order, OrderNudge, OrderState
from commerce.payments.tables import Payment, PaymentState
from commerce.shanghai import SHANGHAI

AHEAD: Final = timedelta(minutes=10)
"""So long before an order lapses its customer is reminded."""
TOO_LATE: Final = timedelta(minutes=2)
"""So shortly before its end an order can hardly be paid any more."""
QUIET_FROM, QUIET_UNTIL = time(22), time(8)
"""Hours of Shanghai in which nobody is reminded of anything."""
A_ROUND: Final = 100


def is_quiet(now: datetime) -> bool:
    """Whether it is night in Shanghai."""
    clock = now.astimezone(SHANGHAI).time()
    return clock >= QUIET_FROM or clock < QUIET_UNTIL


def list_to_nudge(session: Session, now: datetime) -> Sequence[int]:
    """Ids of unpaid orders that lapse soon and of which nobody was reminded; none at night.

    An order that is being cancelled, or whose payment is disputed, is not among them.
    """
    if is_quiet(now):
        return []
    in_hand = select(Payment.id).where(
        Payment.order_id == Order.id,
        (col(Payment.state) == PaymentState.CLOSING) | col(Payment.disputed_at).is_not(None),
    )
    reminded = select(OrderNudge.order_id).where(OrderNudge.order_id == Order.id)
    statement = (
        select(Order.id)
        .where(
            Order.state == OrderState.UNPAID,
            col(Order.expires_at) > now + TOO_LATE,
            col(Order.expires_at) <= now + AHEAD,
            # Whoever has only just ordered needs no reminding, however short their time is.
            col(Order.created_at) <= now - AHEAD / 2,
            ~in_hand.exists(),
            ~reminded.exists(),
        )
        .order_by(col(Order.expires_at), col(Order.id))
        .limit(A_ROUND)
    )
    return [order_id for order_id in session.exec(statement) if order_id is not None]


def claim_nudge(session: Session, order_id: int, now: datetime) -> Order | None:
    """The order to remind of, by this caller alone; None when it is paid, closed or late by now."""
    order = lock_order(session, order_id)
    if order.state != OrderState.UNPAID or order.expires_at <= now + TOO_LATE:
        return None
    return order if insert_once(session, OrderNudge, order_id=order_id, at=now) else None
