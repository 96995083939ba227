"""Text as search sees it."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.catalogue import entries, reading, sounds, traits, words
from commerce.catalogue.entries import STEPS, covering, price_terms, sales_weight


@pytest.mark.parametrize("module", [words, traits, entries, reading, sounds])
def test_the_examples_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@given(st.lists(st.text("蓝牙耳机式", min_size=1, max_size=4), max_size=8))
def test_what_is_needed_of_some_words_covers_all_their_characters(found: list[str]) -> None:
    kept = words.needed(found)

    assert set(kept) <= set(found)
    assert set("".join(kept)) == set("".join(found))


@given(st.integers(0, 10**8), st.integers(0, 10**8), st.integers(0, 10**8))
def test_a_span_of_prices_is_covered_exactly_and_by_few_terms(
    one: int, two: int, price: int
) -> None:
    lowest, highest = min(one, two), max(one, two)
    span = {f"|{step}:{place}" for step, place in covering(lowest, highest)}

    assert (not span.isdisjoint(price_terms("", price))) == (lowest <= price <= highest)
    assert len(span) <= 18 * len(STEPS)


def test_sales_raise_a_score_but_little() -> None:
    weights = [sales_weight(sales) for sales in (0, 1, 10, 1000, 100_000, 10**9)]

    assert weights[0] == 0
    assert weights == sorted(weights)
    assert weights[-1] == weights[-2] < 0.3
