"""What the mini-program is told of coupons. Amounts are fen."""

from datetime import datetime

from pydantic import Field

from bot.api.answers import Answer
from commerce.pricing.values import CouponKind
from commerce.promotions.tables import CouponState


class CouponTerms(Answer):
    """What a coupon does and what it is for."""

    name: str
    rule: str = Field(description="in Chinese, such as 满¥100减¥10")
    scope: str = Field(description="in Chinese, such as 全店可用 or 限女装")
    kind: CouponKind
    off: int = Field(description="of an amount coupon")
    percent: int = Field(description="what is left to pay with a percent coupon: 88 is 88折")
    cap: int | None = Field(description="the most that a percent coupon takes off")
    threshold: int = Field(description="0 for none")


class OfferedCoupon(CouponTerms):
    """A coupon that the shop gives away."""

    template_id: int
    left: int | None = Field(description="null for as many as are wanted")
    held: int = Field(description="how many of it the caller has taken")
    may_take: bool
    refusal: str = Field(description="why the caller cannot take it, or empty")


class OfferedCoupons(Answer):
    """The coupons that are given away now, those first which the caller can take."""

    items: list[OfferedCoupon]


class TakenCoupon(CouponTerms):
    """A coupon in the caller's hand, valid until just before `valid_until`."""

    id: int
    state: CouponState
    valid_from: datetime
    valid_until: datetime


class OwnCoupon(TakenCoupon):
    """A coupon and what it does for the caller's present cart."""

    is_usable: bool
    is_best: bool = Field(description="with no other coupon less has to be paid")
    saving: int
    missing: int = Field(description="what the goods that it is for lack, or 0")
    reason: str = Field(description="why it cannot be used now, or empty")


class OwnCoupons(Answer):
    """The caller's coupons, the one that lapses first at the front."""

    items: list[OwnCoupon]
