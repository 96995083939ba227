"""Orders against payments, and refunds that do not come to an end."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, func, or_, select

from commerce.inserting import id_of
from commerce.ordering.tables import Order, OrderState
from commerce.payments.tables import LIVE, Payment, PaymentState, Refund, RefundState
from commerce.reconciliation.findings import MOST_OF_A_KIND, Finding
from commerce.reconciliation.tables import FindingKind

TAKEN_WITHIN: Final = timedelta(hours=1)
"""A refund that WeChat Pay has not even taken after so long: the account may be empty."""
DONE_WITHIN: Final = timedelta(days=5)
"""To change the bank takes WeChat Pay one to five working days (WeChat Pay docs 申请退款)."""

_UNPAID: Final = (OrderState.UNPAID, OrderState.CLOSED)


def examine_orders(session: Session, now: datetime) -> Iterator[Finding]:
    """What does not agree between orders, payments and refunds now."""
    yield from _paid_without_order(session)
    yield from _orders_without_payment(session)
    yield from _disputed(session)
    yield from _refunds(session, now)


def _paid_without_order(session: Session) -> Iterator[Finding]:
    """Money that came in, paid no order, and is not going back."""
    refund = select(Refund.id).where(Refund.payment_id == Payment.id)
    is_spare = or_(col(Order.paid_at).is_(None), col(Order.paid_at) != col(Payment.paid_at))
    statement = (
        select(Payment)
        .join(Order, col(Order.id) == col(Payment.order_id))
        .where(Payment.state == PaymentState.PAID, is_spare, ~refund.exists())
        .order_by(col(Payment.id))
        .limit(MOST_OF_A_KIND)
    )
    for payment in session.exec(statement):
        yield Finding(FindingKind.PAID_WITHOUT_ORDER, payment.out_trade_no, payment.amount, 0)


def _orders_without_payment(session: Session) -> Iterator[Finding]:
    """Orders that count as paid, and that no payment over their amount has paid."""
    paying = and_(col(Payment.order_id) == col(Order.id), col(Payment.state) == PaymentState.PAID)
    enough = select(Payment.id).where(paying, Payment.amount == Order.payable)
    counts_as_paid = or_(col(Order.paid_at).is_not(None), col(Order.state).not_in(_UNPAID))
    statement = (
        select(Order)
        .where(counts_as_paid, Order.payable > 0, ~enough.exists())
        .order_by(col(Order.id))
        .limit(MOST_OF_A_KIND)
    )
    for order in session.exec(statement):
        came_in = session.exec(
            select(func.coalesce(func.sum(Payment.amount), 0)).where(
                Payment.order_id == id_of(order), Payment.state == PaymentState.PAID
            )
        ).one()
        yield Finding(
            FindingKind.ORDER_WITHOUT_PAYMENT, order.order_no, order.payable, int(came_in)
        )


def _disputed(session: Session) -> Iterator[Finding]:
    statement = (
        select(Payment)
        .where(col(Payment.disputed_at).is_not(None), col(Payment.state).in_(LIVE))
        .order_by(col(Payment.id))
        .limit(MOST_OF_A_KIND)
    )
    for payment in session.exec(statement):
        yield Finding(FindingKind.PAYMENT_DISPUTED, payment.out_trade_no, payment.amount, None)


def _refunds(session: Session, now: datetime) -> Iterator[Finding]:
    for kind, state, before in (
        (FindingKind.REFUND_PENDING, RefundState.REQUESTED, now - TAKEN_WITHIN),
        (FindingKind.REFUND_PENDING, RefundState.PROCESSING, now - DONE_WITHIN),
        (FindingKind.REFUND_ABNORMAL, RefundState.ABNORMAL, now),
    ):
        stuck = and_(col(Refund.state) == state, col(Refund.created_at) <= before)
        yield from _refunds_that(session, kind, stuck)
    again = select(Refund.repeats_id).where(col(Refund.repeats_id).is_not(None))
    failed = and_(col(Refund.state) == RefundState.CLOSED, col(Refund.id).not_in(again))
    yield from _refunds_that(session, FindingKind.REFUND_CLOSED, failed)


def _refunds_that(
    session: Session, kind: FindingKind, are: ColumnElement[bool] | Any
) -> Iterator[Finding]:
    statement = select(Refund).where(are).order_by(col(Refund.id)).limit(MOST_OF_A_KIND)
    for refund in session.exec(statement):
        yield Finding(kind, refund.out_refund_no, refund.amount, 0)
