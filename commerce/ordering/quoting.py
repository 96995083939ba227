"""The quote of this moment: a customer's lines with all that their price depends on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from commerce.deals import desk
from commerce.deals.choices import Deal, DealKind
from commerce.errors import InvalidInput
from commerce.freight.templates import load_terms
from commerce.membership.levels import member_price, standing
from commerce.membership.points import earn_terms, points_terms
from commerce.ordering.lines import PricedLine, price_lines
from commerce.pricing.quote import Quote
from commerce.pricing.reckoning import reckon
from commerce.pricing.values import Basket, BasketLine, NoFreight, PointsTerms, UnitOffer
from commerce.promotions import coupons
from commerce.promotions.rewards import running_rewards
from commerce.promotions.timed import running_prices


@dataclass(frozen=True, slots=True)
class Choices:
    """What a customer chose beside the goods; `points` is how many they want to spend at most.

    `region` is that of the address, as addresses write it; without one freight is an estimate.
    With `pickup` nothing is sent: there is no freight, and no region that it is refused to.
    Under a `deal` goods have its price, and no coupon applies; in a group-buy no points either, so
    that a difference given back is always money.
    """

    coupon_id: int | None = None
    points: int = 0
    region: str | None = None
    pickup: bool = False
    deal: Deal | None = None


NO_CHOICES = Choices()


def quote_for(
    session: Session,
    customer_id: int,
    quantities: Mapping[int, int],
    now: datetime,
    choices: Choices = NO_CHOICES,
) -> Quote:
    """What these pieces, by variant id, cost the customer now.

    Raises NotFound for an unknown variant or coupon, InvalidInput for a coupon that does not
    apply here or a sum beyond what one order may cost.
    """
    return quote_lines(session, customer_id, price_lines(session, quantities), now, choices)


def quote_lines(
    session: Session,
    customer_id: int,
    lines: Sequence[PricedLine],
    now: datetime,
    choices: Choices = NO_CHOICES,
) -> Quote:
    """`quote_for` lines that are priced already. Raises as it does."""
    return reckon(basket_of(session, customer_id, lines, now, choices))


def basket_of(
    session: Session,
    customer_id: int,
    lines: Sequence[PricedLine],
    now: datetime,
    choices: Choices = NO_CHOICES,
) -> Basket:
    """The lines with every offer of this moment, and what the customer chose."""
    offers = _deal_offers(session, customer_id, lines, now, choices)
    timed = running_prices(session, [each.variant_id for each in lines], now)
    chosen, member = choices.coupon_id, standing(session, customer_id)
    return Basket(
        lines=tuple(
            as_basket_line(each, timed.get(each.variant_id), offers.get(each.variant_id))
            for each in lines
        ),
        member=member_price(member),
        rewards=running_rewards(session, now),
        coupon=None if chosen is None else coupons.get_owned(session, customer_id, chosen, now),
        points_terms=PointsTerms()
        if choices.deal is not None and choices.deal.kind == DealKind.GROUP_BUY
        else points_terms(session, customer_id),
        points=choices.points,
        freight=NoFreight()
        if choices.pickup
        else load_terms(session, {each.freight_template_id for each in lines}),
        region=choices.region,
        earn=earn_terms(session, member),
    )


def _deal_offers(
    session: Session,
    customer_id: int,
    lines: Sequence[PricedLine],
    now: datetime,
    choices: Choices,
) -> dict[int, UnitOffer]:
    if choices.deal is None:
        return {}
    if choices.coupon_id is not None:
        raise InvalidInput("活动价不能再用优惠券", field="coupon_id")
    quantities = {each.variant_id: each.quantity for each in lines}
    return desk.offer(session, customer_id, choices.deal, quantities, now)


def as_basket_line(
    line: PricedLine, timed: UnitOffer | None = None, activity: UnitOffer | None = None
) -> BasketLine:
    """A priced line with its offers of this moment, for a basket."""
    return BasketLine(
        variant_id=line.variant_id,
        product_id=line.product_id,
        category_id=line.category_id,
        title=line.title,
        label=line.label,
        price=line.price,
        quantity=line.quantity,
        activity=activity,
        timed=timed,
        weight=line.weight,
        volume=line.volume,
        freight_template_id=line.freight_template_id,
    )
