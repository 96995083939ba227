"""From a basket to a quote, in one order of steps that nothing else changes.

Activity price; per piece the better of timed discount and member price; 满减送; coupon; points;
freight; points given. Every discount is divided over its lines at once, so that the lines sum to
the whole whatever was selected, and any part can later be given back for exactly what it cost.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final

from commerce.errors import InvalidInput
from commerce.money import LARGEST_ORDER, yuan
from commerce.pricing.coupon_effects import coupon_effect
from commerce.pricing.quote import Quote, QuotedLine, Share, Step
from commerce.pricing.spreading import spread
from commerce.pricing.values import (
    Basket,
    BasketLine,
    Consigned,
    Freight,
    Reward,
    Rung,
    StepKind,
)

WHOLE: Final = 100
"""Percent; and fen in a yuan."""
FREIGHT_NAME: Final = "运费"
"""Of the step, unless a 满减送 frees the order: then its name stands behind it."""


@dataclass(slots=True)
class _Tally:
    """A quote on its way: what every line costs so far, and how it came to that."""

    lines: tuple[BasketLine, ...]
    amounts: list[int]
    shares: list[list[Share]]
    steps: list[Step] = field(default_factory=list)

    def take_off(self, kind: StepKind, name: str, parts: Sequence[int]) -> None:
        """Take a part off every line and write the step down, unless it is nothing."""
        if not any(parts):
            return
        self.steps.append(Step(name, -sum(parts), kind))
        for place, part in enumerate(parts):
            if part:
                self.amounts[place] -= part
                self.shares[place].append(Share(kind, name, part))

    def spread_off(self, kind: StepKind, name: str, off: int, places: Sequence[int]) -> None:
        """Divide a discount over some lines by what they cost."""
        parts = [0] * len(self.lines)
        divided = spread(off, [self.amounts[place] for place in places])
        for place, part in zip(places, divided, strict=True):
            parts[place] = part
        self.take_off(kind, name, parts)


def reckon(basket: Basket) -> Quote:
    """Price a basket. Raises InvalidInput for more than one order may cost, and for a coupon
    that cannot be used here; its message says why, with the missing amount.
    """
    tally = _start(basket)
    _take_unit_offers(tally, basket)
    reached = _take_rewards(tally, basket)
    _take_coupon(tally, basket)
    spent = _take_points(tally, basket)
    frees = next((reward for reward, rung in reached if rung.frees_freight), None)
    freight = _freight(tally, basket, is_free=frees is not None)
    name = f"{FREIGHT_NAME}（{frees.name}）" if frees else FREIGHT_NAME
    tally.steps.append(Step(name, freight.amount, StepKind.FREIGHT))
    _refuse_too_much(sum(step.amount for step in tally.steps))
    given = _given(tally, basket, reached)
    return _quote(basket, tally, spent, given, freight, reached)


def goods_amounts(basket: Basket) -> list[int]:
    """What each line costs before coupon, points and freight: what a coupon's threshold is
    compared with.
    """
    tally = _start(basket)
    _take_unit_offers(tally, basket)
    _take_rewards(tally, basket)
    return tally.amounts


def reached_rung(reward: Reward, fen: int, pieces: int) -> Rung | None:
    """The highest rung of a 满减送 that so much, or so many, reach; None below the first."""
    by_height = sorted(reward.rungs, key=lambda rung: (rung.fen or 0, rung.pieces or 0))
    reached = list(takewhile(lambda rung: _is_reached(rung, fen, pieces), by_height))
    return reached[-1] if reached else None


def _is_reached(rung: Rung, fen: int, pieces: int) -> bool:
    return (rung.fen is None or fen >= rung.fen) and (rung.pieces is None or pieces >= rung.pieces)


def _start(basket: Basket) -> _Tally:
    amounts = [line.price * line.quantity for line in basket.lines]
    _refuse_too_much(sum(amounts))
    tally = _Tally(basket.lines, amounts, [[] for _ in basket.lines])
    tally.steps.append(Step("商品金额", sum(amounts), StepKind.GOODS))
    return tally


def _refuse_too_much(fen: int) -> None:
    if fen > LARGEST_ORDER:
        raise InvalidInput(f"一笔订单最多{yuan(LARGEST_ORDER)}，请分开下单", field="lines")


def _take_unit_offers(tally: _Tally, basket: Basket) -> None:
    """Each piece at its activity price, or at the better of its timed and its member price."""
    chosen = [_unit_offer(line, basket) for line in tally.lines]
    for kind in (StepKind.ACTIVITY, StepKind.TIMED, StepKind.MEMBER):
        names = dict.fromkeys(offer[1] for offer in chosen if offer and offer[0] == kind)
        for name in names:
            parts = [
                offer[2] * line.quantity if offer and offer[:2] == (kind, name) else 0
                for offer, line in zip(chosen, tally.lines, strict=True)
            ]
            tally.take_off(kind, name, parts)


def _unit_offer(line: BasketLine, basket: Basket) -> tuple[StepKind, str, int] | None:
    """Kind and name of the offer that a line's pieces get, and what it takes off each."""
    if line.activity is not None:
        off = max(line.price - line.activity.price, 0)
        return StepKind.ACTIVITY, line.activity.name, off
    member = basket.member
    member_off = line.price * (WHOLE - member.percent) // WHOLE if member else 0
    timed_off = max(line.price - line.timed.price, 0) if line.timed else 0
    if member is not None and member_off >= timed_off:
        return StepKind.MEMBER, f"会员价（{member.level}）", member_off
    if line.timed is not None:
        return StepKind.TIMED, line.timed.name, timed_off
    return None


def _take_rewards(tally: _Tally, basket: Basket) -> list[tuple[Reward, Rung]]:
    """Each activity in turn, over the lines that none before it has taken; those that count."""
    free = [place for place, line in enumerate(tally.lines) if line.activity is None]
    reached = []
    for reward in basket.rewards:
        places = [place for place in free if reward.scope.covers(tally.lines[place])]
        fen = sum(tally.amounts[place] for place in places)
        rung = reached_rung(reward, fen, sum(tally.lines[place].quantity for place in places))
        if not places or rung is None:
            continue
        name = _rung_name(reward, rung)
        tally.spread_off(StepKind.REWARD, name, min(rung.off, fen), places)
        if not rung.off and (rung.points or rung.coupon_templates):
            tally.steps.append(Step(name, 0, StepKind.REWARD))  # It gives, and says so.
        reached.append((reward, rung))
        free = [place for place in free if place not in places]
    return reached


def _rung_name(reward: Reward, rung: Rung) -> str:
    reach = f"满{yuan(rung.fen)}" if rung.fen is not None else f"满{rung.pieces}件"
    gives = [
        f"减{yuan(rung.off)}" * bool(rung.off),
        f"送{rung.points}积分" * bool(rung.points),
        f"送{len(rung.coupon_templates)}张券" * bool(rung.coupon_templates),
    ]
    return f"{reward.name}（{reach}{'、'.join(filter(None, gives))}）"


def _take_coupon(tally: _Tally, basket: Basket) -> None:
    coupon = basket.coupon
    if coupon is None:
        return
    effect = coupon_effect(coupon, tally.lines, tally.amounts)
    if effect.saving == 0:
        raise InvalidInput(
            f"优惠券“{coupon.name}”现在不能用：{effect.reason}",
            field="coupon_id",
            missing=effect.missing,
        )
    name = f"优惠券（{coupon.name}）"
    tally.spread_off(StepKind.COUPON, name, effect.saving, effect.places)


def _take_points(tally: _Tally, basket: Basket) -> list[int]:
    """Spend points as far as customer and terms allow; how many on each line."""
    terms, cost = basket.points_terms, sum(tally.amounts)
    if terms.points <= 0 or terms.fen <= 0:
        return [0] * len(tally.lines)
    most = min(basket.points, terms.balance, terms.most)
    units = max(min(most // terms.points, cost * terms.most_percent // WHOLE // terms.fen), 0)
    spent = spread(units * terms.points, tally.amounts)
    name = f"积分抵扣（{units * terms.points}分）"
    tally.spread_off(StepKind.POINTS, name, units * terms.fen, range(len(tally.lines)))
    return spent


def _freight(tally: _Tally, basket: Basket, *, is_free: bool) -> Freight:
    consigned = tuple(
        Consigned(
            line.variant_id,
            line.freight_template_id,
            line.quantity,
            line.weight,
            line.volume,
            amount,
        )
        for line, amount in zip(tally.lines, tally.amounts, strict=True)
    )
    return basket.freight.reckon(consigned, basket.region, is_free=is_free)


def _given(tally: _Tally, basket: Basket, reached: Sequence[tuple[Reward, Rung]]) -> list[int]:
    """Points that the order will give, by line: for whole yuan paid for goods, and by 满减送."""
    paid = sum(tally.amounts)
    points = paid // WHOLE * basket.earn.per_yuan * basket.earn.percent // WHOLE
    points += sum(rung.points for _, rung in reached)
    return spread(points, tally.amounts) if tally.lines else []


def _quote(
    basket: Basket,
    tally: _Tally,
    spent: Sequence[int],
    given: Sequence[int],
    freight: Freight,
    reached: Sequence[tuple[Reward, Rung]],
) -> Quote:
    goods_total = sum(line.price * line.quantity for line in tally.lines)
    cost = sum(tally.amounts)
    return Quote(
        lines=tuple(
            _line(tally, place, spent[place], given[place], freight)
            for place in range(len(tally.lines))
        ),
        steps=tuple(tally.steps),
        goods_total=goods_total,
        discount=goods_total - cost,
        freight=freight.amount,
        payable=cost + freight.amount,
        points_spent=sum(spent),
        points_given=sum(given),
        coupon_id=basket.coupon.id if basket.coupon else None,
        gifts=tuple(gift for _, rung in reached for gift in rung.coupon_templates),
        freight_why=freight.why,
        freight_is_estimate=freight.is_estimate,
        refused=freight.refused,
    )


def _line(tally: _Tally, place: int, spent: int, given: int, freight: Freight) -> QuotedLine:
    line = tally.lines[place]
    return QuotedLine(
        variant_id=line.variant_id,
        product_id=line.product_id,
        category_id=line.category_id,
        title=line.title,
        label=line.label,
        price=line.price,
        quantity=line.quantity,
        gross=line.price * line.quantity,
        shares=tuple(tally.shares[place]),
        total=tally.amounts[place],
        freight=freight.shares.get(line.variant_id, 0),
        points_spent=spent,
        points_given=given,
    )
