"""Dividing amounts: the parts sum to the whole, whatever the weights."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.pricing.spreading import spread

weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=50)


@pytest.mark.parametrize(
    ("amount", "over", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (1, [5, 5], [1, 0]),
        (2, [5, 5, 5], [1, 1, 0]),
        (10, [999, 1], [10, 0]),
        (1000, [333, 333, 334], [333, 333, 334]),
        (999, [333, 333, 334], [333, 333, 333]),
        (0, [3, 4], [0, 0]),
        (5, [0, 0], [3, 2]),
        (7, [0, 9, 0], [0, 7, 0]),
        (1200, [500], [1200]),
        (0, [], []),
    ],
)
def test_parts_follow_the_largest_remainder(amount: int, over: list[int], parts: list[int]) -> None:
    assert spread(amount, over) == parts


@given(st.data(), weights)
def test_parts_sum_to_the_whole_and_fit_their_weights(data: st.DataObject, over: list[int]) -> None:
    amount = data.draw(st.integers(0, sum(over)))

    parts = spread(amount, over)

    assert sum(parts) == amount
    assert all(0 <= part <= weight for part, weight in zip(parts, over, strict=True))


@given(st.integers(0, 10**9), weights)
def test_a_part_is_its_exact_share_or_the_next_one(amount: int, over: list[int]) -> None:
    whole = sum(over) or len(over)
    exact = over if sum(over) else [1] * len(over)

    for part, weight in zip(spread(amount, over), exact, strict=True):
        assert amount * weight // whole <= part <= -(-amount * weight // whole)


@pytest.mark.parametrize(("amount", "over"), [(-1, [1]), (1, [2, -1]), (1, [])])
def test_what_cannot_be_divided_is_refused(amount: int, over: list[int]) -> None:
    with pytest.raises(ValueError, match=r"negative|nothing"):
        spread(amount, over)
