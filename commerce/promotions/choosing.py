"""Which coupon is the best for a basket, and what the others lack. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from commerce.pricing.coupon_effects import coupon_effect
from commerce.pricing.reckoning import goods_amounts, reached_rung, reckon
from commerce.pricing.values import Basket, OwnedCoupon, Reward, Rung

EMPTY: Final = "还没有选商品"
NO_GAIN: Final = "用上它反而不划算"


@dataclass(frozen=True, slots=True)
class Judged:
    """What a coupon does for a basket: `saving` fen less to pay, by the whole quote.

    One that does nothing has a `reason` in Chinese; `missing` is what the goods that it is for
    lack, in fen.
    """

    coupon: OwnedCoupon
    saving: int
    missing: int = 0
    reason: str = ""

    @property
    def is_usable(self) -> bool:
        """Whether less has to be paid with it."""
        return self.saving > 0


@dataclass(frozen=True, slots=True)
class NextRung:
    """The rung of a 满减送 that is reached next: so many fen are missing, or so many pieces."""

    reward: Reward
    rung: Rung
    fen: int
    pieces: int


def judge(basket: Basket, owned: Sequence[OwnedCoupon]) -> tuple[Judged, ...]:
    """What each coupon does for the basket, in the order given; its own coupon is put aside."""
    if not basket.lines:
        return tuple(Judged(coupon, 0, reason=EMPTY) for coupon in owned)
    bare = replace(basket, coupon=None)
    amounts, payable = goods_amounts(bare), reckon(bare).payable
    return tuple(_judge(bare, amounts, payable, coupon) for coupon in owned)


def best(basket: Basket, owned: Sequence[OwnedCoupon]) -> OwnedCoupon | None:
    """The coupon with which the least has to be paid; of equal ones the first given.

    `coupons.list_owned` puts the one first that lapses first. None when none makes it less.
    """
    found = best_of(judge(basket, owned))
    return None if found is None else found.coupon


def best_of(judged: Sequence[Judged]) -> Judged | None:
    """The coupon that saves most, of equal ones the first; None when none saves anything."""
    usable = [each for each in judged if each.is_usable]
    return max(usable, key=lambda each: each.saving) if usable else None


def nearest(judged: Sequence[Judged]) -> Judged | None:
    """The coupon that lacks least, of those that only lack something; None when none does."""
    lacking = [each for each in judged if each.missing]
    return min(lacking, key=lambda each: each.missing) if lacking else None


def next_rungs(basket: Basket) -> tuple[NextRung, ...]:
    """The next rung of each 满减送 that the basket holds goods for, in the order they are tried."""
    amounts = goods_amounts(replace(basket, rewards=()))
    free = [place for place, line in enumerate(basket.lines) if line.activity is None]
    found = []
    for reward in basket.rewards:
        places = [place for place in free if reward.scope.covers(basket.lines[place])]
        fen = sum(amounts[place] for place in places)
        pieces = sum(basket.lines[place].quantity for place in places)
        higher = [
            rung for rung in reward.rungs if not reached_rung(_only(reward, rung), fen, pieces)
        ]
        if places and higher:
            rung = min(higher, key=lambda each: (each.fen or 0, each.pieces or 0))
            lacks = max((rung.fen or 0) - fen, 0), max((rung.pieces or 0) - pieces, 0)
            found.append(NextRung(reward, rung, *lacks))
        if reached_rung(reward, fen, pieces) is not None:
            free = [place for place in free if place not in places]
    return tuple(found)


def _judge(basket: Basket, amounts: Sequence[int], payable: int, coupon: OwnedCoupon) -> Judged:
    effect = coupon_effect(coupon, basket.lines, amounts)
    if effect.saving == 0:
        return Judged(coupon, 0, effect.missing, effect.reason)
    saving = payable - reckon(replace(basket, coupon=coupon)).payable
    # Less goods to pay may mean that freight is no longer free.
    return Judged(coupon, saving) if saving > 0 else Judged(coupon, 0, reason=NO_GAIN)


def _only(reward: Reward, rung: Rung) -> Reward:
    return replace(reward, rungs=(rung,))
