"""What sending the cart costs, or an order just spoken of; and 那寄上海呢 after another place."""

import re
from collections.abc import Sequence
from typing import Final

from bot.handlers.answers import plain
from bot.handlers.cart_sums import freight_in_words, price_cart
from bot.handlers.live_freight import LiveFreight
from bot.handlers.order_choice import in_view
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.errors import InvalidInput
from commerce.money import yuan
from commerce.ordering import cart

router = Router()

LONGEST_QUESTION: Final = 24
"""Characters; whoever writes more wants something of their own."""
OF_CART: Final = "购物车里的{freight}。"
OF_ORDER: Final = "订单 {order_no} 的运费是 {freight}。"
ORDER_FREE: Final = "订单 {order_no} 包邮，没收运费。"
ASKS_OF_ONES_OWN: Final = re.compile(
    r"(?:再|还|差|得)(?:要|买|凑|加|差)*(?:多少|几).{0,6}(?:包邮|免邮|免运费)"
    r"|(?:这下|现在|这样|已经|够).{0,4}(?:包邮|免邮|免.?运费|没.?运费|不[要用收].?运费)"
    r"|(?:运费|邮费)(?:没收|收了|要不要|收不收|怎么|咋|为什么|为啥|多少|是多少)"
    r"|(?:怎么|咋|为什么|为啥)(?:还|又|多)?.{0,4}(?:运费|邮费)"
)
_OF_OTHERS: Final = re.compile(r"[这那][个款种]|它|退|换货|补|合并|一起|分开|[寄发送到]")
_AND_THERE: Final = re.compile(
    r"(?:行吧|好吧|那么?|哦|噢|嗯|好|要是|如果)*(?:寄到?|发到?|送到?|邮到?|到).{2,8}(?:呢|要多少|多少钱)"
)


@router.anywhere
def hear_of_freight(turn: Turn) -> Sequence[Reply] | None:
    """A question about the freight of what the customer is buying, or of another place."""
    said = plain(turn.text)
    if len(said) > LONGEST_QUESTION:
        return None
    if _AND_THERE.fullmatch(said):
        return _tell_there(turn)
    if ASKS_OF_ONES_OWN.search(said) and not _OF_OTHERS.search(said):
        return _tell_own(turn)
    return None


def _tell_own(turn: Turn) -> Sequence[Reply] | None:
    """Of the order in view, else of the cart; None when there is neither."""
    order = in_view(turn)
    if order is not None:
        sentence = OF_ORDER if order.freight else ORDER_FREE
        told = sentence.format(order_no=order.order_no, freight=yuan(order.freight))
        return [Text(told)]
    lines = cart.view(turn.session, turn.customer_id).lines
    if not lines:
        return None
    try:
        priced = price_cart(turn, lines)
    except InvalidInput:
        return None  # More than one order may cost: it has to be divided first.
    return [Text(OF_CART.format(freight=freight_in_words(priced)))]


def _tell_there(turn: Turn) -> Sequence[Reply] | None:
    """What it costs there, of the product spoken of; None without a place of ours."""
    freight = LiveFreight(turn, turn.memory.focus)
    there = freight.answer_there()
    return None if there is None else [Text(there)]
