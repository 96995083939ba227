"""What the cart comes to: with every discount of this moment, and what sending it costs."""

from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers.coupon_hints import basket, basket_hint
from bot.turn import Turn
from commerce.errors import InvalidInput
from commerce.money import yuan
from commerce.ordering.cart import CartView
from commerce.ordering.lines import PricedLine
from commerce.pricing.quote import Quote
from commerce.pricing.reckoning import reckon
from commerce.pricing.values import StepKind

TOTAL: Final = "合计 {amount}"
DISCOUNT: Final = "{name} {amount}"
FREIGHT: Final = "运费 {amount}（{why}）"
FREIGHT_FREE: Final = "包邮"
ESTIMATE: Final = "以收货地址为准"
NOT_SENT: Final = "“{title}”{why}"
PAYABLE: Final = "应付 {amount}"
OFF: Final = "优惠 {amount}"
WITH_FREIGHT: Final = "运费 {amount}"


def price_cart(turn: Turn, lines: Sequence[PricedLine]) -> Quote:
    """The lines for this customer now, sent to where their parcels usually go.

    Raises InvalidInput for more than one order may cost.
    """
    return reckon(basket(turn, lines))


def sums_in_words(turn: Turn, lines: Sequence[PricedLine]) -> list[str]:
    """The cart's sum, discounts, freight and what is payable, and which coupon would help."""
    goods = sum(line.total for line in lines)
    try:
        whole = basket(turn, lines)
        priced, hint = reckon(whole), basket_hint(turn, whole)
    except InvalidInput as error:
        return [TOTAL.format(amount=yuan(goods)), str(error)]
    told = [TOTAL.format(amount=yuan(priced.goods_total))]
    told += [
        DISCOUNT.format(name=texts.short(step.name), amount=yuan(step.amount))
        for step in priced.steps
        if step.kind not in (StepKind.GOODS, StepKind.FREIGHT)
    ]
    told += [freight_in_words(priced)] if priced.freight else []
    if priced.payable != priced.goods_total:
        told.append(PAYABLE.format(amount=yuan(priced.payable)))
    told += [
        NOT_SENT.format(title=texts.brief(line.title), why=priced.freight_why)
        for line in priced.lines
        if line.variant_id in priced.refused
    ]
    return [*told, hint] if hint else told


def total_in_words(turn: Turn, view: CartView) -> str:
    """One line for under what was just put in: the cart's sum, and what is payable if that differs.

    More than one order may cost stays the plain sum: the cart itself says why.
    """
    about = {"pieces": view.pieces, "total": yuan(view.total)}
    try:
        priced = price_cart(turn, view.lines)
    except InvalidInput:
        return texts.CART_TOTAL.format(**about, payable="")
    off = priced.goods_total + priced.freight - priced.payable
    changes = [OFF.format(amount=yuan(off))] if off else []
    changes += [WITH_FREIGHT.format(amount=yuan(priced.freight))] if priced.freight else []
    payable = f"，{'，'.join(changes)}，{PAYABLE.format(amount=yuan(priced.payable))}"
    return texts.CART_TOTAL.format(**about, payable=payable if changes else "")


def freight_in_words(priced: Quote) -> str:
    """What sending costs, and why; 包邮 for nothing."""
    if not priced.freight:
        return FREIGHT_FREE
    why = "，".join(filter(None, [priced.freight_why, ESTIMATE * priced.freight_is_estimate]))
    return FREIGHT.format(amount=yuan(priced.freight), why=why)
