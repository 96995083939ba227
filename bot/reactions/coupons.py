"""What a customer hears of the coupons that come to them."""

from bot.handlers import coupon_words as words
from bot.reactions.heard import Heard, order_of, tell
from commerce.promotions.coupons import HeldCoupon, list_by_ids
from commerce.promotions.describing import coupon_rule, scope_in_words


def order_gifts_given(heard: Heard) -> None:
    """Tell the customer of the coupons that came with an order."""
    order = order_of(heard)
    coupons = list_by_ids(heard.session, heard.about["coupons"])
    lines = "\n".join(_line(heard, each) for each in coupons)
    tell(heard, order, words.GIVEN.format(order_no=order.order_no, coupons=lines))


def _line(heard: Heard, held: HeldCoupon) -> str:
    return words.TAKEN_LINE.format(
        name=words.clean(held.owned.name),
        rule=coupon_rule(held.owned),
        scope=scope_in_words(heard.session, held.owned.scope),
        when=words.validity_in_words(held, heard.now),
    )
