"""Which of their orders a customer means; nobody else's is ever found."""

from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers.picking import at_positions, bare_positions
from bot.messages import Text
from bot.turn import Turn
from commerce.money import yuan
from commerce.ordering import orders
from commerce.ordering.tables import Order

RECENT: Final = 3


def names_order(turn: Turn) -> bool:
    """Whether the message itself says which order."""
    said = turn.understanding
    return bool(said.first("order_no") or (said.ordinals and turn.memory.in_view == "orders"))


def order_meant(turn: Turn) -> Order | None:
    """The customer's own order of that number, or at that position of those shown."""
    order_no = turn.understanding.first("order_no")
    if order_no is None:
        shown = at_positions(turn.understanding.ordinals, turn.memory.orders)
        if shown is None:
            return None
        order_no = shown[0]
    return orders.find_order(turn.session, turn.customer_id, str(order_no))


def order_answered(turn: Turn) -> Order | None:
    """The order that an answer to 第几笔 points at, or names; None when it does neither."""
    number = turn.understanding.first("order_no")
    chosen = at_positions(bare_positions(turn) or turn.understanding.ordinals, turn.memory.orders)
    if number is None and chosen is None:
        return None
    order_no = str(number) if number is not None else (chosen or [""])[0]
    return orders.find_order(turn.session, turn.customer_id, order_no)


def in_view(turn: Turn) -> Order | None:
    """The one order that the customer was just shown, if it was one."""
    if turn.memory.in_view != "orders" or not turn.memory.order_no:
        return None
    return orders.find_order(turn.session, turn.customer_id, turn.memory.order_no)


def show(turn: Turn, shown: Sequence[Order]) -> None:
    """Note what stands before the customer: positions mean these orders from now on.

    One of those listed leaves the list as it is: 第一个 is still the first of it.
    """
    memory, numbers = turn.memory, [order.order_no for order in shown]
    memory.order_no = numbers[0] if len(numbers) == 1 else ""
    if not (memory.in_view == "orders" and memory.order_no in memory.orders):
        memory.orders = numbers
    memory.in_view = "orders"


def ask_to_cancel_unpaid(turn: Turn, order: Order) -> Text:
    """Ask before an order that is not paid is cancelled."""
    words = texts.ASK_CANCEL.format(order_no=order.order_no, payable=yuan(order.payable))
    return turn.ask("cancel_order", words, order_no=order.order_no)
