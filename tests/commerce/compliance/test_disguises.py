"""Writing a phrase in another way does not hide it, and a finding points at what was written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.compliance import TextKind, lint
from commerce.compliance.plain import plain
from tests.commerce.compliance.corpora import BAD, GOOD, Sample

PHRASED = [sample for sample in BAD if sample.rule != "unsubscribing"]
BETWEEN = st.text(st.sampled_from(" 　·-_*.|/～…\u200b\ufe0f❤「」"), max_size=2)
ANY_MARK = st.text(st.sampled_from(" ·，、。！-\u200b"), min_size=1, max_size=2)


@given(st.sampled_from(PHRASED), st.data())
@settings(max_examples=100)
def test_signs_between_the_letters_hide_nothing(sample: Sample, data: st.DataObject) -> None:
    hidden = "".join(letter + data.draw(BETWEEN) for letter in sample.text)
    found = {finding.rule for finding in lint(hidden, sample.kind) if finding.blocks}
    assert sample.rule in found, hidden


@given(
    st.sampled_from(("最好喝", "国家级", "全网最低价", "转发有奖", "好评返现", "稳赚", "治愈率")),
    st.data(),
)
@settings(max_examples=60)
def test_pauses_and_stops_between_the_letters_of_a_phrase_hide_nothing(
    phrase: str, data: st.DataObject
) -> None:
    hidden = phrase[0] + "".join(data.draw(ANY_MARK) + letter for letter in phrase[1:])
    assert lint(f"本店{hidden}", TextKind.OFFER), hidden


@given(st.sampled_from([*BAD, *GOOD]), st.text(max_size=8), st.sampled_from(TextKind))
@settings(max_examples=100)
def test_a_finding_points_at_the_text_as_it_was_written(
    sample: Sample, before: str, kind: TextKind
) -> None:
    text = before + sample.text
    for finding in lint(text, kind):
        assert finding.phrase == text[finding.start : finding.end]
        assert finding.phrase or finding.rule == "unsubscribing"


def test_the_phrase_is_told_with_what_was_put_between_its_letters() -> None:
    (finding,) = lint("秋日【转 发·有_奖】专场", TextKind.OFFER)
    assert (finding.phrase, finding.start, finding.end) == ("转 发·有_奖", 3, 10)


@pytest.mark.parametrize(
    "written",
    [
        "ＮＯ．１ 品质",
        "no.1品质",
        "轉發朋友圈領紅包",
        "這是最劃算的",
        "加Ｖ：shop1",
        "國家級",
        "好評返現",
    ],
)
def test_other_widths_and_traditional_characters_read_the_same(written: str) -> None:
    assert any(finding.blocks for finding in lint(written, TextKind.OFFER)), written


@pytest.mark.parametrize("written", ["", " ", "。。。", "❤️❤️", "\n", "a", "𠮷野家"])
def test_a_text_that_says_nothing_is_let_pass(written: str) -> None:
    assert lint(written, TextKind.OFFER) == ()


def test_every_letter_knows_where_it_stood() -> None:
    text = "㎏ 最·好①"
    read = plain(text)
    assert read.letters == "kg 最好1"
    assert [text[place] for place in read.places] == ["㎏", "㎏", " ", "最", "好", "①"]
