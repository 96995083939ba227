"""Baskets with the quotes that a person reckoned by hand: golden/*.toml, read into values.

Every expected number there is a literal; a comment shows the arithmetic where it is not plain.
"""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from commerce.pricing.values import (
    Basket,
    BasketLine,
    CouponKind,
    EarnTerms,
    MemberPrice,
    NoFreight,
    OwnedCoupon,
    PointsTerms,
    Reward,
    Rung,
    Scope,
    StepKind,
    UnitOffer,
)
from tests.commerce.freight.shop import TERMS

FOLDER = Path(__file__).parent / "golden"


class Table(BaseModel):
    """A table of a file; a word that is not known is a mistake in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Scoped(Table):
    """Something for some goods only, or for all."""

    categories: frozenset[int] = frozenset()
    products: frozenset[int] = frozenset()

    @property
    def scope(self) -> Scope:
        return Scope(self.categories, self.products)


class GoldenRung(Table):
    """A rung of a 满减送."""

    fen: int | None = None
    pieces: int | None = None
    off: int = 0
    frees_freight: bool = False
    points: int = 0
    coupon_templates: tuple[int, ...] = ()


class GoldenReward(Scoped):
    """A 满减送 of shop.toml."""

    rungs: tuple[GoldenRung, ...]

    def named(self, name: str, number: int) -> Reward:
        return Reward(
            number, name, self.scope, tuple(Rung(**rung.model_dump()) for rung in self.rungs)
        )


class GoldenCoupon(Scoped):
    """A coupon of shop.toml."""

    kind: CouponKind
    threshold: int = 0
    off: int = 0
    percent: int = 100
    cap: int | None = None

    def named(self, name: str) -> OwnedCoupon:
        return OwnedCoupon(
            COUPON_ID, name, self.scope, self.threshold, self.kind, self.off, self.percent, self.cap
        )


class GoldenShop(Table):
    """What the baskets name."""

    rewards: dict[str, GoldenReward]
    coupons: dict[str, GoldenCoupon]


class GoldenGoods(Table):
    """A selected line of a cart."""

    price: int
    quantity: int = 1
    activity: int | None = None
    timed: int | None = None
    category: int | None = None
    product: int | None = None
    template: int | None = None
    weight: int = 0
    volume: int = 0

    def line(self, number: int) -> BasketLine:
        return BasketLine(
            variant_id=number,
            product_id=number if self.product is None else self.product,
            category_id=self.category,
            title=f"第{number}件",
            label="",
            price=self.price,
            quantity=self.quantity,
            activity=None if self.activity is None else UnitOffer("拼团价", self.activity),
            timed=None if self.timed is None else UnitOffer("限时折扣", self.timed),
            weight=self.weight,
            volume=self.volume,
            freight_template_id=self.template,
        )


class GoldenPoints(Table):
    """The shop's terms for points, and how many the customer wants to spend."""

    wanted: int = 0
    balance: int = 0
    points: int = 0
    fen: int = 0
    most: int = 0
    most_percent: int = 0

    @property
    def terms(self) -> PointsTerms:
        return PointsTerms(self.balance, self.points, self.fen, self.most, self.most_percent)


class GoldenEarn(Table):
    """Points that are given for each yuan."""

    per_yuan: int
    percent: int = 100


class GoldenBasket(Table):
    """A basket as a file writes it."""

    name: str
    goods: tuple[GoldenGoods, ...]
    member: int | None = None
    rewards: tuple[str, ...] = ()
    coupon: str | None = None
    points: GoldenPoints = GoldenPoints()
    earn: GoldenEarn = GoldenEarn(per_yuan=0)
    region: str | None = None
    """Where the freight of the golden shop is paid to; None: a shop that takes none."""

    @property
    def basket(self) -> Basket:
        return Basket(
            lines=tuple(each.line(number) for number, each in enumerate(self.goods, start=1)),
            member=None if self.member is None else MemberPrice("银卡", self.member),
            rewards=tuple(
                SHOP.rewards[name].named(name, number)
                for number, name in enumerate(self.rewards, start=1)
            ),
            coupon=None if self.coupon is None else SHOP.coupons[self.coupon].named(self.coupon),
            points_terms=self.points.terms,
            points=self.points.wanted,
            freight=NoFreight() if self.region is None else TERMS,
            region=self.region,
            earn=EarnTerms(self.earn.per_yuan, self.earn.percent),
        )


class GoldenLine(Table):
    """What a line comes to: the share of each discount, what its pieces cost, and the rest."""

    total: int
    activity: int = 0
    timed: int = 0
    member: int = 0
    reward: int = 0
    coupon: int = 0
    points: int = 0
    freight: int = 0
    spent: int = 0
    given: int = 0


class GoldenQuote(GoldenBasket):
    """A basket and all that its quote has to say."""

    lines: tuple[GoldenLine, ...]
    steps: dict[StepKind, int | tuple[int, ...]]
    """A 满减送 a number; steps of nothing are left out."""
    payable: int
    spent: int = 0
    given: int = 0
    gifts: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()
    is_estimate: bool = False

    @property
    def all_steps(self) -> list[tuple[StepKind, int]]:
        """The steps in order, without those of nothing."""
        return [
            (kind, amount)
            for kind, amounts in self.steps.items()
            for amount in ((amounts,) if isinstance(amounts, int) else amounts)
            if amount
        ]


class GoldenRefusal(GoldenBasket):
    """A basket that has no quote: the field that is wrong, and the fen that are missing."""

    field: str
    missing: int | None = None


class GoldenFile(Table):
    """A file of baskets; its terms of points hold where a basket has none of its own."""

    terms: dict[str, int] = Field(default_factory=dict)
    basket: tuple[GoldenQuote, ...] = ()
    refused: tuple[GoldenRefusal, ...] = ()


def read_golden_files() -> dict[str, GoldenFile]:
    """All files by their names without the ending."""
    return {
        path.stem: GoldenFile.model_validate(_with_terms(tomllib.loads(path.read_text("utf-8"))))
        for path in sorted(FOLDER.glob("*.toml"))
        if path != SHOP_FILE
    }


def _with_terms(tables: dict[str, Any]) -> dict[str, Any]:
    for basket in tables.get("basket", ()):
        if "points" in basket:
            basket["points"] = tables.get("terms", {}) | basket["points"]
    return tables


COUPON_ID = 41
SHOP_FILE = FOLDER / "shop.toml"
SHOP = GoldenShop.model_validate(tomllib.loads(SHOP_FILE.read_text("utf-8")))
