"""Numbers, identifiers and surfaces are read exactly, and offsets point at what was written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.extractors.numerals import read_number
from nlu.normalise import normalise
from nlu.text import fold
from nlu.understanding import Understanding
from tests.nlu.phrases import IDENTIFIERS, ORDINALS, PRICES, QUANTITIES, SURFACES

EVERY_PHRASE = [row[0] for row in [*PRICES, *QUANTITIES, *ORDINALS, *IDENTIFIERS, *SURFACES]]


def understood(text: str) -> Understanding:
    return Understanding.from_findings(text, "search_product", 1.0, normalise(text), "keyword")


@pytest.mark.parametrize(("text", "low", "high"), PRICES)
def test_prices_come_to_bounds_in_yuan(text: str, low: float | None, high: float | None) -> None:
    entities = understood(text).entities

    assert (entities.get("price_min"), entities.get("price_max")) == (low, high)


@pytest.mark.parametrize(("text", "quantity"), QUANTITIES)
def test_quantities_count_goods_and_nothing_else(text: str, quantity: int | None) -> None:
    assert understood(text).first("quantity") == quantity


@pytest.mark.parametrize(("text", "ordinals"), ORDINALS)
def test_ordinals_are_places_in_the_last_list(text: str, ordinals: list[int]) -> None:
    assert understood(text).ordinals == ordinals


@pytest.mark.parametrize(("text", "entity", "values"), [*IDENTIFIERS, *SURFACES])
def test_strings_are_found_as_written(text: str, entity: str, values: list[str]) -> None:
    assert understood(text).strings(entity) == values


@pytest.mark.parametrize("text", EVERY_PHRASE)
def test_spans_point_at_the_surface_behind_emoji_too(text: str) -> None:
    shifted = understood(f"👨‍👩‍👧𠮷，{text}")

    for span in shifted.spans:
        assert shifted.text[span.start : span.end] in shifted.strings(span.entity)


def test_a_bare_number_is_offered_as_place_and_as_count() -> None:
    assert dict(understood(" 2 ").entities) == {"ordinal": [2], "quantity": 2}


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("零", 0), ("十", 10), ("十五", 15), ("二十", 20),
        ("一百五", 150), ("一百零五", 105), ("一百一十五", 115),
        ("一千二", 1200), ("一千零二", 1002), ("一千零二十", 1020),
        ("两万三", 23000), ("一万五千", 15000),
        ("三千五百六十", 3560), ("一亿两千万", 120_000_000),
        ("百", 100), ("千", 1000), ("万", 10000),
        ("1万2", 12000), ("3千5", 3500), ("1.5万", 15000), ("2k", 2000),
        ("1,299", 1299), ("99.9", Decimal("99.9")),
        ("二〇二六", 2026), ("壹佰贰拾", 120), ("十万", 100_000), ("3百5十", 350),
    ],
)  # fmt: skip
def test_numerals_are_read_exactly(numeral: str, value: Decimal) -> None:
    assert read_number(numeral) == value


@pytest.mark.parametrize("numeral", ["", "百千", "十百", "一百二百", "个", "亿"])
def test_what_is_no_numeral_is_refused(numeral: str) -> None:
    assert read_number(numeral) is None


@given(st.integers(min_value=1, max_value=99_999_999))
def test_every_number_survives_being_written_in_chinese(value: int) -> None:
    assert read_number(in_chinese(value)) == value


@given(st.text(max_size=80))
def test_any_text_is_read_without_an_error_and_with_true_offsets(text: str) -> None:
    assert len(fold(text)) == len(text)
    for finding in normalise(text):
        assert 0 <= finding.start < finding.end <= len(text)
        if isinstance(finding.value, str):
            assert text[finding.start : finding.end] == finding.value


@given(
    st.text(
        alphabet="0123456789一二两三五十百千万块元到以内左右第个件打俩买来的x-.~￥码", max_size=24
    )
)
def test_any_pile_of_shop_characters_is_read_without_an_error(text: str) -> None:
    entities = understood(text).entities

    assert entities.get("price_min", 0) <= entities.get("price_max", float("inf"))
    assert entities.get("quantity", 1) >= 0
    assert 0 not in entities.get("ordinal", [])


def in_chinese(value: int) -> str:
    """Written out in full, as a bank would: the reader must agree with a plain writer."""
    if value >= 10_000:
        upper, lower = divmod(value, 10_000)
        joint = "零" if 0 < lower < 1000 else ""
        return in_chinese(upper) + "万" + joint + (in_chinese(lower) if lower else "")
    digits, written = "零一二三四五六七八九", ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            written += digits[digit] + name
        elif written and value and not written.endswith("零"):
            written += "零"
    return written
