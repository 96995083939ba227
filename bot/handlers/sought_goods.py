"""Goods that are neither pointed at nor in the words of a list: what the search finds of them."""

from collections.abc import Sequence
from typing import Final

from bot.handlers.goods_names import having_kind
from bot.handlers.kind_words import values_sought
from bot.handlers.title_words import bears_noun, told_by_title, unnamed_words
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.views import ProductView
from commerce.catalogue.words import fold
from nlu.understanding import Intent

A_FEW: Final = 5
MOST_LOOKED_THROUGH: Final = 30
"""Products of a list among which one is sought by its title."""
HEAD: Final = 2
"""Characters at the end of a name that say what the thing is: 收纳袋 is some 纳袋."""


def having_kind_sought(turn: Turn, products: Sequence[ProductView]) -> Sequence[ProductView]:
    """Those that are called what was sought, and have the kind that was: 洗衣凝珠 100颗的."""
    memory = turn.memory
    if memory.in_view != "list":
        return []
    return [
        each
        for each in products
        if any(fold(name) in fold(each.title) for name in memory.wish.product)
        and values_sought(memory.said, each)
    ]


def on_another_page(turn: Turn) -> int | None:
    """骨传导那个 of a list whose other pages hold the only one."""
    memory = turn.memory
    if memory.in_view != "list" or memory.wish.is_empty() or memory.wish.among:
        return None
    wish = turn.shop.search.wish_from(memory.wish.model_dump(), memory.said)
    page = turn.shop.search.search(turn.session, wish, limit=MOST_LOOKED_THROUGH)
    others = [each.id for each in page.products if each.id not in memory.shown]
    told = told_by_title(turn, queries.list_products(turn.session, others))
    return None if told is None else told[0].id


def found_without_a_name(turn: Turn) -> list[int]:
    """行李收纳袋来一套: a thing that no name was recognised of, if the search finds just that."""
    if turn.understanding.intent != Intent.ADD_TO_CART:
        return []
    for words in unnamed_words(turn):
        wish = turn.shop.search.wish_from({"product": [words]}, turn.text)
        page = turn.shop.search.search(turn.session, wish, limit=A_FEW)
        found = [each.id for each in page.products if words[-HEAD:] in fold(each.title)]
        if page.is_strict and found and turn.memory.focus not in found:
            return found
    return []


def found_by_noun(turn: Turn, noun: str) -> list[int]:
    """刚才那个箱子, of a list that no thing was told apart in: what is called so, of that kind."""
    wish = turn.shop.search.wish_from({"product": [noun]})
    page = turn.shop.search.search(turn.session, wish, limit=A_FEW)
    if not page.is_strict:
        return []
    found = queries.list_products(turn.session, [each.id for each in page.products])
    found = [each for each in found if bears_noun(each, noun)]
    return [each.id for each in having_kind(turn, found) or found]
