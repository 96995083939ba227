"""An unpaid order ends in two steps: closed at WeChat Pay first, only then here.

Goods that were given back while the payment could still succeed would be sold twice.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, select, update
from sqlmodel.sql.expression import SelectOfScalar

from commerce.errors import IllegalMove
from commerce.inserting import id_of
from commerce.ordering.orders import get_order
from commerce.ordering.settlement import close_unpaid
from commerce.ordering.states import STATE_NAMES, announce_about, lock_order
from commerce.ordering.tables import Order, OrderState
from commerce.payments.opening import find_live_payment, lock_payment, next_ask_at
from commerce.payments.tables import LIVE, Payment, PaymentState

CLOSE_AGAIN_AFTER: Final = timedelta(seconds=60)
A_ROUND: Final = 100
"""Payments asked about at a time."""
LAPSED: Final = "超时未付款"


class Cancellation(StrEnum):
    """How far a cancellation has come."""

    CLOSED = "closed"
    CLOSING = "closing"
    """WeChat Pay is asked to close the payment; the order closes when it has."""


def cancel_unpaid(
    session: Session, order_id: int, *, actor: str, reason: str, now: datetime
) -> Cancellation:
    """Cancel an order that is not paid; an order closed before stays so. Raises IllegalMove.

    Announces `payment_close_wanted` when WeChat Pay has to be asked first.
    """
    order = lock_order(session, order_id)
    if order.state == OrderState.CLOSED:
        return Cancellation.CLOSED
    if order.state != OrderState.UNPAID:
        raise IllegalMove(f"订单{STATE_NAMES[OrderState(order.state)]}，不能直接取消")
    live = find_live_payment(session, order_id)
    if live is None:
        close_unpaid(session, order_id, actor=actor, reason=reason, now=now)
        return Cancellation.CLOSED
    want_closed(session, order, live, actor=actor, reason=reason, now=now)
    return Cancellation.CLOSING


def cancel_order(session: Session, customer_id: int, order_no: str, now: datetime) -> Order:
    """A customer cancels an order of their own; the order then: closed, or still closing.

    Raises NotFound, IllegalMove.
    """
    order = get_order(session, customer_id, order_no)
    actor = f"customer:{customer_id}"
    cancel_unpaid(session, id_of(order), actor=actor, reason="顾客取消", now=now)
    return order


def let_lapse(session: Session, order_id: int, now: datetime) -> Cancellation | None:
    """The clock cancels an order whose time is up; None when it is up to nobody any more."""
    order = lock_order(session, order_id)
    if order.state != OrderState.UNPAID or now < order.expires_at:
        return None
    return cancel_unpaid(session, order_id, actor="clock", reason=LAPSED, now=now)


def list_lapsed(session: Session, now: datetime, *, limit: int = 100) -> Sequence[int]:
    """Ids of unpaid orders whose time is up and whose closing has not begun, oldest first.

    An order with a disputed payment is left to the operator.
    """
    in_hand = select(Payment.id).where(
        Payment.order_id == Order.id,
        (col(Payment.state) == PaymentState.CLOSING)
        | (col(Payment.state).in_(LIVE) & col(Payment.disputed_at).is_not(None)),
    )
    statement = (
        select(Order.id)
        .where(
            Order.state == OrderState.UNPAID,
            col(Order.expires_at) <= now,
            ~in_hand.exists(),
        )
        .order_by(col(Order.expires_at), col(Order.id))
        .limit(limit)
    )
    return [order_id for order_id in session.exec(statement) if order_id is not None]


def want_closed(
    session: Session, order: Order, payment: Payment, *, actor: str, reason: str, now: datetime
) -> None:
    """Have WeChat Pay close an open payment; announces `payment_close_wanted`, once."""
    guarded = (
        update(Payment)
        .where(col(Payment.id) == payment.id, col(Payment.state) == PaymentState.OPEN)
        .values(
            state=PaymentState.CLOSING,
            close_actor=actor,
            close_reason=reason,
            ask_at=now + CLOSE_AGAIN_AFTER,
        )
    )
    if session.exec(guarded).rowcount == 1:
        announce_about(
            session,
            "payment_close_wanted",
            order,
            now,
            payment_id=payment.id,
            out_trade_no=payment.out_trade_no,
        )


def record_closed(session: Session, out_trade_no: str, now: datetime) -> bool:
    """WeChat Pay says that a payment is closed: nobody can pay it. Whether its order closed now.

    The order closes if that was wanted, or if its time is up. Raises NotFound.
    """
    order, payment = lock_payment(session, out_trade_no)
    actor, reason = payment.close_actor, payment.close_reason
    guarded = (
        update(Payment)
        .where(col(Payment.id) == payment.id, col(Payment.state).in_(LIVE))
        .values(state=PaymentState.CLOSED)
    )
    if session.exec(guarded).rowcount != 1 or order.state != OrderState.UNPAID:
        return False
    if not actor and now < order.expires_at:
        return False
    close_unpaid(session, id_of(order), actor=actor or "clock", reason=reason or LAPSED, now=now)
    return True


def record_still_open(session: Session, out_trade_no: str, now: datetime) -> None:
    """WeChat Pay says that a payment is not paid so far: ask again later. Raises NotFound."""
    _, payment = lock_payment(session, out_trade_no)
    payment.ask_at = _ask_again_at(payment, now)
    session.add(payment)


def list_payments_to_ask(session: Session, now: datetime, *, limit: int = 100) -> Sequence[Payment]:
    """Open payments of which nothing was heard for too long: query them at WeChat Pay."""
    return session.exec(_due(PaymentState.OPEN, now, limit)).all()


def list_payments_to_close(
    session: Session, now: datetime, *, limit: int = 100
) -> Sequence[Payment]:
    """Payments whose closing was wanted a minute ago or more and is not confirmed yet."""
    return session.exec(_due(PaymentState.CLOSING, now, limit)).all()


def take_payments_to_ask(session: Session, now: datetime) -> Sequence[Payment]:
    """`list_payments_to_ask`, each with its next time set: an answer that fails is waited for."""
    return _taken(session, PaymentState.OPEN, now)


def take_payments_to_close(session: Session, now: datetime) -> Sequence[Payment]:
    """`list_payments_to_close`, each with its next time set."""
    return _taken(session, PaymentState.CLOSING, now)


def _taken(session: Session, state: PaymentState, now: datetime) -> Sequence[Payment]:
    due = session.exec(_due(state, now, A_ROUND).with_for_update(skip_locked=True)).all()
    for payment in due:
        payment.ask_at = _ask_again_at(payment, now)
        session.add(payment)
    return due


def _ask_again_at(payment: Payment, now: datetime) -> datetime:
    if payment.state == PaymentState.CLOSING:
        return now + CLOSE_AGAIN_AFTER
    return next_ask_at(payment.created_at, now)


def _due(state: PaymentState, now: datetime, limit: int) -> SelectOfScalar[Payment]:
    return (
        select(Payment)
        .where(
            Payment.state == state,
            col(Payment.ask_at) <= now,
            col(Payment.disputed_at).is_(None),
        )
        .order_by(col(Payment.ask_at), col(Payment.id))
        .limit(limit)
    )
