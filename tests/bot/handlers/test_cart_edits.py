"""Forty edits of a cart by chat, each against the cart and the total worked out by hand."""

import csv

from bot.seeds import PRODUCTS_CSV
from commerce.money import fen_from_yuan, yuan
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import cart_of

FIND = None
"""The line only shows something; the cart stays as it was."""

MATTE, ROUGE = "MZ018-01", "MZ020-01"
"""Lipsticks: the first and the second of their list."""
MILK, DOUBLE_MILK, LEAN = "SP001-01", "SP001-02", "SP002-01"
DRESS_BLACK_M, DRESS_BLACK_XL, DRESS_RED_XL = "NV001-05", "NV001-07", "NV001-04"

EDITS: list[tuple[str, dict[str, int] | None]] = [
    ("口红", FIND),
    ("第一个", {MATTE: 1}),
    ("第二个来两件", {MATTE: 1, ROUGE: 2}),
    ("再来一件", {MATTE: 1, ROUGE: 3}),
    ("少一件", {MATTE: 1, ROUGE: 2}),
    ("看看购物车", FIND),
    ("第一个改成4件", {MATTE: 4, ROUGE: 2}),
    ("第二个改成1件", {MATTE: 4, ROUGE: 1}),
    ("最后一个改成3件", {MATTE: 4, ROUGE: 3}),
    ("第一个再来一件", {MATTE: 5, ROUGE: 3}),
    ("第一个减掉两件", {MATTE: 3, ROUGE: 3}),
    ("翻倍", {MATTE: 6, ROUGE: 3}),
    ("第一个和第二个都改成2件", {MATTE: 2, ROUGE: 2}),
    ("删掉第一个", {ROUGE: 2}),
    ("高原纯牛奶", FIND),
    ("加购物车", {ROUGE: 2, MILK: 1}),
    ("换成两箱48盒", {ROUGE: 2, DOUBLE_MILK: 1}),
    ("多加两件", {ROUGE: 2, DOUBLE_MILK: 3}),
    ("换成一箱24盒", {ROUGE: 2, MILK: 3}),
    ("牛奶改成5件", {ROUGE: 2, MILK: 5}),
    ("口红改成1件", {ROUGE: 1, MILK: 5}),
    ("给我来两箱青牧坡低脂高钙牛奶", {ROUGE: 1, MILK: 5, LEAN: 2}),
    ("把口红删了", {MILK: 5, LEAN: 2}),
    ("把牛奶都改成3件", {MILK: 3, LEAN: 3}),
    ("删掉第九个", {MILK: 3, LEAN: 3}),
    ("不要第二个了", {MILK: 3}),
    ("法式方领连衣裙", FIND),
    ("要黑色M码的来一件", {MILK: 3, DRESS_BLACK_M: 1}),
    ("换成XL码", {MILK: 3, DRESS_BLACK_XL: 1}),
    ("换成红色", {MILK: 3, DRESS_RED_XL: 1}),
    ("换成绿色", {MILK: 3, DRESS_RED_XL: 1}),
    ("黑色", {MILK: 3, DRESS_BLACK_XL: 1}),
    ("连衣裙加到3件", {MILK: 3, DRESS_BLACK_XL: 3}),
    ("改成1件", {MILK: 3, DRESS_BLACK_XL: 1}),
    ("改成1000件", {MILK: 3, DRESS_BLACK_XL: 1}),
    ("口红", FIND),
    ("第一个和第二个", {MILK: 3, DRESS_BLACK_XL: 1, MATTE: 1, ROUGE: 1}),
    ("不要了", {MILK: 3, DRESS_BLACK_XL: 1, MATTE: 1}),
    ("把牛奶和连衣裙都删了", {MATTE: 1}),
    ("高原纯牛奶", FIND),
    ("来三箱", {MATTE: 1, MILK: 3}),
    ("只留牛奶", {MILK: 3}),
    ("清空购物车", FIND),
    ("不用", {MILK: 3}),
    ("清空购物车", FIND),
    ("是", {}),
    ("来一件", {MILK: 1}),
    ("删掉第一个", {}),
]


async def test_forty_edits_give_the_expected_cart_and_total(chat: Chat) -> None:
    assert sum(cart is not FIND for _, cart in EDITS) >= 40
    prices = prices_by_sku()
    expected: dict[str, int] = {}

    for text, cart in EDITS:
        answer = await chat.words(text)
        expected = expected if cart is FIND else cart
        total = sum(prices[sku] * pieces for sku, pieces in expected.items())

        said = f"{text!r} was answered {answer!r}"
        assert await cart_of(chat) == " ".join(f"{s}×{n}" for s, n in expected.items()), said
        assert (await chat.cart()).total == total, said
        if "合计" in answer:
            assert f"合计 {yuan(total)}" in answer, said


def prices_by_sku() -> dict[str, int]:
    """What each thing of the demo shop costs, in fen, as its file says."""
    with PRODUCTS_CSV.open(encoding="utf-8", newline="") as rows:
        return {row["sku"]: fen_from_yuan(row["price"]) for row in csv.DictReader(rows)}
