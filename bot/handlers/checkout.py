"""From the cart to a card that opens checkout in the mini-program."""

import re
from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers.cart_sums import price_cart
from bot.handlers.order_words import card_of
from bot.messages import Card, Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.errors import InvalidInput
from commerce.ordering import cart, orders
from commerce.ordering.cart import CartView
from commerce.ordering.tables import OrderState
from miniprogram_cards.cards import checkout_card
from nlu.understanding import Intent

router = Router()

HOW_WORDS: Final = re.compile(r"怎么|如何|咋|能用|支持|方式")


@router.intent(Intent.CHECKOUT)
def check_out(turn: Turn) -> Sequence[Reply]:
    """Send the checkout card. The order is made there, where the price is shown and confirmed.

    With an empty cart it is the card of an order that still has to be paid, if there is one.
    """
    view = cart.view(turn.session, turn.customer_id)
    if not view.lines:
        return _unpaid_order(turn)
    token = turn.shop.cart_tokens.issue(
        customer_id=turn.customer_id,
        conversation_id=turn.conversation_id,
        lines=view.wanted(),
        source=turn.source,
        now=turn.now,
    )
    card = checkout_card(view, token, turn.source, _payable(turn, view))
    return [Card(card.title, card.path, card.picture), *_left_out(turn)]


def _payable(turn: Turn, view: CartView) -> int:
    try:
        return price_cart(turn, view.lines).payable
    except InvalidInput:
        return view.total  # More than one order may cost: the mini-program says so.


def _left_out(turn: Turn) -> Sequence[Reply]:
    """What was still being chosen is not in the cart, and the customer is told so."""
    wanted = turn.memory.question.get("product") if turn.asked == "variant" else None
    product = queries.find_product(turn.session, int(wanted)) if wanted else None
    if product is None or turn.memory.question.get("line"):
        return []
    return [Text(texts.LEFT_OUT.format(title=texts.brief(product.title)))]


def _unpaid_order(turn: Turn) -> Sequence[Reply]:
    states = [OrderState.UNPAID]
    unpaid = orders.list_orders(turn.session, turn.customer_id, states=states, limit=1)
    if not unpaid:
        return [Text(texts.PAYMENT if HOW_WORDS.search(turn.text) else texts.CART_EMPTY)]
    return [Text(texts.PAY_WAITING), card_of(turn, unpaid[0])]
