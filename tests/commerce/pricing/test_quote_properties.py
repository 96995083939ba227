"""Whatever is in the basket: the parts of a quote sum to the whole, and go back as they came."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commerce.errors import InvalidInput
from commerce.pricing.quote import Quote, QuotedLine
from commerce.pricing.reckoning import reckon
from commerce.pricing.refunding import PaidLine, back_for
from commerce.pricing.values import Basket, StepKind
from tests.commerce.pricing.baskets import baskets

type ByDiscount = Mapping[tuple[StepKind, str], int]


def quote_of(basket: Basket) -> Quote:
    """The basket's quote; without its coupon if it cannot be used, which is all that may fail."""
    try:
        return reckon(basket)
    except InvalidInput as refusal:
        if refusal.details["field"] != "coupon_id":
            raise
        return reckon(replace(basket, coupon=None))


def assert_sums(quote: Quote) -> None:
    """Steps and lines come to the same, and every line's part is in a sum of the quote."""
    lines = quote.lines
    assert sum(step.amount for step in quote.steps) == quote.payable >= 0
    assert sum(line.total + line.freight for line in lines) == quote.payable
    assert sum(line.gross for line in lines) == quote.goods_total
    assert quote.goods_total - quote.discount + quote.freight == quote.payable
    assert sum(line.freight for line in lines) == quote.freight
    assert sum(line.points_spent for line in lines) == quote.points_spent
    assert sum(line.points_given for line in lines) == quote.points_given


def assert_shares(quote: Quote) -> None:
    """Each discount is on its lines to the fen, and none takes more than a line costs."""
    for line in quote.lines:
        assert 0 <= line.total <= line.gross == line.price * line.quantity
        assert min(line.freight, line.points_spent, line.points_given) >= 0
        assert all(share.amount > 0 for share in line.shares)
        assert sum(share.amount for share in line.shares) == line.gross - line.total
    assert discounts_by_lines(quote) == discounts_by_steps(quote)
    assert [step.kind for step in quote.steps] == sorted(
        (step.kind for step in quote.steps), key=list(StepKind).index
    )


def discounts_by_lines(quote: Quote) -> ByDiscount:
    """What each discount takes off all lines."""
    found: Counter[tuple[StepKind, str]] = Counter()
    for line in quote.lines:
        for share in line.shares:
            found[share.kind, share.name] += share.amount
    return found


def discounts_by_steps(quote: Quote) -> ByDiscount:
    """What each discount takes off by the steps; two of one name count together."""
    found: Counter[tuple[StepKind, str]] = Counter()
    for step in quote.steps:
        if step.kind not in (StepKind.GOODS, StepKind.FREIGHT):
            found[step.kind, step.name] -= step.amount
    return found


def assert_offers_keep_to_their_goods(basket: Basket, quote: Quote) -> None:
    """An activity's line has no other discount than points; a coupon only touches its goods."""
    for line, quoted in zip(basket.lines, quote.lines, strict=True):
        kinds = [share.kind for share in quoted.shares]
        assert len(kinds) == len(set(kinds)), "one discount of a kind: no line is in two 满减送"
        assert len({StepKind.ACTIVITY, StepKind.TIMED, StepKind.MEMBER} & set(kinds)) <= 1
        if line.activity is not None:
            assert {StepKind.ACTIVITY, StepKind.POINTS}.issuperset(kinds)
        if StepKind.COUPON in kinds:
            assert basket.coupon is not None
            assert basket.coupon.scope.covers(line)


def assert_points_keep_to_their_terms(basket: Basket, quote: Quote) -> None:
    """Whole units, no more than are wanted, there and allowed, for their part of the goods."""
    terms, spent = basket.points_terms, quote.points_spent
    paid = -sum(step.amount for step in quote.steps if step.kind == StepKind.POINTS)
    cost = quote.payable - quote.freight + paid
    assert spent <= max(min(basket.points, terms.balance, terms.most), 0)
    assert paid * terms.points == spent * terms.fen
    assert spent % max(terms.points, 1) == 0
    assert paid * 100 <= cost * terms.most_percent


def assert_goes_back(lines: Sequence[QuotedLine], order: random.Random) -> None:
    """All pieces, given back in any groups and any order, give back what each line was."""
    paid = {
        line.variant_id: PaidLine(line.quantity, line.total, line.points_spent, line.points_given)
        for line in lines
    }
    already: Counter[int] = Counter()
    backs = dict.fromkeys(paid, (0, 0, 0))
    while left := [each for each, line in paid.items() if already[each] < line.quantity]:
        variant_id = order.choice(left)
        line = paid[variant_id]
        pieces = order.randint(1, line.quantity - already[variant_id])
        back = back_for(line, already[variant_id], pieces)
        parts = (back.money, back.points_spent, back.points_given)
        assert min(parts) >= 0
        already[variant_id] += pieces
        sums = zip(backs[variant_id], parts, strict=True)
        backs[variant_id] = sum(next(sums)), sum(next(sums)), sum(next(sums))
    assert backs == {
        line.variant_id: (line.total, line.points_spent, line.points_given) for line in lines
    }


def assert_adds_up(basket: Basket) -> Quote:
    """Every identity of one basket's quote."""
    quote = quote_of(basket)
    assert_sums(quote)
    assert_shares(quote)
    assert_offers_keep_to_their_goods(basket, quote)
    assert_points_keep_to_their_terms(basket, quote)
    return quote


def assert_adds_up_whatever_is_selected(basket: Basket, order: random.Random) -> None:
    """The identities for the basket, and for what is left of it without any one of its lines."""
    assert_goes_back(assert_adds_up(basket).lines, order)
    for place in range(len(basket.lines)):
        selected = basket.lines[:place] + basket.lines[place + 1 :]
        assert_adds_up(replace(basket, lines=selected))


@pytest.mark.slow
@settings(max_examples=1_000, suppress_health_check=[HealthCheck.too_slow])
@given(basket=baskets(), seed=st.integers(0, 2**32))
def test_1_000_baskets_add_up_whatever_is_selected_and_go_back_as_they_came(
    basket: Basket, seed: int
) -> None:
    assert_adds_up_whatever_is_selected(basket, random.Random(seed))


@pytest.mark.nightly
@pytest.mark.slow
@pytest.mark.timeout(3_600)
@settings(max_examples=10_000, suppress_health_check=[HealthCheck.too_slow])
@given(basket=baskets(), seed=st.integers(0, 2**32))
def test_10_000_baskets_add_up_whatever_is_selected_and_go_back_as_they_came(
    basket: Basket, seed: int
) -> None:
    assert_adds_up_whatever_is_selected(basket, random.Random(seed))
