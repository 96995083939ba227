"""Patterns of words: groups that must all be there, words that may replace each other."""

import pytest

from commerce.errors import InvalidInput
from commerce.knowledge.keywords import Pattern, best_weight


@pytest.mark.parametrize(
    ("pattern", "text", "weight"),
    [
        ("包邮/免邮", "这个包邮吗", 2),
        ("退/寄回 运费/邮费", "寄回去的运费谁出", 4),
        ("退/寄回 运费/邮费", "运费多少", 0),
        ("退/退货 运费", "退货的运费", 4),
        ("VIP/会员", "vip有折扣吗", 3),
    ],
)
def test_the_characters_of_the_text_that_a_pattern_accounts_for(
    pattern: str, text: str, weight: int
) -> None:
    assert Pattern.read(pattern).weight(text) == weight


def test_the_best_pattern_counts() -> None:
    patterns = [Pattern.read("退"), Pattern.read("退货 运费")]

    assert best_weight(patterns, "退货运费") == 4
    assert best_weight([], "退货运费") == 0


@pytest.mark.parametrize("pattern", ["", "/", "退 / 运费", "一 二 三 四 五", "长" * 201])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidInput, match="读不懂"):
        Pattern.read(pattern)
