"""Why it costs what it costs: the cart, or an order of the customer's own, step by step."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from bot import texts
from bot.handlers.aftersale_draft import draft_of
from bot.handlers.answers import plain
from bot.handlers.cart_sums import price_cart
from bot.handlers.explaining_words import (
    ASKS_FOR_STEPS,
    ASKS_HOW,
    ASKS_HOW_SO_MUCH,
    ASKS_WHY,
    ASKS_WHY_LESS,
    BACK_IS_PAID,
    CART_ENDING,
    MAY_ASK,
    NOTHING_OF_THAT_AMOUNT,
    NOTHING_TO_EXPLAIN,
    order_in_words,
    quote_in_words,
)
from bot.handlers.goods_names import names
from bot.handlers.order_choice import in_view, names_order, order_meant, show
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.errors import InvalidInput
from commerce.money import yuan
from commerce.ordering import cart, orders
from commerce.ordering.cart import CartView
from commerce.ordering.tables import Order
from nlu.extractors.amounts import find_amounts
from nlu.normalise import normalise
from nlu.text import fold

router = Router()

LONGEST_REQUEST: Final = 40
"""Characters; whoever writes more wants something else beside."""
CONFIRMS_REFUND: Final = "aftersale_confirm"
"""The question that reads a request for money back to the customer."""
RECENT: Final = 5
"""So many of the last orders are looked through for an amount."""


@router.anywhere
def hear_why(turn: Turn) -> Sequence[Reply] | None:
    """怎么算的, 为什么是87.3; None for whatever else is said, and for the price of one product."""
    if len(turn.text) > LONGEST_REQUEST or not MAY_ASK.search(turn.text) or names(turn):
        return None
    words = _words(turn)
    if turn.asked == CONFIRMS_REFUND and ASKS_WHY_LESS.fullmatch(words):
        return _explain_refund(turn)
    asked = next(
        (found for each in _QUESTIONS if (found := each.fullmatch(words)) is not None), None
    )
    if asked is None:
        return None
    amount = _fen(asked.groupdict().get("amount"))
    if names_order(turn):
        order = order_meant(turn)
        return [Text(texts.ORDER_NOT_FOUND)] if order is None else explain_order(turn, order)
    if amount is None:
        return _explain_what_is_there(turn)
    return _explain_amount(turn, amount)


def explain_cart(turn: Turn, view: CartView, before: str = "") -> Sequence[Reply]:
    """The cart's lines and steps, after some words."""
    try:
        priced = price_cart(turn, view.lines)
        told = quote_in_words(priced, CART_ENDING)
    except InvalidInput as error:
        return [Text(texts.short(str(error), texts.LONGEST_ERROR))]
    return [Text(f"{before}\n{told}" if before else told)]


def explain_order(turn: Turn, order: Order, before: str = "") -> Sequence[Reply]:
    """An order's lines and steps, after some words."""
    show(turn, [order])
    told = order_in_words(order, orders.list_lines(turn.session, order))
    return [Text(f"{before}\n{told}" if before else told)]


def _explain_what_is_there(turn: Turn, before: str = "") -> Sequence[Reply]:
    """The one order that is in view, or the cart, or the last order."""
    seen = in_view(turn)
    if seen is not None and not before:
        return explain_order(turn, seen)
    view = cart.view(turn.session, turn.customer_id)
    if view.lines:
        return explain_cart(turn, view, before)
    last = orders.list_orders(turn.session, turn.customer_id, limit=1)
    if last:
        return explain_order(turn, last[0], before)
    return [Text(before or NOTHING_TO_EXPLAIN)]


def _explain_refund(turn: Turn) -> Sequence[Reply] | None:
    """Why less comes back than the label says; the request stays open, and is asked for again."""
    number = draft_of(turn).order_no
    order = orders.find_order(turn.session, turn.customer_id, number)
    if order is None:
        return None
    [told, *_] = explain_order(turn, order, BACK_IS_PAID)
    question = turn.keep_question()
    return [told, Text(question)] if question else [told]


def _explain_amount(turn: Turn, amount: int) -> Sequence[Reply] | None:
    """The cart or the order of this amount; when there is none, that, and what there is."""
    seen = in_view(turn)
    if seen is not None and amount == seen.payable:
        return explain_order(turn, seen)
    view = cart.view(turn.session, turn.customer_id)
    parts = {view.total, _payable(turn, view), *(line.total for line in view.lines)}
    parts |= {line.price for line in view.lines}
    if view.lines and amount in parts:
        return explain_cart(turn, view)
    recent = orders.list_orders(turn.session, turn.customer_id, limit=RECENT)
    for order in recent:
        if amount == order.payable:
            return explain_order(turn, order)
    if amount in _prices_shown(turn):
        return None  # The price on a label is no sum.
    return _explain_what_is_there(turn, NOTHING_OF_THAT_AMOUNT.format(amount=yuan(amount)))


def _payable(turn: Turn, view: CartView) -> int:
    """The sum with discounts and freight, as the cart and the checkout card tell it."""
    try:
        return price_cart(turn, view.lines).payable
    except InvalidInput:
        return view.total


def _prices_shown(turn: Turn) -> set[int]:
    memory = turn.memory
    shown = [*memory.shown, *([memory.focus] if memory.focus else [])]
    return {
        variant.price
        for product in queries.list_products(turn.session, shown)
        for variant in product.variants
    }


def _words(turn: Turn) -> str:
    """The words without marks and without what names an order; sums of money in digits."""
    text = fold(turn.text)
    written = [
        (each.start, each.end, "")
        for each in normalise(turn.text)
        if each.entity in ("order_no", "ordinal")
    ]
    written += [
        (each.start, each.end, str(each.low))
        for each in find_amounts(text)
        if each.has_currency and not each.is_loose
    ]
    for start, end, instead in sorted(written, reverse=True):
        text = text[:start] + instead + text[end:]
    return plain(re.sub(r"(?<=\d)\.(?=\d)", _POINT, text)).replace(_POINT, ".")


def _fen(amount: str | None) -> int | None:
    return None if amount is None else int(Decimal(amount) * 100)


_POINT: Final = "\0"
_QUESTIONS: Final = (ASKS_HOW, ASKS_HOW_SO_MUCH, ASKS_WHY, ASKS_FOR_STEPS)
