"""Titles within their bytes, on the edge of a character that people see as one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miniprogram_cards.limits import TITLE_BYTES, cut_to_bytes, visible_characters

FAMILY = "👨‍👩‍👧‍👦"
WOMAN = "👩🏽‍🚀"
FLAG = "🇨🇳"
ACCENT = "e\u0301"
KEYCAP = "3\ufe0f\u20e3"


def test_forty_chinese_characters_are_cut_to_twenty_and_a_half_dozen_bytes_remain() -> None:
    cut = cut_to_bytes("字" * 40)

    assert cut == "字" * 20 + "…"
    assert len(cut.encode()) == 63


def test_what_fits_stays_as_it_is() -> None:
    exactly = "字" * 21 + "a"

    assert cut_to_bytes(exactly) == exactly
    assert cut_to_bytes("") == ""


@pytest.mark.parametrize("one", [FAMILY, WOMAN, FLAG, ACCENT, KEYCAP, "字", "👍"])
def test_what_people_see_as_one_is_kept_or_lost_as_one(one: str) -> None:
    for limit in range(3, 80):
        cut = cut_to_bytes(one * 30, limit)

        assert len(cut.encode()) <= limit
        assert set(cut.removesuffix("…").split(one)) <= {""}


def test_flags_next_to_each_other_are_not_mixed() -> None:
    assert list(visible_characters("🇨🇳🇯🇵a")) == ["🇨🇳", "🇯🇵", "a"]


def test_the_end_is_kept_and_the_beginning_cut() -> None:
    cut = cut_to_bytes("云朵拖鞋" * 20, keep_end=" 共3件 ¥159")

    assert cut.endswith("… 共3件 ¥159")
    assert len(cut.encode()) <= TITLE_BYTES


def test_a_title_has_one_line_and_no_half_surrogates() -> None:
    assert cut_to_bytes(" 云朵\n拖鞋\ud83d\t白 ") == "云朵 拖鞋 白"


def test_a_limit_without_room_for_the_end_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no room"):
        cut_to_bytes("云朵拖鞋", 6, keep_end="¥159")


@given(st.text(), st.integers(3, 100))
def test_no_text_is_ever_too_long_or_broken(text: str, limit: int) -> None:
    cut = cut_to_bytes(text, limit)

    assert len(cut.encode()) <= limit
    kept = cut.removesuffix("…")
    plain = " ".join(text.encode("utf-8", "ignore").decode().split())
    assert plain.startswith(kept)


@given(st.text())
def test_pieces_join_to_the_whole(text: str) -> None:
    assert "".join(visible_characters(text)) == text
