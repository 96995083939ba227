"""Beginning a payment: one live number at WeChat Pay to an order."""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, func, select, update

from commerce.errors import IllegalMove, NotFound
from commerce.inserting import id_of
from commerce.ordering.states import STATE_NAMES, lock_order
from commerce.ordering.tables import Order, OrderState
from commerce.payments.tables import LIVE, Payment, PaymentState

ENDS_BEFORE_ORDER: Final = timedelta(seconds=60)
"""WeChat Pay stops taking the money before the order gives its goods back."""
SHORTEST: Final = timedelta(seconds=60)
"""WeChat Pay refuses a time_expire nearer than a minute (JSAPI prepay docs, time_expire)."""
PREPAY_GOOD_FOR: Final = timedelta(hours=2)
ASK_AFTER: Final = tuple(timedelta(seconds=each) for each in (30, 120, 300, 900))
"""A notify may never come: how long after its beginning a payment is asked for."""


def open_payment(session: Session, order: Order, payer: str, now: datetime) -> Payment:
    """The payment to prepay at WeChat Pay: the live one again, or a new one.

    Raises IllegalMove when the order is not to be paid any more, or by this payer.
    """
    order = lock_order(session, id_of(order))
    if order.state != OrderState.UNPAID:
        raise IllegalMove(f"订单{STATE_NAMES[OrderState(order.state)]}，不需要付款")
    live = find_live_payment(session, id_of(order))
    if live is not None:
        return _reused(live, payer, now)
    expires_at = order.expires_at - ENDS_BEFORE_ORDER
    if expires_at - now < SHORTEST:
        raise IllegalMove("订单快要超时了，请重新下单")
    number = session.exec(
        select(func.count()).select_from(Payment).where(Payment.order_id == order.id)
    ).one()
    payment = Payment(
        order_id=id_of(order),
        out_trade_no=f"{order.order_no}-{number + 1}",
        amount=order.payable,
        payer=payer,
        expires_at=expires_at,
        created_at=now,
        ask_at=next_ask_at(now, now),
    )
    session.add(payment)
    session.flush()
    return payment


def record_prepay(session: Session, payment_id: int, prepay_id: str, now: datetime) -> None:
    """Keep what WeChat Pay answered to the prepay of a payment that is still open."""
    session.exec(
        update(Payment)
        .where(col(Payment.id) == payment_id, col(Payment.state) == PaymentState.OPEN)
        .values(prepay_id=prepay_id, prepaid_at=now)
    )


def usable_prepay_id(payment: Payment, now: datetime) -> str | None:
    """The prepay_id to pay with, or None when the payment has to be prepaid (again)."""
    if payment.prepaid_at is None or now >= payment.prepaid_at + PREPAY_GOOD_FOR:
        return None
    return payment.prepay_id


def find_live_payment(session: Session, order_id: int) -> Payment | None:
    """The order's payment that could still be paid, or None."""
    statement = select(Payment).where(Payment.order_id == order_id, col(Payment.state).in_(LIVE))
    return session.exec(statement.execution_options(populate_existing=True)).first()


def find_payment(session: Session, out_trade_no: str) -> Payment | None:
    """The payment of that number, or None."""
    return session.exec(select(Payment).where(Payment.out_trade_no == out_trade_no)).first()


def lock_payment(session: Session, out_trade_no: str) -> tuple[Order, Payment]:
    """A payment and its order as they are now, the order locked. Raises NotFound."""
    payment = find_payment(session, out_trade_no)
    if payment is None:
        raise NotFound("没有这笔支付", out_trade_no=out_trade_no)
    order = lock_order(session, payment.order_id)
    session.refresh(payment)
    return order, payment


def next_ask_at(created_at: datetime, now: datetime) -> datetime:
    """When to ask next about a payment that was last heard of now."""
    for pause in ASK_AFTER:
        if created_at + pause > now:
            return created_at + pause
    return now + ASK_AFTER[-1]


def _reused(live: Payment, payer: str, now: datetime) -> Payment:
    if live.disputed_at is not None:
        raise IllegalMove("这笔订单的付款正在人工核对，请先不要再付款")
    if live.state == PaymentState.CLOSING:
        raise IllegalMove("订单正在取消，请稍后再看")
    if live.payer != payer:
        raise IllegalMove("这笔订单正由另一个微信付款，请用原来的微信完成付款")
    if now >= live.expires_at:
        raise IllegalMove("订单快要超时了，请重新下单")
    return live
