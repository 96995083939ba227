"""Whether goods bear the names, and have the kinds, that a message says."""

from collections.abc import Sequence
from typing import Final

from bot.handlers.wishes import simplified
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.views import ProductView
from commerce.catalogue.words import fold, segments

LONG_ENOUGH: Final = 4
"""Characters of a title that name one product, such as 低脂高钙."""
_KINDS: Final = ("color", "size")


def names(turn: Turn) -> list[str]:
    """The words of a message that name goods."""
    said = turn.understanding
    return [simplified(word) for word in (*said.strings("brand"), *said.strings("product"))]


def bears_names(turn: Turn, product_ids: Sequence[int]) -> bool:
    """Whether all of these may be called what the message calls them: 裙子 for a 连衣裙."""
    products = queries.list_products(turn.session, product_ids)
    return all(is_a(each, name) for each in products for name in names(turn))


def is_a(product: ProductView, name: str) -> bool:
    """Whether it bears a name loosely: 裙子 for a 连衣裙."""
    kind = fold(f"{product.brand} {product.title} {product.category}")
    return fold(name) in kind or fold(name).removesuffix("子")[-1:] in kind


def bears(product: ProductView, turn: Turn) -> bool:
    """Whether all the names stand in its title, its brand or its shelf's name."""
    title = fold(f"{product.brand} {product.title} {product.category}")
    return all(fold(name) in title for name in names(turn))


def has_kinds(product: ProductView, words: Sequence[str]) -> bool:
    """Whether every word is the value of a trait that its kinds differ in."""
    values = {fold(str(each)) for kind in product.variants for each in kind.attributes.values()}
    return all(any(fold(word) in value for value in values) for word in words)


def having_kind(turn: Turn, products: Sequence[ProductView]) -> Sequence[ProductView]:
    """Those that can be had in the colour and size that were said; none when none was said."""
    said = turn.understanding
    colors, sizes = ([simplified(each) for each in said.strings(name)] for name in _KINDS)
    if not colors and not sizes:
        return []
    having = [(each, queries.find_variants(each, colors, sizes)) for each in products]
    in_stock = [each for each, kinds in having if any(kind.in_stock for kind in kinds)]
    return in_stock or [each for each, kinds in having if kinds]


def name_said_of(products: Sequence[ProductView], said: str) -> Sequence[ProductView]:
    """Those of which a whole stretch of the title was said, if that tells some from the rest."""
    spoken = [
        product
        for product in products
        if any(len(part) >= LONG_ENOUGH and part in said for part in segments(fold(product.title)))
    ]
    return spoken or products
