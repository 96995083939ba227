"""Any basket that the shop may have to price, for hypothesis. It draws little: draws take time."""

from typing import Final

from hypothesis import strategies as st

from commerce.pricing.values import (
    Basket,
    BasketLine,
    CouponKind,
    EarnTerms,
    FreightTerms,
    MemberPrice,
    NoFreight,
    OwnedCoupon,
    PointsTerms,
    Reward,
    Rung,
    Scope,
    UnitOffer,
)
from tests.commerce.freight.shop import TERMS

MOST_LINES: Final = 5
MOST_PIECES: Final = 999

# Product, category, freight template, grams, cubic centimetres.
KINDS = st.sampled_from(
    (
        (1, None, None, 0, 0),
        (1, 1, 1, 0, 0),
        (2, 1, 1, 150, 0),
        (3, 2, 2, 1_001, 0),
        (4, 2, 3, 900, 12_500),
    )
)
QUANTITIES = st.sampled_from((1, 1, 2, 3, 7, MOST_PIECES))
OFFERS = st.sampled_from((None, None, "timed", "timed", "activity"))
SCOPES = st.sampled_from(
    (
        Scope(),
        Scope(categories=frozenset({1})),
        Scope(categories=frozenset({2})),
        Scope(products=frozenset({1, 3})),
        Scope(frozenset({1}), frozenset({4})),
    )
)
# What a rung does beside taking off: frees freight, gives points, gives coupons.
PRESENTS = st.sampled_from(((False, 0, ()), (True, 0, ()), (False, 50, (7,)), (True, 301, (7, 8))))
FREIGHTS: st.SearchStrategy[tuple[FreightTerms, str | None]] = st.sampled_from(
    (
        (NoFreight(), None),
        (TERMS, None),
        (TERMS, "广东省 深圳市 南山区"),
        (TERMS, "浙江省 杭州市 西湖区"),
        (TERMS, "新疆维吾尔自治区 和田地区"),
        (TERMS, "台湾省 台北市"),
    )
)


@st.composite
def lines(draw: st.DrawFn, variant_id: int) -> BasketLine:
    """A line of a variant."""
    price, offer = draw(st.integers(0, 30_000)), draw(OFFERS)
    offered = UnitOffer("优惠价", draw(st.integers(0, price))) if offer else None
    product, category, template, weight, volume = draw(KINDS)
    return BasketLine(
        variant_id=variant_id,
        product_id=product,
        category_id=category,
        title="",
        label="",
        price=price,
        quantity=draw(QUANTITIES),
        activity=offered if offer == "activity" else None,
        timed=offered if offer == "timed" else None,
        weight=weight,
        volume=volume,
        freight_template_id=template,
    )


@st.composite
def rewards(draw: st.DrawFn, number: int) -> Reward:
    """A 满减送 of one or two rungs, by fen or by pieces."""
    by_pieces = draw(st.booleans())
    rungs = []
    for _ in range(draw(st.integers(1, 2))):
        reach, off = draw(st.integers(1, 12 if by_pieces else 60_000)), draw(st.integers(0, 9_000))
        fen, pieces = (None, reach) if by_pieces else (reach, None)
        rungs.append(Rung(fen, pieces, off, *draw(PRESENTS)))
    return Reward(number, f"活动{number}", draw(SCOPES), tuple(rungs))


@st.composite
def coupons(draw: st.DrawFn) -> OwnedCoupon:
    """A coupon of either kind; half of them ask for nothing."""
    threshold = draw(st.integers(-40_000, 40_000))
    kind, scope = draw(st.sampled_from(CouponKind)), draw(SCOPES)
    off, percent, cap = draw(st.integers(1, 9_000)), 100, None
    if kind == CouponKind.PERCENT:
        percent, cap, off = draw(st.integers(1, 99)), draw(st.sampled_from((None, off))), 0
    return OwnedCoupon(41, "券", scope, max(threshold, 0), kind, off, percent, cap)


@st.composite
def points_terms(draw: st.DrawFn) -> PointsTerms:
    """Terms of points; a balance may be a debt."""
    points, fen = draw(st.sampled_from(((0, 0), (1, 1), (3, 7), (100, 100), (100, 1))))
    balance, most = draw(st.integers(-100, 99_999)), draw(st.sampled_from((0, 99, 500, 99_999)))
    return PointsTerms(balance, points, fen, most, draw(st.sampled_from((0, 33, 50, 100))))


@st.composite
def baskets(draw: st.DrawFn) -> Basket:
    """A basket of a few lines with anything that the shop may have on offer."""
    percent = draw(st.sampled_from((None, None, 100, 97, 95, 88, 50, 1)))
    freight, region = draw(FREIGHTS)
    return Basket(
        lines=tuple(draw(lines(each)) for each in range(draw(st.integers(1, MOST_LINES)))),
        member=None if percent is None else MemberPrice("银卡", percent),
        rewards=tuple(draw(rewards(each)) for each in range(draw(st.integers(0, 2)))),
        coupon=draw(coupons()) if draw(st.booleans()) else None,
        points_terms=draw(points_terms()),
        points=draw(st.integers(0, 99_999)),
        freight=freight,
        region=region,
        earn=EarnTerms(*draw(st.sampled_from(((0, 100), (1, 100), (1, 115), (3, 150))))),
    )
