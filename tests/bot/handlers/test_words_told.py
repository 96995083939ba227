"""What the shop tells customers to say is understood without a parser."""

import re

from bot.handlers import (
    address_book_words,
    address_words,
    aftersale_money_words,
    aftersale_news_words,
    aftersale_return_words,
    aftersale_words,
    bargain_words,
    commission_news_words,
    coupon_words,
    distribution_words,
    explaining_words,
    flash_sale_words,
    group_buy_words,
    invoice_words,
    membership_words,
    order_words,
    pickup_words,
    points_mall_words,
    privacy_words,
    receipt_words,
    reorder_words,
    shop_front_words,
    withdrawal_words,
)
from bot.shortcuts import find_shortcut

MODULES = (
    address_book_words,
    address_words,
    aftersale_money_words,
    aftersale_news_words,
    aftersale_return_words,
    aftersale_words,
    bargain_words,
    commission_news_words,
    coupon_words,
    distribution_words,
    explaining_words,
    flash_sale_words,
    group_buy_words,
    invoice_words,
    membership_words,
    order_words,
    pickup_words,
    points_mall_words,
    privacy_words,
    receipt_words,
    reorder_words,
    shop_front_words,
    withdrawal_words,
)
HEARD_BY_THE_QUESTION = {"跳过", "好了", "第一个", "第一张", "全部", "5月20日"}
"""Answers that the open question itself understands."""
READ_BY_THE_BOOK = {"默认改成第二个", "删除第二个地址"}
"""Positions in the address book, which its handler reads before any intent."""

CHOSEN_AT_CHECKOUT = {"到店自提"}
"""What stands on the mini-program's page."""


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
    elsewhere = HEARD_BY_THE_QUESTION | READ_BY_THE_BOOK | CHOSEN_AT_CHECKOUT
    unknown = {each for each in quoted - elsewhere if find_shortcut(each) is None}
    assert unknown == set()
