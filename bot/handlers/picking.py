"""Which product and variant the customer means: by position, by name, or the one spoken of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.views import VariantView

BARE_POSITION: Final = re.compile(
    r"(?:我?(?:就|想|要|选|买|来|拿)|给我|那|帮我|拍)*"
    r"(?:第?[0-9一二两三四五六七八九十]{1,3}[个款号件条双只]?|(?:倒数)?第?最后[一1]?[个款件]?)"
    r"(?:吧|呀|啊|呢|的|了|好了|就行|可以)*[。！!~～.]*"
)


@dataclass(frozen=True, slots=True)
class FoundVariant:
    """The variant of a product that fits the words, if one does.

    `was_named` tells whether the customer named a colour or size; otherwise the first one in
    stock was taken. `labels` are all the product's variants in words.
    """

    title: str
    variant: VariantView | None
    was_named: bool
    labels: tuple[str, ...]


def is_bare_position(text: str) -> bool:
    """Whether the words are nothing but a place in a list, such as 第二个吧."""
    return BARE_POSITION.fullmatch(text.replace(" ", "")) is not None


def picked_products(turn: Turn) -> list[int] | None:
    """Product ids that the customer means; None when a position lies outside the list.

    A position means the last list shown; words mean what was shown or what the search finds; with
    neither it is the product spoken of last.
    """
    positions = turn.understanding.ordinals
    if positions and turn.memory.shown:
        return at_positions(positions, turn.memory.shown)
    words = turn.understanding.strings("product") + turn.understanding.strings("brand")
    if words:
        return named_products(turn, words)
    if turn.memory.focus is not None:
        return [turn.memory.focus]
    return turn.memory.shown[:1] if len(turn.memory.shown) == 1 else []


def at_positions(positions: Sequence[int], shown: Sequence[int]) -> list[int] | None:
    """The ids at these positions: from 1, or from -1 at the end; None if one is not there."""
    places = [n - 1 if n > 0 else len(shown) + n for n in positions]
    if not all(0 <= place < len(shown) for place in places):
        return None
    return [shown[place] for place in places]


def named_products(turn: Turn, words: Sequence[str]) -> list[int]:
    """The product that bears all the words: among those shown first, then in the whole shop."""
    for product_id in turn.memory.shown:
        product = queries.find_product(turn.session, product_id)
        if product is not None and all(word in product.title for word in words):
            return [product_id]
    wish = turn.shop.search.wish_from(turn.understanding.entities)
    page = turn.shop.search.search(turn.session, wish, limit=1)
    return [product.id for product in page.products]


def variant_for(turn: Turn, product_id: int) -> FoundVariant:
    """The variant that was asked for, now or with the search that found the product."""
    product = queries.get_product(turn.session, product_id)
    labels = tuple(variant.label for variant in product.variants if variant.label)
    colors = turn.understanding.strings("color")
    sizes = turn.understanding.strings("size")
    if colors or sizes:
        named = queries.find_variants(product, colors, sizes)
        return FoundVariant(product.title, next(iter(named), None), True, labels)
    said = [each for each in product.variants if each.label and each.label in turn.text]
    if said:
        return FoundVariant(product.title, in_stock_first(said), True, labels)
    wish = turn.memory.wish
    suiting = queries.find_variants(product, wish.color, wish.size)
    chosen = in_stock_first(suiting or product.variants)
    return FoundVariant(product.title, chosen, False, labels)


def in_stock_first(variants: Sequence[VariantView]) -> VariantView:
    """The first that can be ordered, or simply the first."""
    return min(variants, key=lambda each: (not each.in_stock, each.id))
