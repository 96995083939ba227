"""Money came in: the order is paid, or the money goes back."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select, update

from commerce.inserting import id_of
from commerce.ordering.settlement import settle
from commerce.ordering.states import announce_about
from commerce.ordering.tables import Order, OrderState
from commerce.payments.books import book_received
from commerce.payments.closing import want_closed
from commerce.payments.opening import find_live_payment, lock_payment
from commerce.payments.refunds import request_refund
from commerce.payments.tables import Payment, PaymentState


class PaidOutcome(StrEnum):
    """What a report of success came to."""

    PAID = "paid"
    """The order is paid, by this report."""
    ALREADY = "already"
    """Known before; nothing changed."""
    LATE_REFUNDED = "late_refunded"
    """The order is closed: the money goes back."""
    SECOND_REFUNDED = "second_refunded"
    """The order was paid already, under another number: this money goes back."""
    MISMATCH = "mismatch"
    """It contradicts what we know: nothing is paid, an operator is told."""


def record_paid(
    session: Session,
    *,
    out_trade_no: str,
    transaction_id: str,
    amount: int,
    payer: str,
    success_time: datetime,
    now: datetime,
) -> PaidOutcome:
    """WeChat Pay says that a payment succeeded, in a notify or asked. May be said often.

    The caller has verified who says it, and compared mchid, appid and currency. `payer` is the
    openid that paid. Raises NotFound for a number that is not ours: the transaction that made
    it may not be visible yet, so the notify must be asked to come again.
    """
    order, payment = lock_payment(session, out_trade_no)
    if payment.state == PaymentState.PAID and payment.transaction_id == transaction_id:
        return PaidOutcome.ALREADY
    if amount != payment.amount or _is_known_otherwise(session, payment, transaction_id):
        _dispute(session, order, payment, transaction_id, amount, now)
        return PaidOutcome.MISMATCH
    guarded = (
        update(Payment)
        .where(col(Payment.id) == payment.id, col(Payment.state) != PaymentState.PAID)
        .values(
            state=PaymentState.PAID,
            transaction_id=transaction_id,
            payer=payer,
            paid_at=success_time,
        )
    )
    if session.exec(guarded).rowcount != 1:
        return PaidOutcome.ALREADY
    book_received(session, payment, now)
    return _pay_or_return(session, order, payment, success_time, now)


def _pay_or_return(
    session: Session, order: Order, payment: Payment, success_time: datetime, now: datetime
) -> PaidOutcome:
    if order.state == OrderState.UNPAID:
        settle(
            session,
            payment.order_id,
            actor="wechat_pay",
            reason="支付成功",
            paid_at=success_time,
            now=now,
        )
        other = find_live_payment(session, payment.order_id)
        if other is not None:
            want_closed(session, order, other, actor="wechat_pay", reason="订单已支付", now=now)
        return PaidOutcome.PAID
    is_late = order.paid_at is None
    reason = "订单已关闭，自动退款" if is_late else "重复支付，自动退款"
    request_refund(session, id_of(payment), payment.amount, reason, now)
    return PaidOutcome.LATE_REFUNDED if is_late else PaidOutcome.SECOND_REFUNDED


def _is_known_otherwise(session: Session, payment: Payment, transaction_id: str) -> bool:
    """Whether this payment has another transaction, or this transaction another payment."""
    if payment.state == PaymentState.PAID:
        return True
    statement = select(Payment.id).where(Payment.transaction_id == transaction_id)
    return session.exec(statement).first() is not None


def _dispute(
    session: Session,
    order: Order,
    payment: Payment,
    transaction_id: str,
    amount: int,
    now: datetime,
) -> None:
    """Tell an operator, once a payment."""
    guarded = (
        update(Payment)
        .where(col(Payment.id) == payment.id, col(Payment.disputed_at).is_(None))
        .values(disputed_at=now)
    )
    if session.exec(guarded).rowcount == 1:
        announce_about(
            session,
            "paid_mismatch",
            order,
            now,
            payment_id=payment.id,
            out_trade_no=payment.out_trade_no,
            transaction_id=transaction_id,
            expected_amount=payment.amount,
            amount=amount,
        )
