"""Giving pieces back: however they are grouped, the whole line gives back the whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.pricing.refunding import Back, PaidLine, back_for


@pytest.mark.parametrize(
    ("total", "quantity", "already", "pieces", "money"),
    [
        (101, 3, 0, 1, 33),
        (101, 3, 1, 1, 33),
        (101, 3, 2, 1, 35),
        (101, 3, 1, 2, 68),
        (101, 3, 0, 3, 101),
        (2, 3, 0, 1, 0),
        (2, 3, 2, 1, 2),
        (0, 5, 0, 5, 0),
        (8730, 1, 0, 1, 8730),
    ],
)
def test_each_piece_gives_its_floor_and_the_last_one_the_rest(
    total: int, quantity: int, already: int, pieces: int, money: int
) -> None:
    assert back_for(PaidLine(quantity, total, 0, 0), already, pieces).money == money


@given(st.data(), st.integers(1, 999), st.integers(0, 10**9), st.integers(0, 10**6))
def test_any_grouping_gives_back_exactly_what_was_paid(
    data: st.DataObject, quantity: int, total: int, points: int
) -> None:
    line = PaidLine(quantity, total, points, points // 2)
    already, backs = 0, list[Back]()
    while already < quantity:
        pieces = data.draw(st.integers(1, quantity - already))
        backs.append(back_for(line, already, pieces))
        already += pieces

    assert sum(each.money for each in backs) == total
    assert sum(each.points_spent for each in backs) == points
    assert sum(each.points_given for each in backs) == points // 2
    assert all(min(each.money, each.points_spent, each.points_given) >= 0 for each in backs)


@pytest.mark.parametrize(("already", "pieces"), [(-1, 1), (0, 0), (2, 2), (3, 1)])
def test_pieces_that_are_not_there_are_refused(already: int, pieces: int) -> None:
    with pytest.raises(ValueError, match="does not have"):
        back_for(PaidLine(3, 100, 0, 0), already, pieces)
