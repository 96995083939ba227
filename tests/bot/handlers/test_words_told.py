"""What the shop tells customers to say is understood without a parser."""

import re

from bot.handlers import (
    address_words,
    aftersale_words,
    explaining_words,
    order_words,
    privacy_words,
    reorder_words,
    shop_front_words,
)
from bot.shortcuts import find_shortcut

MODULES = (
    address_words,
    aftersale_words,
    explaining_words,
    order_words,
    privacy_words,
    reorder_words,
    shop_front_words,
)
HEARD_BY_THE_QUESTION = {"跳过", "好了", "第一个", "全部"}
"""Answers that the open question itself understands."""


def test_every_quoted_word_is_a_shortcut_or_an_answer_to_the_question_it_stands_in() -> None:
    sentences = [each for module in MODULES for each in vars(module).values()]
    sentences += [each for known in sentences if isinstance(known, dict) for each in known.values()]
    quoted = {
        word
        for each in sentences
        if isinstance(each, str)
        for word in re.findall(r"“([^”{]*)”", each)
    }

    assert {"确认", "不用", "售后进度", "不退了", "恢复推送", "改地址"} <= quoted
    unknown = {each for each in quoted - HEARD_BY_THE_QUESTION if find_shortcut(each) is None}
    assert unknown == set()
