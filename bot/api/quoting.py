"""The price of a choice, for the mini-program's checkout page."""

from dataclasses import replace

from sqlmodel import Session

from bot.api.choosing import choose
from bot.api.endpoint import Call, NoParameters
from bot.api.quote_answers import CheckoutQuote, QuotedCoupon
from bot.api.requests import QuoteChoice
from bot.api.shopfront import Shopfront
from commerce.customers.address_book import default_region
from commerce.ordering.lines import price_lines, sum_by_variant
from commerce.ordering.quoting import Choices, basket_of
from commerce.pricing.reckoning import reckon
from commerce.pricing.values import Basket, StepKind
from commerce.promotions.choosing import Judged, best_of, judge
from commerce.promotions.coupons import list_owned
from commerce.promotions.describing import coupon_rule


async def quote_choice(shop: Shopfront, call: Call[NoParameters, QuoteChoice]) -> CheckoutQuote:
    """What the choice would cost now, and what else the caller could use for it.

    It holds nothing: prices and stock may still change. Without a region it is priced for the
    caller's default address, if there is one.
    """

    def price(session: Session) -> CheckoutQuote:
        customer_id = call.caller.present_id(session)
        chosen = choose(session, shop.cart_tokens, customer_id, call.body, call.now)
        region = call.body.region or default_region(session, customer_id)
        deal = None if call.body.deal is None else call.body.deal.deal()
        choices = Choices(call.body.coupon_id, call.body.points, region, call.body.pickup, deal)
        lines = price_lines(session, sum_by_variant(chosen.lines))
        basket = basket_of(session, customer_id, lines, call.now, choices)
        owned = () if deal else list_owned(session, customer_id, call.now)
        verdicts = judge(basket, owned)
        favourite = best_of(verdicts)
        judged = [_shown(each, each == favourite) for each in verdicts]
        usable, worth = _usable_points(basket)
        return CheckoutQuote.model_validate(
            {
                **reckon(basket).as_json(),
                "coupons": sorted(judged, key=lambda each: (-each.is_best, -each.saving)),
                "points_balance": basket.points_terms.balance,
                "points_usable": usable,
                "points_worth": worth,
            }
        )

    return await shop.database.read(price)


def _shown(judged: Judged, is_best: bool) -> QuotedCoupon:
    return QuotedCoupon(
        id=judged.coupon.id,
        name=judged.coupon.name,
        rule=coupon_rule(judged.coupon),
        saving=judged.saving,
        missing=judged.missing,
        reason=judged.reason,
        is_best=is_best,
    )


def _usable_points(basket: Basket) -> tuple[int, int]:
    """The most points that may be spent on the basket, and what they take off, in fen."""
    most = reckon(replace(basket, points=basket.points_terms.balance))
    worth = -sum(step.amount for step in most.steps if step.kind == StepKind.POINTS)
    return most.points_spent, worth
