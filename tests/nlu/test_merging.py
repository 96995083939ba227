"""Who is believed when two sources claim the same characters."""

import pytest

from nlu.findings import Finding
from nlu.merging import merge


def named(findings: list[Finding]) -> list[tuple[str, object]]:
    return [(each.entity, each.value) for each in findings]


def test_both_bounds_of_one_price_stay() -> None:
    exact = [Finding(0, 5, "price_min", 80), Finding(0, 5, "price_max", 120)]

    assert len(merge(exact, [])) == 2


def test_a_brand_that_looks_like_a_count_is_a_brand() -> None:
    exact, words = [Finding(0, 2, "quantity", 3)], [Finding(0, 4, "brand", "三只松鼠")]

    assert named(merge(exact, words)) == [("brand", "三只松鼠")]


def test_the_longer_of_two_words_wins_whoever_found_it() -> None:
    words = [Finding(2, 6, "product", "蓝牙耳机")]
    learned = [Finding(0, 6, "product", "无线蓝牙耳机")]

    assert named(merge([], words, learned)) == [("product", "无线蓝牙耳机")]


@pytest.mark.parametrize("entity", ["price_max", "quantity", "ordinal"])
def test_what_a_model_learned_never_covers_a_number(entity: str) -> None:
    exact, learned = [Finding(0, 6, entity, 2)], [Finding(0, 11, "product", "200块以内的蓝牙耳机")]

    assert named(merge(exact, [], learned)) == [(entity, 2)]


def test_no_word_breaks_an_identifier() -> None:
    exact = [Finding(0, 15, "tracking_no", "SF1234567890123")]

    assert merge(exact, [Finding(0, 16, "brand", "SF12345678901234")]) == exact
