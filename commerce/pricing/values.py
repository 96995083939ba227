"""What a price is made from. Pure values; amounts are fen, quantities pieces, points points."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class StepKind(StrEnum):
    """What a step of a quote is, in the order in which they are taken."""

    GOODS = "goods"
    ACTIVITY = "activity"
    TIMED = "timed"
    MEMBER = "member"
    REWARD = "reward"
    COUPON = "coupon"
    POINTS = "points"
    FREIGHT = "freight"


@dataclass(frozen=True, slots=True)
class UnitOffer:
    """A lower price for one piece, and what the customer knows it by."""

    name: str
    price: int


@dataclass(frozen=True, slots=True)
class BasketLine:
    """Some pieces of a variant with all that its price depends on.

    `price` is that of one piece before any offer. A line with an `activity` price (a group-buy, a
    flash sale) takes part in nothing else but points and freight. `weight` is grams and `volume`
    cubic centimetres of one piece.
    """

    variant_id: int
    product_id: int
    category_id: int | None
    title: str
    label: str
    price: int
    quantity: int
    activity: UnitOffer | None = None
    timed: UnitOffer | None = None
    weight: int = 0
    volume: int = 0
    freight_template_id: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a discount is for: some products and categories, or everything when it names none."""

    categories: frozenset[int] = frozenset()
    products: frozenset[int] = frozenset()

    def covers(self, line: BasketLine) -> bool:
        """Whether the discount is for this line's goods."""
        if not self.categories and not self.products:
            return True
        return line.product_id in self.products or line.category_id in self.categories


@dataclass(frozen=True, slots=True)
class MemberPrice:
    """A level's own price: `percent` of the price of one piece is paid (95 is 95折)."""

    level: str
    percent: int


@dataclass(frozen=True, slots=True)
class Rung:
    """A rung of a 满减送: reached by so many fen, or so many pieces; then so much off, and more.

    One of `fen` and `pieces` is None. `points` are given beside those of the order, and coupons by
    their templates' ids, both once the goods are received.
    """

    fen: int | None
    pieces: int | None
    off: int = 0
    frees_freight: bool = False
    points: int = 0
    coupon_templates: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reward:
    """A 满减送 activity. The highest rung that is reached counts, whatever their order."""

    id: int
    name: str
    scope: Scope
    rungs: tuple[Rung, ...]


class CouponKind(StrEnum):
    """How a coupon takes off."""

    AMOUNT = "amount"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class OwnedCoupon:
    """A coupon in a customer's hand.

    `threshold` is what the covered goods must come to after the steps before; 0 for none. An
    AMOUNT coupon takes `off` fen off; a PERCENT one leaves `percent` of them to pay (88 is 88折)
    and takes at most `cap` fen off, if that is given.
    """

    id: int
    name: str
    scope: Scope
    threshold: int
    kind: CouponKind
    off: int = 0
    percent: int = 100
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class PointsTerms:
    """What points are worth at checkout: `fen` for `points` of them; none when `points` is 0.

    At most `most` are spent on an order, and they pay at most `most_percent` of its goods.
    """

    balance: int = 0
    points: int = 0
    fen: int = 0
    most: int = 0
    most_percent: int = 0


@dataclass(frozen=True, slots=True)
class EarnTerms:
    """Points given for what is paid for goods: `per_yuan` for each whole yuan, times `percent`.

    `percent` is the level's own factor: 150 gives half as much again.
    """

    per_yuan: int = 0
    percent: int = 100


@dataclass(frozen=True, slots=True)
class Consigned:
    """A line as its carrier and its freight template see it: `amount` is paid for all its pieces.

    `weight` and `volume` are those of one piece, as in BasketLine.
    """

    variant_id: int
    template_id: int | None
    quantity: int
    weight: int
    volume: int
    amount: int


@dataclass(frozen=True, slots=True)
class Freight:
    """What sending costs. `why` tells the customer; `refused` names variants not sent there.

    `shares` gives the part of each line, by variant id; they sum to `amount`.
    """

    amount: int
    shares: dict[int, int] = field(default_factory=dict)
    why: str = ""
    refused: tuple[int, ...] = ()
    is_estimate: bool = False


class FreightTerms(Protocol):
    """The shop's freight rules, loaded: see `commerce.freight`."""

    def reckon(
        self, consigned: tuple[Consigned, ...], region: str | None, *, is_free: bool
    ) -> Freight:
        """Freight to a region as addresses write it; without one, an estimate.

        `is_free` is set when a 满减送 has freed the order; refused variants are named even then.
        """
        ...


class NoFreight:
    """Terms of a shop that sends everything everywhere for nothing, and of picking up."""

    def reckon(
        self, consigned: tuple[Consigned, ...], region: str | None, *, is_free: bool
    ) -> Freight:
        """Nothing to pay, nothing refused."""
        del region, is_free
        return Freight(0, dict.fromkeys((each.variant_id for each in consigned), 0))


@dataclass(frozen=True, slots=True)
class Basket:
    """All that a quote depends on. Its lines are the selected ones, each variant once.

    `coupon` is the one that the customer chose; `points` are how many they want to spend at most.
    """

    lines: tuple[BasketLine, ...]
    member: MemberPrice | None = None
    rewards: tuple[Reward, ...] = ()
    coupon: OwnedCoupon | None = None
    points_terms: PointsTerms = PointsTerms()
    points: int = 0
    freight: FreightTerms = field(default_factory=NoFreight)
    region: str | None = None
    earn: EarnTerms = EarnTerms()
