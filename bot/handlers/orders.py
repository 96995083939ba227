"""The customer's own orders: where they are, and cancelling those not paid yet."""

from collections.abc import Sequence

from bot import texts
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.errors import IllegalMove, NotFound
from commerce.money import yuan
from commerce.ordering import orders
from commerce.ordering.tables import Order, OrderState
from commerce.payments import closing
from nlu.understanding import Intent

router = Router()

RECENT = 3


@router.intent(Intent.ORDER_STATUS, Intent.TRACK_SHIPMENT)
def tell_status(turn: Turn) -> Sequence[Reply]:
    """One order by its number, or the latest few. Others' numbers are not found."""
    order_no = turn.understanding.first("order_no")
    try:
        found: Sequence[Order] = (
            [orders.get_order(turn.session, turn.customer_id, str(order_no))]
            if order_no
            else orders.list_orders(turn.session, turn.customer_id, limit=RECENT)
        )
    except NotFound:
        return [Text(texts.ORDER_NOT_FOUND)]
    if not found:
        return [Text(texts.ORDERS_NONE)]
    return [Text("\n\n".join(in_words(turn, order) for order in found))]


@router.intent(Intent.CANCEL_ORDER)
def ask_to_cancel(turn: Turn) -> Sequence[Reply]:
    """Cancel only after the customer confirmed which order."""
    order_no = turn.understanding.first("order_no")
    recent = orders.list_orders(turn.session, turn.customer_id)
    if order_no:
        chosen = next((order for order in recent if order.order_no == order_no), None)
        if chosen is None:
            return [Text(texts.ORDER_NOT_FOUND)]
    else:
        chosen = next((order for order in recent if order.state == OrderState.UNPAID), None)
        if chosen is None:
            return [Text(texts.NOTHING_TO_CANCEL)]
    if chosen.state != OrderState.UNPAID:
        state = texts.STATES[chosen.state]
        return [Text(texts.PAID_CANNOT_CANCEL.format(order_no=chosen.order_no, state=state))]
    turn.step = "cancel_order"
    turn.memory.question = {"order_no": chosen.order_no}
    return [Text(texts.ASK_CANCEL.format(order_no=chosen.order_no, payable=yuan(chosen.payable)))]


@router.step("cancel_order")
def hear_cancel(turn: Turn) -> Sequence[Reply] | None:
    """Yes cancels; WeChat Pay is closed first if the customer had begun to pay."""
    order_no = str(turn.memory.question.get("order_no", ""))
    if turn.understanding.intent == Intent.DENY:
        return [Text(texts.CANCEL_KEPT.format(order_no=order_no))]
    if turn.understanding.intent not in (Intent.AFFIRM, Intent.CANCEL_ORDER):
        return None
    try:
        order = closing.cancel_order(turn.session, turn.customer_id, order_no, turn.now)
    except IllegalMove:
        order = orders.get_order(turn.session, turn.customer_id, order_no)
        state = texts.STATES[order.state]
        return [Text(texts.PAID_CANNOT_CANCEL.format(order_no=order_no, state=state))]
    if order.state == OrderState.CLOSED:
        return []  # The order's closing is told to the customer like any other.
    return [Text(texts.CANCEL_UNDER_WAY.format(order_no=order_no))]


def in_words(turn: Turn, order: Order) -> str:
    """An order on three lines."""
    lines = orders.list_lines(turn.session, order)
    goods = "、".join(f"{line.title}×{line.quantity}" for line in lines)
    state = texts.STATES[order.state]
    return f"订单 {order.order_no}\n{goods}\n{yuan(order.payable)} · {state}"
