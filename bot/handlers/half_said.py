"""Amounts without a verb: 两根 of what was just put in, 高原纯牛奶一箱 of what is not there yet."""

import re
from collections.abc import Sequence
from typing import Final

from bot.handlers.answers import plain
from bot.handlers.cart import put_products
from bot.handlers.corrections import put_amount_right
from bot.handlers.goods_names import has_kinds, names
from bot.handlers.kind_words import is_counted
from bot.handlers.picking import pick
from bot.handlers.variants import traits_said
from bot.messages import Reply
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.views import ProductView
from nlu.extractors.numerals import NUMERAL
from nlu.normalise import normalise
from nlu.text import fold, hide
from nlu.understanding import Intent

router = Router()

_PIECES: Final = (
    r"(?:个|件|款|条|双|只|支|瓶|盒|箱|包|袋|台|套|份|把|块|根|罐|桶|提|片|张|本|盏|辆|组|卷)"
)
_BARE_AMOUNT: Final = re.compile(
    rf"我?要?(?:(?:{NUMERAL}){_PIECES}|俩|仨)(?:吧|啊|呀|哦|的|就行|就好)*"
)
_SEEKING: Final = frozenset({Intent.SEARCH_PRODUCT, Intent.REFINE_SEARCH, Intent.NLU_FALLBACK})
_FILLING: Final = re.compile(r"[的那这\s，,。.!！~、]*(?:吧|啊|呀|哦|谢谢)?")


@router.anywhere
def hear_amount(turn: Turn) -> Sequence[Reply] | None:
    """两根 right after one was put in is how many it shall be, not two more."""
    quantity, added = turn.understanding.first("quantity"), turn.memory.added
    if quantity is None or int(quantity) < 1 or len(added) != 1:
        return None
    if _BARE_AMOUNT.fullmatch(fold(plain(turn.text))) is None:
        return None
    found = queries.list_products_of_variants(turn.session, [added[0][0]])
    of_it = [product for product, _ in found.values() if product.id == turn.memory.focus]
    is_kind = any(traits_said(turn, product) for product in of_it)
    return put_amount_right(turn, int(quantity)) if of_it and not is_kind else None


@router.anywhere
def hear_named_amount(turn: Turn) -> Sequence[Reply] | None:
    """高原纯牛奶一箱 and 三文鱼的三盒 are bought, if that is one product; 牛奶一箱 shows which."""
    if turn.understanding.intent not in _SEEKING or not _is_name_and_amount(turn):
        return None
    picking = pick(turn)
    if picking.problem or len(picking.products) != 1:
        return None
    product = queries.find_product(turn.session, picking.products[0])
    if product is None or not _is_called_so(product, turn) or not is_counted(turn.text, product):
        return None
    turn.take_as(turn.text, Intent.ADD_TO_CART, turn.understanding.entities)
    return put_products(turn, picking.products)


def _is_called_so(product: ProductView, turn: Turn) -> bool:
    """Whether every name stands in its title or tells one of its kinds: nothing near is bought."""
    called = fold(f"{product.brand} {product.title}")
    return all(fold(name) in called or has_kinds(product, [name]) for name in names(turn))


def _is_name_and_amount(turn: Turn) -> bool:
    """Whether nothing stands beside what names a thing, its kind and how many of it."""
    said = turn.understanding
    if not names(turn) or said.first("quantity") is None or said.ordinals:
        return False
    words = fold(turn.text)
    for each in normalise(turn.text):
        if each.entity == "quantity":
            words = hide(words, each.start, each.end).replace("\0", " ")
    for kind in ("product", "brand", "color", "size", "attribute"):
        for surface in said.strings(kind):
            words = words.replace(fold(surface), " ", 1)
    return _FILLING.fullmatch(words) is not None
