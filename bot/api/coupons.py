"""Coupons, for the mini-program: what is given away, taking it, and one's own."""

from typing import Any

from sqlmodel import Session

from bot.api.coupon_answers import (
    OfferedCoupon,
    OfferedCoupons,
    OwnCoupon,
    OwnCoupons,
    TakenCoupon,
)
from bot.api.coupon_requests import CouponChoice, TemplatePath
from bot.api.endpoint import Call, NoBody, NoParameters
from bot.api.shopfront import Shopfront
from commerce.inserting import id_of
from commerce.ordering import cart
from commerce.ordering.quoting import basket_of
from commerce.pricing.values import OwnedCoupon
from commerce.promotions.choosing import Judged, best_of, judge
from commerce.promotions.coupons import (
    HeldCoupon,
    list_by_ids,
    list_gone,
    list_held,
    list_owned,
    owned_coupon,
    why_not,
)
from commerce.promotions.describing import coupon_rule, scope_in_words
from commerce.promotions.taking import Offered, list_offered, take

SOURCE = "mini_program"


async def list_coupons(shop: Shopfront, call: Call[NoParameters, NoBody]) -> OfferedCoupons:
    """The coupons that are given away now, those first which the caller can take."""

    def show(session: Session) -> OfferedCoupons:
        customer_id = call.caller.present_id(session)
        offered = list_offered(session, customer_id, call.now)
        return OfferedCoupons(items=[_offered(session, each) for each in offered])

    return await shop.database.read(show)


async def take_coupon(shop: Shopfront, call: Call[TemplatePath, NoBody]) -> TakenCoupon:
    """Take one, once for each key."""

    def take_one(session: Session) -> TakenCoupon:
        coupon = take(
            session,
            call.parameters.template_id,
            call.caller.present_id(session),
            source=SOURCE,
            now=call.now,
            key=call.parameters.key,
        )
        (held,) = list_by_ids(session, [id_of(coupon)])
        return TakenCoupon(**_in_hand(session, held))

    return await shop.database.write(take_one)


async def list_own_coupons(shop: Shopfront, call: Call[CouponChoice, NoBody]) -> OwnCoupons:
    """The caller's coupons, each with what it does for their present cart."""

    def show(session: Session) -> OwnCoupons:
        customer_id = call.caller.present_id(session)
        if call.parameters.gone:
            gone = list_gone(session, customer_id, call.now)
            items = [_own(session, each, _useless(each, why_not(each, call.now))) for each in gone]
            return OwnCoupons(items=items)
        lines = cart.view(session, customer_id).lines
        basket = basket_of(session, customer_id, lines, call.now)
        owned = list_owned(session, customer_id, call.now)
        verdicts = judge(basket, owned)
        judged, favourite = {each.coupon.id: each for each in verdicts}, best_of(verdicts)
        items = []
        for each in list_held(session, customer_id, call.now):
            verdict = judged.get(each.owned.id) or _useless(each, why_not(each, call.now))
            items.append(_own(session, each, verdict, is_best=verdict == favourite))
        return OwnCoupons(items=items)

    return await shop.database.read(show)


def _offered(session: Session, offered: Offered) -> OfferedCoupon:
    coupon = owned_coupon(0, offered.template)
    return OfferedCoupon(
        **_terms(session, coupon),
        template_id=id_of(offered.template),
        left=offered.left,
        held=offered.held,
        may_take=offered.may_be_taken,
        refusal=offered.refusal,
    )


def _own(session: Session, held: HeldCoupon, judged: Judged, *, is_best: bool = False) -> OwnCoupon:
    return OwnCoupon(
        **_in_hand(session, held),
        is_usable=judged.is_usable,
        is_best=is_best,
        saving=judged.saving,
        missing=judged.missing,
        reason=judged.reason,
    )


def _useless(held: HeldCoupon, reason: str) -> Judged:
    return Judged(held.owned, 0, reason=reason)


def _in_hand(session: Session, held: HeldCoupon) -> dict[str, Any]:
    return {
        **_terms(session, held.owned),
        "id": held.owned.id,
        "state": held.state,
        "valid_from": held.valid_from,
        "valid_until": held.valid_until,
    }


def _terms(session: Session, coupon: OwnedCoupon) -> dict[str, Any]:
    return {
        "name": coupon.name,
        "rule": coupon_rule(coupon),
        "scope": scope_in_words(session, coupon.scope),
        "kind": coupon.kind,
        "off": coupon.off,
        "percent": coupon.percent,
        "cap": coupon.cap,
        "threshold": coupon.threshold,
    }
