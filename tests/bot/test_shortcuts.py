"""Words that need no parser."""

import re

import pytest

from bot import texts
from bot.shortcuts import SHORTCUTS, find_shortcut
from nlu.text import fold
from nlu.understanding import Intent

OPTIONS = {
    "找商品": Intent.SEARCH_PRODUCT,
    "热销商品": Intent.SEARCH_PRODUCT,
    "新品": Intent.SEARCH_PRODUCT,
    "看看购物车": Intent.VIEW_CART,
    "我的订单": Intent.ORDER_STATUS,
    "有什么优惠": Intent.ASK_PROMOTION,
    "转人工": Intent.HUMAN_HANDOFF,
}


def test_every_option_of_the_menu_means_its_intent() -> None:
    assert set(OPTIONS) == set(texts.MENU)
    for words, intent in OPTIONS.items():
        found = find_shortcut(words)
        assert found is not None
        assert (found.intent, found.confidence, found.entities) == (intent, 1.0, {})
        assert found.source == "shortcut"


@pytest.mark.parametrize("text", ["转人工", " 转人工。", "“转人工”", "轉人工", "TD", "ＴＤ"])
def test_marks_and_letter_forms_do_not_matter(text: str) -> None:
    assert find_shortcut(text) is not None


@pytest.mark.parametrize("text", ["", "。", "不要转人工", "转人工干嘛", "我的订单到哪了", "是不是"])
def test_anything_more_is_left_to_the_parser(text: str) -> None:
    assert find_shortcut(text) is None


def test_the_table_is_written_in_folded_words() -> None:
    assert [words for words in SHORTCUTS if fold(words) != words] == []


def test_what_the_shop_tells_its_customers_to_say_is_a_shortcut() -> None:
    """Examples, positions and changes are read otherwise; every other quoted word is exact."""
    examples = re.compile(r"第|\d|…|改成|换成|来一件|删掉|\{|有没有|宽")
    sentences = [value for value in vars(texts).values() if isinstance(value, str)]
    sentences += texts.NEXT_FOR_ORDER.values()
    quoted = {words for each in sentences for words in re.findall(r"“([^”]*)”", each)}

    literal = {words for words in quoted if not examples.search(words)}

    assert {"是", "不用", "结算", "换一批", "转人工", "我的订单", "取消订单"} <= literal
    assert {words for words in literal if find_shortcut(words) is None} == set()
