"""Urging an order on: noted once a day, and the shop's people are told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from commerce.aftersale.tables import OrderUrge
from commerce.errors import IllegalMove
from commerce.inserting import id_of
from commerce.ordering.states import announce_about, lock_order, state_name
from commerce.ordering.tables import Order, OrderState

AGAIN_AFTER: Final = timedelta(hours=24)
MAY_BE_URGED: Final = (OrderState.PAID, OrderState.PACKED)


@dataclass(frozen=True, slots=True)
class Urged:
    """When an order was urged, and whether that was just now."""

    at: datetime
    is_new: bool


def urge(session: Session, order_id: int, *, actor: str, now: datetime) -> Urged:
    """Note that the customer waits for an order, unless it was noted within a day.

    Announces `order_urged` and `person_wanted`. Raises NotFound, IllegalMove.
    """
    order = lock_order(session, order_id)
    if order.state not in MAY_BE_URGED or order.awaits_group:
        raise IllegalMove(f"订单{state_name(order)}，不用催发货")
    last = last_urge(session, order)
    if last is not None and now < last.at + AGAIN_AFTER:
        return Urged(last.at, is_new=False)
    session.add(OrderUrge(order_id=order_id, actor=actor, at=now))
    announce_about(session, "order_urged", order, now)
    announce_about(session, "person_wanted", order, now, reason="order_urged")
    session.flush()
    return Urged(now, is_new=True)


def last_urge(session: Session, order: Order) -> OrderUrge | None:
    """When the order was last urged, or None."""
    statement = select(OrderUrge).where(OrderUrge.order_id == id_of(order))
    return session.exec(statement.order_by(col(OrderUrge.id).desc()).limit(1)).first()
