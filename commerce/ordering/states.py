"""The life of an order: which moves are legal, and the one way to make them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select, update

from commerce.errors import IllegalMove, NotFound
from commerce.events import announce
from commerce.inserting import id_of
from commerce.ordering.tables import Order, OrderMove, OrderState

LEGAL_MOVES: Final[dict[OrderState, frozenset[OrderState]]] = {
    OrderState.UNPAID: frozenset({OrderState.PAID, OrderState.CLOSED}),
    OrderState.PAID: frozenset({OrderState.PACKED, OrderState.SHIPPED, OrderState.CLOSED}),
    OrderState.PACKED: frozenset({OrderState.SHIPPED, OrderState.CLOSED}),
    OrderState.SHIPPED: frozenset({OrderState.RECEIVED}),
    OrderState.RECEIVED: frozenset({OrderState.FINISHED}),
    OrderState.FINISHED: frozenset(),
    OrderState.CLOSED: frozenset(),
}
"""From each state, the states an order may move to. Everything else is refused."""

AWAITS_PICKUP: Final = (OrderState.PAID, OrderState.PACKED)
"""States in which an order that is fetched waits for its customer: it is never shipped, and goes
from here to `received`."""

STATE_NAMES: Final[dict[OrderState, str]] = {
    OrderState.UNPAID: "待付款",
    OrderState.PAID: "待发货",
    OrderState.PACKED: "已打包",
    OrderState.SHIPPED: "已发货",
    OrderState.RECEIVED: "已收货",
    OrderState.FINISHED: "已完成",
    OrderState.CLOSED: "已关闭",
}
"""As customers read them."""


AWAITS_GROUP: Final = "待成团"
"""As customers read it of an order that is paid, in a group that may still fail."""


def state_name(order: Order) -> str:
    """Where an order is, as its customer reads it: one that is fetched waits for no dispatch."""
    state = OrderState(order.state)
    if order.awaits_group and state == OrderState.PAID:
        return AWAITS_GROUP
    if order.pickup_store_id is not None and state in AWAITS_PICKUP:
        return "待自提"
    return STATE_NAMES[state]


def lock_order(session: Session, order_id: int) -> Order:
    """The order as it is now; nobody else changes it or its payments until the transaction ends.

    Whatever moves an order or its money takes this lock first. Raises NotFound.
    """
    statement = (
        select(Order)
        .where(Order.id == order_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    order = session.exec(statement).first()
    if order is None:
        raise NotFound("没有这笔订单", order_id=order_id)
    return order


def move(
    session: Session,
    order_id: int,
    to: OrderState,
    *,
    actor: str,
    reason: str,
    now: datetime,
    from_states: Iterable[OrderState] | None = None,
) -> Order:
    """Move an order on, write its history and announce `order_<state>`. Raises IllegalMove.

    `from_states` narrows the states it may come from; it cannot widen LEGAL_MOVES.
    """
    order = lock_order(session, order_id)
    state = OrderState(order.state)
    allowed = set(OrderState if from_states is None else from_states)
    if state not in allowed or not _is_legal(order, state, to):
        raise _refusal(order, to)
    guarded = (
        update(Order).where(col(Order.id) == order_id, col(Order.state) == state).values(state=to)
    )
    if session.exec(guarded).rowcount != 1:
        raise _refusal(order, to)
    record_move(session, order, state, to, actor=actor, reason=reason, now=now)
    announce_about(session, f"order_{to}", order, now, from_state=state, actor=actor, reason=reason)
    return order


def record_move(
    session: Session,
    order: Order,
    from_state: OrderState | None,
    to: OrderState,
    *,
    actor: str,
    reason: str,
    now: datetime,
) -> None:
    """Write a line of the order's history."""
    session.add(
        OrderMove(
            order_id=id_of(order),
            from_state=from_state,
            to_state=to,
            actor=actor,
            reason=reason,
            at=now,
        )
    )


def announce_about(session: Session, kind: str, order: Order, now: datetime, **more: Any) -> None:
    """Announce an event about an order: its id, number, customer, conversation and `payable`."""
    announce(
        session,
        kind,
        now=now,
        order_id=order.id,
        order_no=order.order_no,
        customer_id=order.customer_id,
        conversation_id=order.conversation_id,
        payable=order.payable,
        **more,
    )


def _is_legal(order: Order, state: OrderState, to: OrderState) -> bool:
    if order.awaits_group and to != OrderState.CLOSED:
        return False  # Nothing leaves the shop for a group that may still fail.
    if order.pickup_store_id is not None and state in AWAITS_PICKUP:
        at_counter = (LEGAL_MOVES[state] | {OrderState.RECEIVED}) - {OrderState.SHIPPED}
        return to in at_counter
    return to in LEGAL_MOVES[state]


def _refusal(order: Order, to: OrderState) -> IllegalMove:
    return IllegalMove(
        f"订单{state_name(order)}，不能改为{STATE_NAMES[to]}", state=order.state, wanted=to
    )
