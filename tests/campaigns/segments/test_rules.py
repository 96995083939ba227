"""Rules are read strictly, and told what is wrong in words that name the fact and the remedy."""

from typing import Any

import pytest
from hypothesis import given, settings
from sqlmodel import Session

from campaigns.segments.describing import describe
from campaigns.segments.rules import Rule, list_facts, read_rule
from commerce.customers.tags import save_tag
from commerce.errors import InvalidInput
from tests.campaigns.segments import ruling


def fact(name: str, op: str, value: Any = None, days: Any = None) -> dict[str, Any]:
    return {"kind": "fact", "fact": name, "op": op, "value": value, "days": days}


def nested(levels: int) -> dict[str, Any]:
    told = fact("promoter", "yes")
    for _ in range(levels - 1):
        told = {"kind": "not", "of": told}
    return told


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (fact("age", "at_least", 3), "没有“age”这个条件，请从列表里选一个"),
        (fact("spent", "like", 3), "条件“累计消费”没有“like”这种比较，可以用：至少、至多"),
        (fact("spent", "at_least", "3"), "条件“累计消费·至少”要填一个整数"),
        (fact("orders", "at_least", True), "条件“付款订单数·至少”要填一个整数"),
        (fact("r", "at_least", 6), "条件“最近购买得分·至少”要填1到5的分数"),
        (fact("last_seen", "before", 9999), "条件“最近来访·至少多少天前”要填0到3650的整数"),
        (fact("tag", "any", []), "条件“标签·有其中任一个”至少要选一项"),
        (fact("tag", "any", ["a"]), "条件“标签·有其中任一个”里有认不出的选项，请重新选"),
        (fact("tag", "any", [0]), "条件“标签·有其中任一个”里有不存在的选项，请重新选"),
        (fact("tag", "any", list(range(1, 300))), "条件“标签·有其中任一个”最多选200项"),
        (fact("tag", "any", [1], 7), "条件“标签·有其中任一个”不能限定天数，请清空天数"),
        (fact("bought", "product", [1], 0), "条件“买过·商品”的天数要填1到3650的整数"),
        (fact("promoter", "yes", 1), "条件“推广员·是推广员”不用填值，请清空"),
        ({"kind": "all", "of": []}, "“全部满足”和“任一满足”里至少要有一个条件"),
        ({"kind": "xor", "of": []}, "有一条不是条件，也不是“全部、任一、排除”，请重新选"),
        ({**fact("promoter", "yes"), "color": 1}, "条件里有不认识的字段，请去掉"),
        (7, "有个条件没有填完整，请重新选"),
        (nested(6), "条件最多套5层，请拆成几个分群"),
        ({"kind": "any", "of": [fact("promoter", "yes")] * 51}, "条件最多50个，请合并或删掉一些"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_with_the_remedy(told: Any, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_rule(told)

    assert str(refused.value).startswith(words)
    assert refused.value.details["field"] == "rule"


def test_the_error_says_where_in_the_rule_it_is() -> None:
    told = {"kind": "all", "of": [fact("promoter", "yes"), fact("spent", "at_least", -1)]}

    with pytest.raises(InvalidInput) as refused:
        read_rule(told)

    assert refused.value.details["at"] == "of.1"


def test_a_rule_of_any_depth_is_refused_and_not_followed() -> None:
    with pytest.raises(InvalidInput):
        read_rule(nested(5000))


def test_as_many_facts_and_levels_as_are_allowed_are_read() -> None:
    widest: dict[str, Any] = {"kind": "any", "of": [fact("promoter", "yes")] * 50}

    assert len(list(list_facts(read_rule(widest)))) == 50
    assert len(list(list_facts(read_rule(nested(5))))) == 1


@settings(max_examples=30)
@given(rule=ruling.RULES)
def test_a_rule_is_the_same_after_it_was_kept(rule: Rule) -> None:
    assert read_rule(rule.model_dump(mode="json", exclude_none=True)) == rule


def test_a_rule_is_a_sentence_with_the_names_of_what_it_is_about(session: Session) -> None:
    tag = save_tag(session, "兴趣", "露营").id
    told = {
        "kind": "all",
        "of": [
            fact("spent", "at_least", 50_000),
            {"kind": "any", "of": [fact("tag", "any", [tag]), fact("birthday", "today")]},
            {"kind": "not", "of": fact("bought", "product", [999], 30)},
        ],
    }

    said = describe(session, read_rule(told))

    assert said == (
        "累计消费至少¥500，且（有标签“露营”之一，或今天生日），"
        "且不是（30天内买过商品“已删除（999）”）"
    )
    assert describe(session, None) == "全部顾客"


@settings(max_examples=30)
@given(rule=ruling.RULES)
def test_every_rule_can_be_said(rule: Rule) -> None:
    for each in list_facts(rule):
        operator = each.operator
        words = operator.words if each.days is None else operator.words_in_days
        assert words.format(value="甲", days=each.days)
