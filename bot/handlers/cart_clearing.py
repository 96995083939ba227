"""Emptying the cart by chat: never without a yes."""

import re
from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers.answers import is_unsure, is_yes, plain
from bot.handlers.cart_words import show_cart_page
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.ordering import cart
from commerce.ordering.cart import CartView

router = Router()

CLEAR_WORDS: Final = re.compile(
    r"清空|清掉|清一下|^清(?:除|理)?购物车|(?:全部?|所有)(?:的)?(?:东西|商品)?(?:都)?(?:删|不要|去掉)|都(?:删|不要)|一个都不要"
)
REFUSE_ALL: Final = re.compile(
    r"(?:我)?(?:这些|它们)?(?:全部?|都|一个都)+(?:不要|不想要|不买|删)(?:了|掉)?(?:吧)?"
)


@router.step("clear_cart")
def hear_clear(turn: Turn) -> Sequence[Reply] | None:
    """Yes empties the cart, no keeps it; anything else is something else."""
    match is_yes(turn):
        case True:
            cart.clear(turn.session, turn.customer_id, turn.now)
            turn.memory.cart, turn.memory.variant = [], None
            return [Text(texts.CART_CLEARED)]
        case False:
            return [Text(texts.CART_KEPT)]
    if CLEAR_WORDS.search(turn.text) or is_unsure(turn):
        return ask_to_clear(turn, cart.view(turn.session, turn.customer_id))
    # 取消 to "shall I empty it?" keeps the cart; it is no wish to cancel an order.
    return [Text(texts.CART_KEPT)] if plain(turn.text) in ("取消", "取消吧") else None


def ask_to_clear(turn: Turn, view: CartView) -> Sequence[Reply]:
    """Nothing is emptied without a yes."""
    if not view.lines:
        return show_cart_page(turn, view)
    return [turn.ask("clear_cart", texts.ASK_CLEAR.format(count=view.pieces))]
