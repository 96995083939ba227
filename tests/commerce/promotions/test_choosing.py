"""The best coupon is the one that a search through all of them finds, by the quote alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.errors import InvalidInput
from commerce.pricing.reckoning import reckon
from commerce.pricing.values import (
    Basket,
    BasketLine,
    Consigned,
    CouponKind,
    Freight,
    MemberPrice,
    OwnedCoupon,
    PointsTerms,
    Reward,
    Rung,
    Scope,
    UnitOffer,
)
from commerce.promotions.choosing import EMPTY, NO_GAIN, best, judge, nearest, next_rungs

DRESSES, CUPS = 1, 2
ALL = Scope()


def line(price: int, quantity: int = 1, *, variant: int = 1, category: int = DRESSES) -> BasketLine:
    return BasketLine(variant, variant, category, f"商品{variant}", "", price, quantity)


def amount(coupon_id: int, off: int, threshold: int = 0, scope: Scope = ALL) -> OwnedCoupon:
    return OwnedCoupon(coupon_id, f"券{coupon_id}", scope, threshold, CouponKind.AMOUNT, off=off)


def percent(
    coupon_id: int, left: int, cap: int | None = None, threshold: int = 0, scope: Scope = ALL
) -> OwnedCoupon:
    kind = CouponKind.PERCENT
    return OwnedCoupon(coupon_id, "折扣券", scope, threshold, kind, percent=left, cap=cap)


class FreeOver:
    """10 yuan of freight, none from so many fen on."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def reckon(
        self, consigned: tuple[Consigned, ...], region: str | None, *, is_free: bool
    ) -> Freight:
        del region
        goods = sum(each.amount for each in consigned)
        fee = 0 if is_free or goods >= self.limit else 1000
        shares = dict.fromkeys((each.variant_id for each in consigned), 0)
        return Freight(fee, {**shares, consigned[0].variant_id: fee})


@pytest.mark.parametrize(
    ("fen", "saving", "missing"),
    [(9999, 0, 1), (10000, 1000, 0), (10001, 1000, 0), (1, 0, 9999)],
)
def test_a_threshold_is_exact_to_the_fen(fen: int, saving: int, missing: int) -> None:
    (judged,) = judge(Basket((line(fen),)), [amount(1, 1000, 10000)])

    assert (judged.saving, judged.missing, judged.is_usable) == (saving, missing, saving > 0)


@pytest.mark.parametrize(
    ("fen", "left", "cap", "saving"),
    [
        (101, 88, None, 12),  # 12.12
        (1999, 95, None, 99),  # 99.95 is never rounded up
        (99, 99, None, 0),  # 0.99
        (20000, 88, 2000, 2000),  # 2400 is capped
        (16666, 88, 2000, 1999),  # 1999.92 stays under the cap
        (16667, 88, 2000, 2000),  # 2000.04
    ],
)
def test_a_percentage_is_rounded_down_and_capped(
    fen: int, left: int, cap: int | None, saving: int
) -> None:
    (judged,) = judge(Basket((line(fen),)), [percent(1, left, cap)])

    assert judged.saving == saving


def test_the_threshold_counts_only_what_the_coupon_is_for_after_the_steps_before() -> None:
    basket = Basket(
        (line(10000, variant=1), line(99900, variant=2, category=CUPS)),
        member=MemberPrice("银卡", 95),
    )
    coupon = amount(1, 1000, 10000, Scope(categories=frozenset({DRESSES})))

    (judged,) = judge(basket, [coupon])

    assert (judged.saving, judged.missing) == (0, 500)
    assert "还差¥5" in judged.reason


def test_what_it_is_not_for_and_an_empty_basket_are_said_so() -> None:
    cups = amount(1, 1000, scope=Scope(categories=frozenset({CUPS})))

    (not_for,) = judge(Basket((line(10000),)), [cups])
    (empty,) = judge(Basket(()), [cups])

    assert "不在" in not_for.reason
    assert empty.reason == EMPTY
    assert best(Basket(()), [cups]) is None


def test_a_coupon_that_loses_free_freight_is_not_the_best() -> None:
    basket = Basket((line(10000),), freight=FreeOver(9900))
    small, large = amount(1, 500), amount(2, 1500)

    judged = judge(basket, [small, large])

    assert [(each.saving, each.reason) for each in judged] == [(0, NO_GAIN), (500, "")]
    assert best(basket, [small, large]) == large
    assert best(basket, [small]) is None


def test_of_equal_ones_the_first_is_used_which_lapses_first() -> None:
    basket = Basket((line(10000),))

    assert best(basket, [amount(7, 500), amount(3, 1000), amount(5, 1000)]) == amount(3, 1000)


def test_the_nearest_is_the_one_that_lacks_least() -> None:
    coupons = [amount(1, 5000, 30000), amount(2, 1000, 11000), amount(3, 100)]

    found = nearest(judge(Basket((line(10000),)), coupons))

    assert found is not None
    assert (found.coupon.id, found.missing) == (2, 1000)
    assert nearest(judge(Basket((line(40000),)), coupons)) is None


LADDER = Reward(
    1,
    "满减",
    Scope(),
    (Rung(19900, None, off=2000), Rung(29900, None, off=4000), Rung(49900, None, off=9000)),
)


@pytest.mark.parametrize(
    ("fen", "payable", "lacks"),
    [
        (19899, 19899, 1),
        (19900, 17900, 10000),
        (29899, 27899, 1),
        (29900, 25900, 20000),
        (49899, 45899, 1),
        (49900, 40900, None),
        (99999, 90999, None),
    ],
)
def test_a_ladder_of_three_rungs_is_exact_to_the_fen(
    fen: int, payable: int, lacks: int | None
) -> None:
    basket = Basket((line(fen),), rewards=(LADDER,))

    assert reckon(basket).payable == payable
    assert [each.fen for each in next_rungs(basket)] == ([] if lacks is None else [lacks])


def test_rungs_by_pieces_and_what_an_earlier_activity_has_taken() -> None:
    pairs = Reward(2, "两件九折", Scope(frozenset({DRESSES})), (Rung(None, 2, off=100),))
    one = Basket((line(5000),), rewards=(pairs, LADDER))
    two = Basket((line(5000, 2),), rewards=(pairs, LADDER))

    assert [(each.reward.id, each.fen, each.pieces) for each in next_rungs(one)] == [
        (2, 0, 1),
        (1, 14900, 0),
    ]
    assert next_rungs(two) == ()


SCOPES = st.sampled_from(
    [Scope(), Scope(frozenset({DRESSES})), Scope(frozenset({CUPS})), Scope(products=frozenset({1}))]
)
COUPONS = st.lists(
    st.builds(amount, st.integers(1, 99), st.integers(1, 9000), st.integers(0, 40000), SCOPES)
    | st.builds(
        percent,
        st.integers(1, 99),
        st.integers(1, 99),
        st.none() | st.integers(1, 5000),
        st.integers(0, 40000),
        SCOPES,
    ),
    max_size=6,
)


@st.composite
def baskets(draw: st.DrawFn) -> Basket:
    lines = tuple(
        replace(
            line(
                draw(st.integers(0, 30000)),
                draw(st.integers(1, 3)),
                variant=variant,
                category=draw(st.sampled_from([DRESSES, CUPS])),
            ),
            activity=draw(st.none() | st.just(UnitOffer("拼团", 100))),
            timed=draw(st.none() | st.builds(UnitOffer, st.just("限时"), st.integers(1, 30000))),
        )
        for variant in range(1, draw(st.integers(1, 4)) + 1)
    )
    return Basket(
        lines,
        member=draw(st.none() | st.just(MemberPrice("金卡", 93))),
        rewards=draw(st.sampled_from([(), (LADDER,)])),
        points_terms=draw(st.sampled_from([PointsTerms(), PointsTerms(900, 10, 10, 900, 50)])),
        points=draw(st.sampled_from([0, 500])),
        freight=draw(st.sampled_from([FreeOver(0), FreeOver(20000)])),
    )


@given(baskets(), COUPONS)
def test_the_best_is_what_trying_every_quote_finds(
    basket: Basket, owned: list[OwnedCoupon]
) -> None:
    cheapest: tuple[int, OwnedCoupon | None] = (reckon(basket).payable, None)
    for coupon in owned:
        try:
            payable = reckon(replace(basket, coupon=coupon)).payable
        except InvalidInput:
            continue
        if payable < cheapest[0]:
            cheapest = (payable, coupon)

    assert best(basket, owned) == cheapest[1]
