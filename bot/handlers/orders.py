"""The customer's own orders: where they are, urging them on, and cancelling."""

import re
from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers import aftersale
from bot.handlers.aftersale_draft import BEFORE_DISPATCH, Draft
from bot.handlers.aftersale_words import reason_in
from bot.handlers.answers import is_unsure, is_yes
from bot.handlers.cart_changes import drops_it, update_cart
from bot.handlers.knowledge import known_answer
from bot.handlers.order_choice import (
    RECENT,
    ask_to_cancel_unpaid,
    in_view,
    names_order,
    order_answered,
    order_meant,
    show,
)
from bot.handlers.order_words import (
    CANCEL_PAID,
    NOT_SENT_YET,
    NOT_TO_URGE,
    NOTHING_TO_URGE,
    URGED,
    URGED_BEFORE,
    WHICH_TO_URGE,
    card_of,
    clock_time,
    moment_in_words,
    order_in_words,
    orders_in_words,
)
from bot.handlers.picking import at_positions, bare_positions
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.aftersale.tables import Reason
from commerce.aftersale.urging import MAY_BE_URGED, urge
from commerce.errors import IllegalMove, NotFound
from commerce.inserting import id_of
from commerce.ordering import orders
from commerce.ordering.states import STATE_NAMES
from commerce.ordering.tables import Order, OrderState
from commerce.payments import closing
from nlu.understanding import Intent

router = Router()

CANCEL_WORDS: Final = re.compile(r"取消|退单|撤单|不要了")
URGE_WORDS: Final = re.compile(
    r"催|(?:快|赶紧|赶快|尽快|抓紧|抓点紧|麻溜|赶忙).{0,4}(?:发(?!票)|安排|出库)|发.{0,2}快[点些]"
    r"|(?:怎么|咋|为什么|为啥|还|都.{0,4})(?:还|一直)?[没不](?:有|给我?)?(?:发(?!票)|出库)"
)


@router.intent(Intent.ORDER_STATUS)
def tell_status(turn: Turn) -> Sequence[Reply]:
    """One order by its number or position, or the latest few. Others' numbers are not found."""
    if URGE_WORDS.search(turn.text):
        return _urge_one(turn)
    return _tell_about(turn)


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
    """Cancel only after the customer confirmed which order; a paid one becomes a request."""
    if drops_it(turn):
        return update_cart(turn)  # 不要了 of what was just put in is no order's business.
    if turn.understanding.first("order_no") or turn.understanding.ordinals:
        order = order_meant(turn)
        return [Text(texts.ORDER_NOT_FOUND)] if order is None else _confirm(turn, order)
    seen = in_view(turn)
    if seen is not None and seen.state in (OrderState.UNPAID, *BEFORE_DISPATCH):
        return _confirm(turn, seen)
    states = [OrderState.UNPAID]
    unpaid = orders.list_orders(turn.session, turn.customer_id, states=states)
    if len(unpaid) > 1:
        return _ask_which(turn, unpaid, "which_to_cancel", texts.WHICH_TO_CANCEL)
    if unpaid:
        return _confirm(turn, unpaid[0])
    paid = orders.list_orders(turn.session, turn.customer_id, states=BEFORE_DISPATCH)
    if len(paid) > 1:
        return _ask_which(turn, paid, "which_to_cancel", CANCEL_PAID)
    return _confirm(turn, paid[0]) if paid else [Text(texts.NOTHING_TO_CANCEL)]


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


@router.step("which_to_urge", lasting=True)
def hear_which_to_urge(turn: Turn) -> Sequence[Reply] | None:
    """The answer to which of several orders is to be urged."""
    order = order_answered(turn)
    if order is None:
        return [Text(texts.NOTHING_ASKED_NO)] if is_yes(turn) is False else None
    return _urge(turn, order)


def _urge_one(turn: Turn) -> Sequence[Reply]:
    """Urge the order that is named, in view, or the only one that waits to be sent."""
    if names_order(turn):
        order = order_meant(turn)
        return [Text(texts.ORDER_NOT_FOUND)] if order is None else _urge(turn, order)
    seen = in_view(turn)
    if seen is not None and seen.state in MAY_BE_URGED:
        return _urge(turn, seen)
    waiting = orders.list_orders(turn.session, turn.customer_id, states=MAY_BE_URGED)
    if len(waiting) > 1:
        return _ask_which(turn, waiting, "which_to_urge", WHICH_TO_URGE)
    return _urge(turn, waiting[0]) if waiting else _nothing_to_urge(turn)


def _urge(turn: Turn, order: Order) -> Sequence[Reply]:
    show(turn, [order])
    if order.awaits_group:
        return [Text(NOT_SENT_YET), *_tell(turn, order)]
    if order.state not in MAY_BE_URGED or order.pickup_store_id is not None:
        return [Text(NOT_TO_URGE), *_tell(turn, order)]
    actor = f"customer:{turn.customer_id}"
    try:
        urged = urge(turn.session, id_of(order), actor=actor, now=turn.now)
    except IllegalMove:  # It was sent in this moment.
        return [Text(NOT_TO_URGE), *_tell(turn, order)]
    words = (URGED if urged.is_new else URGED_BEFORE).format(
        order_no=order.order_no,
        state=STATE_NAMES[OrderState(order.state)],
        paid_at=moment_in_words(order.paid_at or order.created_at),
        at=moment_in_words(urged.at),
    )
    return [Text(words)]


def _nothing_to_urge(turn: Turn) -> Sequence[Reply]:
    told = _tell_about(turn)
    has_orders = turn.memory.in_view == "orders" and turn.memory.orders
    return [Text(NOTHING_TO_URGE), *told] if has_orders else told


def _tell_about(turn: Turn) -> Sequence[Reply]:
    if turn.understanding.first("order_no") or turn.understanding.ordinals:
        order = order_meant(turn)
        return [Text(texts.ORDER_NOT_FOUND)] if order is None else _tell(turn, order)
    found = orders.list_orders(turn.session, turn.customer_id, limit=RECENT + 1)
    if not found:
        return known_answer(turn) or [Text(texts.ORDERS_NONE)]
    if len(found) == 1:
        return _tell(turn, found[0])
    shown = found[:RECENT]
    show(turn, shown)
    ending = texts.ORDERS_EARLIER if len(found) > RECENT else ""
    return [Text(orders_in_words(turn, shown, ending))]


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
    """Ask before an order is cancelled; once paid, before money back is asked for."""
    match order.state:
        case OrderState.CLOSED:
            return [Text(texts.CLOSED_ALREADY.format(order_no=order.order_no))]
        case OrderState.UNPAID:
            return [ask_to_cancel_unpaid(turn, order)]
        case OrderState.PAID | OrderState.PACKED:
            draft = Draft(said=turn.text, is_all=True, wants_money=True)
            draft.reason = reason_in(turn.text) or Reason.UNWANTED
            return aftersale.begin(turn, draft, order)
    state = STATE_NAMES[OrderState(order.state)]
    return [Text(texts.PAID_CANNOT_CANCEL.format(order_no=order.order_no, state=state))]


def _ask_which(turn: Turn, found: Sequence[Order], step: str, words: str) -> Sequence[Reply]:
    shown = found[:RECENT]
    show(turn, shown)
    question = turn.ask(step, words.format(count=len(found)))
    return [Text(orders_in_words(turn, shown, question.content))]


def _tell(turn: Turn, order: Order) -> Sequence[Reply]:
    """One order; with the card to pay it while it waits for that."""
    show(turn, [order])
    words = Text(order_in_words(turn, order))
    return [words, card_of(turn, order)] if order.state == OrderState.UNPAID else [words]


def _is_plain_cancel(text: str) -> bool:
    """取消吧, 确认取消: a yes in the words of the question."""
    return (
        re.fullmatch(
            r"(?:确认|确定|就|帮我|给我|请|是的?|对)*取消(?:吧|掉|了吧|订单|它|这单|啊)*[。！!.]*",
            text,
        )
        is not None
    )
