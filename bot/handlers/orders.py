"""The customer's own orders: where they are, and cancelling those not paid yet."""

import re
from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers.answers import is_unsure, is_yes
from bot.handlers.cart_changes import drops_it, update_cart
from bot.handlers.order_words import card_of, clock_time, order_in_words, orders_in_words
from bot.handlers.picking import at_positions, bare_positions
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.errors import IllegalMove, NotFound
from commerce.money import yuan
from commerce.ordering import orders
from commerce.ordering.states import STATE_NAMES
from commerce.ordering.tables import Order, OrderState
from commerce.payments import closing
from nlu.understanding import Intent

router = Router()

RECENT: Final = 3
CANCEL_WORDS: Final = re.compile(r"取消|退单|撤单|不要了")


@router.intent(Intent.ORDER_STATUS, Intent.TRACK_SHIPMENT)
def tell_status(turn: Turn) -> Sequence[Reply]:
    """One order by its number or position, or the latest few. Others' numbers are not found."""
    if turn.understanding.first("order_no") or turn.understanding.ordinals:
        order = _order_meant(turn)
        return [Text(texts.ORDER_NOT_FOUND)] if order is None else _tell(turn, order)
    found = orders.list_orders(turn.session, turn.customer_id, limit=RECENT + 1)
    if not found:
        return [Text(texts.ORDERS_NONE)]
    if len(found) == 1:
        return _tell(turn, found[0])
    shown = found[:RECENT]
    _show(turn, shown)
    ending = texts.ORDERS_EARLIER if len(found) > RECENT else ""
    return [Text(orders_in_words(turn, shown, ending))]


@router.view("orders")
def hear_about_orders(turn: Turn) -> Sequence[Reply] | None:
    """While orders are in view, a bare position asks for one of them."""
    if drops_it(turn):
        return update_cart(turn)
    chosen = at_positions(bare_positions(turn), turn.memory.orders)
    if not chosen:
        return None
    order = orders.find_order(turn.session, turn.customer_id, chosen[0])
    return None if order is None else _tell(turn, order)


@router.intent(Intent.CANCEL_ORDER)
def ask_to_cancel(turn: Turn) -> Sequence[Reply]:
    """Cancel only after the customer confirmed which order."""
    if drops_it(turn):
        return update_cart(turn)  # 不要了 of what was just put in is no order's business.
    if turn.understanding.first("order_no") or turn.understanding.ordinals:
        order = _order_meant(turn)
        return [Text(texts.ORDER_NOT_FOUND)] if order is None else _confirm(turn, order)
    states = [OrderState.UNPAID]
    unpaid = orders.list_orders(turn.session, turn.customer_id, states=states)
    if len(unpaid) > 1:
        shown = unpaid[:RECENT]
        _show(turn, shown)
        question = texts.WHICH_TO_CANCEL.format(count=len(unpaid))
        listed = orders_in_words(turn, shown)
        turn.ask("which_to_cancel", question)
        return [Text(f"{listed}\n{question}")]
    return _confirm(turn, unpaid[0]) if unpaid else [Text(texts.NOTHING_TO_CANCEL)]


@router.step("which_to_cancel")
def hear_which_to_cancel(turn: Turn) -> Sequence[Reply] | None:
    """The answer to which of several orders; it is asked once more before it is cancelled."""
    positions = bare_positions(turn) or (
        turn.understanding.ordinals if CANCEL_WORDS.search(turn.text) else []
    )
    chosen = at_positions(positions, turn.memory.orders)
    if chosen is None:
        return [Text(texts.NOTHING_ASKED_NO)] if is_yes(turn) is False else None
    order = orders.find_order(turn.session, turn.customer_id, chosen[0])
    return None if order is None else _confirm(turn, order)


@router.step("cancel_order")
def hear_cancel(turn: Turn) -> Sequence[Reply] | None:
    """Yes cancels; WeChat Pay is closed first if the customer had begun to pay."""
    order_no = str(turn.memory.question["order_no"])
    order = orders.find_order(turn.session, turn.customer_id, order_no)
    if order is None:
        return [Text(texts.ORDER_NOT_FOUND)]
    answer = is_yes(turn)
    said_again = turn.understanding.intent == Intent.CANCEL_ORDER or is_unsure(turn)
    if answer is None and said_again and turn.understanding.first("order_no") is None:
        return _cancel(turn, order_no) if _is_plain_cancel(turn.text) else _confirm(turn, order)
    if answer is None:
        return None
    if answer:
        return _cancel(turn, order_no)
    until = clock_time(order.expires_at)
    return [Text(texts.CANCEL_KEPT.format(order_no=order_no, until=until))]


def _cancel(turn: Turn, order_no: str) -> Sequence[Reply]:
    try:
        order = closing.cancel_order(turn.session, turn.customer_id, order_no, turn.now)
    except NotFound:
        return [Text(texts.ORDER_NOT_FOUND)]
    except IllegalMove:
        return _confirm(turn, orders.get_order(turn.session, turn.customer_id, order_no))
    if order.state == OrderState.CLOSED:
        return []  # The order's closing is told to the customer like any other.
    return [Text(texts.CANCEL_UNDER_WAY.format(order_no=order_no))]


def _confirm(turn: Turn, order: Order) -> Sequence[Reply]:
    """Ask before an order is cancelled; say so when it cannot be."""
    if order.state == OrderState.CLOSED:
        return [Text(texts.CLOSED_ALREADY.format(order_no=order.order_no))]
    if order.state != OrderState.UNPAID:
        state = STATE_NAMES[OrderState(order.state)]
        return [Text(texts.PAID_CANNOT_CANCEL.format(order_no=order.order_no, state=state))]
    words = texts.ASK_CANCEL.format(order_no=order.order_no, payable=yuan(order.payable))
    return [turn.ask("cancel_order", words, order_no=order.order_no)]


def _order_meant(turn: Turn) -> Order | None:
    """The customer's own order of that number, or at that position of those shown."""
    order_no = turn.understanding.first("order_no")
    if order_no is None:
        shown = at_positions(turn.understanding.ordinals, turn.memory.orders)
        if shown is None:
            return None
        order_no = shown[0]
    return orders.find_order(turn.session, turn.customer_id, str(order_no))


def _tell(turn: Turn, order: Order) -> Sequence[Reply]:
    """One order; with the card to pay it while it waits for that."""
    _show(turn, [order])
    words = Text(order_in_words(turn, order))
    return [words, card_of(turn, order)] if order.state == OrderState.UNPAID else [words]


def _show(turn: Turn, shown: Sequence[Order]) -> None:
    turn.memory.orders = [order.order_no for order in shown]
    turn.memory.in_view = "orders"


def _is_plain_cancel(text: str) -> bool:
    """取消吧, 确认取消: a yes in the words of the question."""
    return (
        re.fullmatch(
            r"(?:确认|确定|就|帮我|给我|请|是的?|对)*取消(?:吧|掉|了吧|订单|它|这单|啊)*[。！!.]*",
            text,
        )
        is not None
    )
