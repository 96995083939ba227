"""The files of rules hold together, and each turn of their form does what it says."""

import pytest

from commerce.compliance import TextKind, check, lint
from commerce.compliance.phrases import compile_phrase, read_lines
from commerce.compliance.plain import WORDS, plain
from commerce.compliance.rules import all_rules
from commerce.errors import InvalidInput

NOT_OF_A_RULE = {"groups", "negations", "undenied", "gap_denials", "traditional"}


def test_every_rule_has_its_list_and_every_list_its_rule() -> None:
    assert {rule.key for rule in all_rules()} | NOT_OF_A_RULE == {
        path.stem for path in WORDS.iterdir()
    }


def test_every_rule_tells_its_source_the_reason_and_the_fix_in_chinese() -> None:
    for rule in all_rules():
        assert "《" in rule.source
        assert rule.reason
        assert rule.fix
        assert rule.blocks or rule.advises
        assert not rule.blocks & rule.advises


def test_no_fix_breaks_a_rule_itself() -> None:
    for rule in all_rules():
        found = [each for each in lint(rule.fix, TextKind.TITLE) if each.blocks]
        assert [each for each in found if each.rule != rule.key] == [], rule.key


def test_lists_are_written_as_texts_are_read() -> None:
    for path in WORDS.glob("*.txt"):
        for line in [] if path.stem == "traditional" else read_lines(path):
            for letter in line:
                is_form = letter in "(){}|~?$- =\\_"
                assert is_form or plain(letter).letters == letter, (path.name, line, letter)


@pytest.mark.parametrize("line", ["~最", "(甲)?最", "{nobody}最", "$"])
def test_a_line_without_a_beginning_or_of_an_unknown_group_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="“"):
        compile_phrase(line)


@pytest.mark.parametrize(
    ("line", "found", "passed"),
    [
        ("转(发|给)", "转给", "转让"),
        ("买甲?乙", "买乙", "买丙乙"),
        ("减~3元", "减去了五元", "减去了五十块元"),
        ("好~评", "好的评", "好。的评"),
        ("好~评", "好的评", "好没有评"),
        ("好~~评", "好。的评", "坏。的评"),
        ("最好$", "最好呀！", "最好先"),
        ("得\\d", "得5", "得五"),
        ("0元", "0元", "10元"),
        ("加v", "加v", "加nv"),
    ],
)
def test_the_form_of_a_line(line: str, found: str, passed: str) -> None:
    pattern = compile_phrase(line).pattern
    assert pattern.search(plain(found).letters)
    assert not pattern.search(plain(passed).letters)


@pytest.mark.parametrize(
    "text",
    ["我们不是最便宜的", "从不好评返现", "转发没有奖励", "积极致力环保", "加V领毛衣", "最好翻面洗"],
)
def test_denials_and_ordinary_words_are_let_pass(text: str) -> None:
    assert not [each for each in lint(text, TextKind.OFFER) if each.blocks]


@pytest.mark.parametrize(
    "text", ["不能错过的全网最低价", "不买后悔，全网最低价", "不得不爱的顶级咖啡"]
)
def test_a_denial_of_something_else_denies_nothing(text: str) -> None:
    assert any(each.blocks for each in lint(text, TextKind.OFFER))


def test_what_stops_an_offer_only_advises_in_an_answer() -> None:
    (in_offer,) = lint("最划算的一款", TextKind.OFFER)
    (in_answer,) = lint("最划算的一款", TextKind.ANSWER)
    assert in_offer.blocks
    assert not in_answer.blocks
    check("最划算的一款", TextKind.ANSWER, "answer")


def test_naming_a_bargain_is_advised_on_and_not_refused() -> None:
    (finding,) = lint("保温杯砍价", TextKind.OFFER)
    assert (finding.rule, finding.blocks) == ("bargain_for_help", False)


def test_a_message_to_many_tells_how_to_unsubscribe_and_others_need_not() -> None:
    (finding,) = lint("秋装上新", TextKind.MARKETING)
    assert (finding.rule, finding.phrase, finding.start) == ("unsubscribing", "", 4)
    assert lint("秋装上新，回复TD退订", TextKind.MARKETING) == ()
    assert lint("秋装上新", TextKind.OFFER) == ()


def test_a_refusal_names_field_phrase_reason_and_fix() -> None:
    with pytest.raises(InvalidInput, match=r"“全网·最低价”不能这样写：.+改法：.+") as refused:
        check("羽绒服全网·最低价", TextKind.OFFER, "name")
    assert refused.value.details == {"field": "name", "rule": "lowest_price"}
