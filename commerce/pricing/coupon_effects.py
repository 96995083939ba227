"""What a coupon does to lines, and why it does nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from commerce.money import yuan
from commerce.pricing.values import BasketLine, CouponKind, OwnedCoupon

_WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class CouponEffect:
    """What a coupon takes off: `saving` fen, from the lines at `places`.

    A saving of 0 has a `reason` in Chinese; `missing` is what the covered goods lack, in fen.
    """

    saving: int
    places: tuple[int, ...]
    missing: int = 0
    reason: str = ""


def coupon_effect(
    coupon: OwnedCoupon, lines: Sequence[BasketLine], amounts: Sequence[int]
) -> CouponEffect:
    """The effect on lines that cost `amounts` after the steps before."""
    covered = [place for place, line in enumerate(lines) if coupon.scope.covers(line)]
    places = tuple(place for place in covered if lines[place].activity is None)
    if not places:
        reason = "活动价商品不能再用券" if covered else "选中的商品不在这张券的使用范围内"
        return CouponEffect(0, (), reason=reason)
    base = sum(amounts[place] for place in places)
    if base < coupon.threshold:
        missing = coupon.threshold - base
        of = "" if len(places) == len(lines) else "适用商品"
        return CouponEffect(0, places, missing, f"{of}还差{yuan(missing)}才能用")
    saving = min(_off(coupon, base), base)
    if saving == 0:
        reason = "用它省不到1分钱" if base else "这些商品已经不用付钱，用不上券"
        return CouponEffect(0, places, reason=reason)
    return CouponEffect(saving, places)


def _off(coupon: OwnedCoupon, base: int) -> int:
    if coupon.kind == CouponKind.AMOUNT:
        return coupon.off
    off = base * (_WHOLE - coupon.percent) // _WHOLE
    return off if coupon.cap is None else min(off, coupon.cap)
