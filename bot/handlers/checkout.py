"""From the cart to a card that opens checkout in the mini-program."""

from collections.abc import Sequence

from bot import texts
from bot.messages import Card, Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.ordering import cart
from miniprogram_cards.cards import checkout_card
from nlu.understanding import Intent

router = Router()


@router.intent(Intent.CHECKOUT)
def check_out(turn: Turn) -> Sequence[Reply]:
    """Send the checkout card. The order is made there, where the price is shown and confirmed."""
    view = cart.view(turn.session, turn.customer_id)
    if not view.lines:
        return [Text(texts.CART_EMPTY)]
    token = turn.shop.cart_tokens.issue(
        customer_id=turn.customer_id,
        conversation_id=turn.conversation_id,
        lines=view.wanted(),
        source=turn.source,
        now=turn.now,
    )
    card = checkout_card(view, token, turn.source)
    return [Card(card.title, card.path, card.picture)]
