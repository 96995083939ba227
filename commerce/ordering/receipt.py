"""From on its way to finished: the goods are with the customer, then nothing more is to come."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from commerce.aftersale.refunded import kept_of
from commerce.aftersale.states import LIVE
from commerce.aftersale.tables import AfterSale
from commerce.errors import IllegalMove
from commerce.inserting import id_of
from commerce.membership.points import earn_for_order
from commerce.ordering.orders import get_order
from commerce.ordering.policy import get_policy
from commerce.ordering.states import lock_order, move
from commerce.ordering.tables import Order, OrderMove, OrderState
from commerce.parcels.shipping import count_waiting
from commerce.parcels.tables import Parcel
from commerce.promotions.coupons import give_for_order

A_ROUND: Final = 100
CONFIRMED: Final = "顾客确认收货"
OVERDUE: Final = "超时自动确认收货"
OVER: Final = "售后期已过"
RECEIVED_ALREADY: Final = (OrderState.RECEIVED, OrderState.FINISHED)


def receive(session: Session, order_id: int, *, actor: str, reason: str, now: datetime) -> Order:
    """The customer has the goods. Announces `order_received`; what the order gives is given.

    Points and gifts are given for what was not refunded until now, once. Raises NotFound, and
    IllegalMove while a piece that is wanted has not left, or when it was received before.
    """
    order = lock_order(session, order_id)
    if order.state == OrderState.PACKED and (waiting := count_waiting(session, order)):
        raise IllegalMove(f"还有{waiting}件没有发出，全部收到后再确认收货", waiting=waiting)
    order = move(session, order_id, OrderState.RECEIVED, actor=actor, reason=reason, now=now)
    kept = kept_of(session, order)
    earn_for_order(session, order.customer_id, order_id, kept.points_given, now, paid=kept.goods)
    if not kept.is_empty:
        give_for_order(session, order_id, order.customer_id, order.gifts, now)
    return order


def receive_own(session: Session, customer_id: int, order_no: str, now: datetime) -> Order:
    """A customer says that an order of theirs has come; one received before stays so.

    Raises NotFound, and IllegalMove while the order is not on its way, or something is still
    asked for after buying.
    """
    order = lock_order(session, id_of(get_order(session, customer_id, order_no)))
    if order.state in RECEIVED_ALREADY:
        return order
    if order.pickup_store_id is not None:
        raise IllegalMove("到店取货时给店员看取货码，核销后就算收货", order_no=order_no)
    if is_asked_about(session, order):
        raise IllegalMove("有正在办的售后申请，办完再确认收货", order_no=order_no)
    actor = f"customer:{customer_id}"
    return receive(session, id_of(order), actor=actor, reason=CONFIRMED, now=now)


def may_receive(session: Session, order: Order) -> bool:
    """Whether the customer may say now that the order has come."""
    return order.state == OrderState.SHIPPED and not is_asked_about(session, order)


def is_asked_about(session: Session, order: Order) -> bool:
    """Whether a request after buying waits to be settled."""
    asked = select(AfterSale.id).where(
        AfterSale.order_id == order.id, col(AfterSale.state).in_(LIVE)
    )
    return session.exec(asked.limit(1)).first() is not None


def list_overdue(session: Session, now: datetime) -> Sequence[int]:
    """Ids of orders whose last parcel left so long ago that they count as received."""
    return _list_due(session, OrderState.SHIPPED, _received_by(session, now))


def list_over(session: Session, now: datetime) -> Sequence[int]:
    """Ids of orders whose time for after-sale requests is over."""
    return _list_due(session, OrderState.RECEIVED, _finished_by(session, now))


def receive_overdue(session: Session, order_id: int, now: datetime) -> Order | None:
    """The clock receives an order; None when it is not due, or something is asked for after all."""
    lock_order(session, order_id)
    if not _is_due(session, order_id, OrderState.SHIPPED, _received_by(session, now)):
        return None
    return receive(session, order_id, actor="clock", reason=OVERDUE, now=now)


def finish_over(session: Session, order_id: int, now: datetime) -> Order | None:
    """The clock finishes an order and announces `order_finished`; None when it is not due."""
    lock_order(session, order_id)
    if not _is_due(session, order_id, OrderState.RECEIVED, _finished_by(session, now)):
        return None
    return move(session, order_id, OrderState.FINISHED, actor="clock", reason=OVER, now=now)


def received_at(session: Session, order_id: int) -> datetime | None:
    """When the order was received, or None."""
    statement = select(OrderMove.at).where(
        OrderMove.order_id == order_id, OrderMove.to_state == OrderState.RECEIVED
    )
    return session.exec(statement).first()


def _received_by(session: Session, now: datetime) -> datetime:
    return now - timedelta(days=get_policy(session).auto_receive_days)


def _finished_by(session: Session, now: datetime) -> datetime:
    return now - timedelta(days=get_policy(session).finish_after_days)


def _is_due(session: Session, order_id: int, state: OrderState, since: datetime) -> bool:
    return bool(_list_due(session, state, since, order_id=order_id))


def _list_due(
    session: Session, state: OrderState, since: datetime, *, order_id: int | None = None
) -> Sequence[int]:
    """Orders in that state to which nothing has happened since, and of which nothing is asked."""
    moved = select(OrderMove.id).where(
        OrderMove.order_id == Order.id, OrderMove.to_state == state, col(OrderMove.at) > since
    )
    sent = select(Parcel.id).where(Parcel.order_id == Order.id, col(Parcel.shipped_at) > since)
    asked = select(AfterSale.id).where(
        AfterSale.order_id == Order.id, col(AfterSale.state).in_(LIVE)
    )
    statement = select(Order.id).where(
        Order.state == state, ~moved.exists(), ~sent.exists(), ~asked.exists()
    )
    if order_id is not None:
        statement = statement.where(Order.id == order_id)
    found = session.exec(statement.order_by(col(Order.id)).limit(A_ROUND))
    return [each for each in found if each is not None]
