"""Money is fen; yuan are for people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.errors import InvalidInput
from commerce.money import LARGEST_PRICE, fen_from_yuan, yuan


@given(st.integers(0, LARGEST_PRICE))
def test_what_is_shown_can_be_read_again(fen: int) -> None:
    assert fen_from_yuan(yuan(fen)) == fen


@pytest.mark.parametrize(
    ("fen", "shown"),
    [(0, "¥0"), (5, "¥0.05"), (10, "¥0.1"), (15900, "¥159"), (1990, "¥19.9"), (-250, "-¥2.5")],
)
def test_amounts_are_shown_without_needless_zeros(fen: int, shown: str) -> None:
    assert yuan(fen) == shown


@pytest.mark.parametrize(
    "written",
    ["", "abc", "1.234", "-1", "NaN", "sNaN", "Infinity", "1e999999", "1000000.01", "9" * 400],
)
def test_what_is_no_price_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        fen_from_yuan(written)

    assert refused.value.details["field"] == "price"
