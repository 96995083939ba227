"""What a customer's coupons do for the cart: said under it, and when they ask."""

from collections.abc import Sequence

from bot.handlers.coupon_words import hint_in_words, rung_in_words
from bot.turn import Turn
from commerce.customers.address_book import default_region
from commerce.errors import InvalidInput
from commerce.ordering import cart
from commerce.ordering.lines import PricedLine
from commerce.ordering.quoting import Choices, basket_of
from commerce.pricing.values import Basket, Scope
from commerce.promotions.choosing import Judged, best_of, judge, nearest, next_rungs
from commerce.promotions.coupons import list_owned
from commerce.promotions.describing import EVERYTHING, scope_in_words


def coupon_hint(turn: Turn, lines: Sequence[PricedLine]) -> str:
    """One line: the coupon that saves most, or the one that lacks least; empty for neither."""
    return _hint(turn, judge_lines(turn, lines))


def basket_hint(turn: Turn, priced: Basket) -> str:
    """`coupon_hint` for lines that are a basket already. Raises as `judge`."""
    return _hint(turn, judge(priced, list_owned(turn.session, turn.customer_id, turn.now)))


def _hint(turn: Turn, judged: Sequence[Judged]) -> str:
    near = nearest(judged)
    what = "" if near is None else goods_of(turn, near.coupon.scope)
    return hint_in_words(best_of(judged), near, what)


def rung_hints(turn: Turn, lines: Sequence[PricedLine]) -> list[str]:
    """What is missing to the next rung of each 满减送 that the goods belong to, a line each."""
    if not lines:
        return []
    return [
        rung_in_words(each, goods_of(turn, each.reward.scope))
        for each in next_rungs(basket(turn, lines))
    ]


def judge_cart(turn: Turn) -> tuple[Judged, ...]:
    """What each coupon of the customer does for their cart."""
    return judge_lines(turn, cart.view(turn.session, turn.customer_id).lines)


def judge_lines(turn: Turn, lines: Sequence[PricedLine]) -> tuple[Judged, ...]:
    """What each coupon of the customer does for these lines; nothing for more than an order."""
    try:
        return judge(basket(turn, lines), list_owned(turn.session, turn.customer_id, turn.now))
    except InvalidInput:
        return ()  # More than one order may cost: it has to be divided first.


def basket(turn: Turn, lines: Sequence[PricedLine]) -> Basket:
    """The lines as they are priced for this customer now."""
    choices = Choices(region=default_region(turn.session, turn.customer_id))
    return basket_of(turn.session, turn.customer_id, lines, turn.now, choices)


def goods_of(turn: Turn, scope: Scope) -> str:
    """Of which goods more has to be bought: `（限女装）`; nothing for all."""
    words = scope_in_words(turn.session, scope)
    return "" if words == EVERYTHING else f"（{words}）"
