"""A product as the search index holds it.

Colour, size and price must be those of one variant. So every variant is entered as numbers that
say all three at once: a hash of `colour|size` in the high bits, the price in the low ones. A wish
for a colour, a size and a span of prices is then one span of numbers.
"""

import math
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b, sha256
from importlib.metadata import version
from itertools import product as combinations
from typing import Final

import tantivy

from commerce.catalogue.traits import colors_of, sizes_of
from commerce.catalogue.views import ProductView, VariantView
from commerce.catalogue.words import (
    Tokenise,
    bare,
    fold,
    noun_phrase,
    pairs,
    segments,
    with_last_characters,
)
from commerce.money import LARGEST_PRICE

ANY: Final = ""
"""Stands for every colour, or every size."""

PRICE_BITS: Final = 27
ANY_PRICE: Final = (1 << PRICE_BITS) - 1
BEST_SELLER: Final = 100_000
LARGEST_BOOST: Final = 0.15
"""What the score of a best seller gains on that of an equal text never sold."""

FIELDS: Final = {
    "words": "text, freq: words of the title",
    "pairs": "text, freq: pairs of characters of title, brand and category",
    "heads": "text, freq: what the thing is: the noun of its title, and its category",
    "more": "text, freq: words of brand, category and attributes",
    "title": "text, basic: the whole title",
    "brand": "text, basic",
    "category": "text, basic",
    "offers": "unsigned: the kinds on sale",
    "stocked": "unsigned: the kinds in stock",
    "sold_out": "unsigned: the kinds on sale of which nothing is in stock",
    "product_id": "unsigned, fast",
    "price": "unsigned, fast: the lowest, fen",
    "sales": "unsigned, fast",
    "weight": "float, fast: see sales_weight",
}
"""What an entry consists of; a change here makes a new index."""

assert LARGEST_PRICE < ANY_PRICE  # noqa: S101 - the numbers below rest on it


def build_schema() -> tantivy.Schema:
    """The index's schema, from FIELDS."""
    builder = tantivy.SchemaBuilder()
    for name, meaning in FIELDS.items():
        kind = meaning.partition(":")[0].split(", ")
        if kind[0] == "text":
            builder.add_text_field(name, tokenizer_name="whitespace", index_option=kind[1])
        elif kind[0] == "unsigned":
            builder.add_unsigned_field(name, indexed=True, fast="fast" in kind)
        else:
            builder.add_float_field(name, fast=True)
    return builder.build()


def schema_digest() -> str:
    """Names the schema and the library that wrote it: an index of another one is not opened."""
    return sha256(f"{version('tantivy')}{FIELDS}{PRICE_BITS}".encode()).hexdigest()[:12]


@lru_cache(maxsize=65536)
def offer_number(color: str, size: str, price: int = ANY_PRICE) -> int:
    """What stands for a variant of that colour and size at that price, in fen, all three keys."""
    kind = blake2b(f"{color}|{size}".encode(), digest_size=8).digest()
    return int.from_bytes(kind) >> PRICE_BITS << PRICE_BITS | price


def sales_weight(sales: int) -> float:
    """The value by which tantivy scales a score so that sales count, but less than text.

    tantivy multiplies by log2(2 + weight): 0 leaves the score as it is.
    """
    share = min(1.0, math.log10(1 + sales) / math.log10(BEST_SELLER))
    return float(2 ** (1 + LARGEST_BOOST * share) - 2)


def build_entry(product: ProductView, tokenise: Tokenise) -> tantivy.Document:
    """The entry of a product that has a variant on sale."""
    title, brand, category = fold(product.title), fold(product.brand), fold(product.category)
    entry = tantivy.Document()
    entry.add_text("words", _spaced(with_last_characters(tokenise(title))))
    entry.add_text("pairs", _spaced(pairs(f"{title} {brand} {category}")))
    entry.add_text("heads", _spaced(_heads(title, brand, category, tokenise)))
    entry.add_text("more", _spaced(_further_words(product, tokenise)))
    entry.add_text("title", bare(product.title))
    entry.add_text("brand", brand_key(brand))
    entry.add_text("category", brand_key(category))
    for field, numbers in _offers(product):
        for number in numbers:
            entry.add_unsigned(field, number)
    entry.add_unsigned("product_id", product.id)
    entry.add_unsigned("price", product.lowest_price)
    entry.add_unsigned("sales", product.sales)
    entry.add_float("weight", sales_weight(product.sales))
    return entry


def brand_key(written: str) -> str:
    """A brand or category as one term.

    >>> brand_key("La Mer")
    'lamer'
    """
    return fold(written).replace(" ", "")


def _spaced(words: Iterable[str]) -> str:
    return " ".join(words)


def _heads(title: str, brand: str, category: str, tokenise: Tokenise) -> list[str]:
    phrase = noun_phrase(title, brand)
    of_title = [word for word in tokenise(phrase) if phrase.endswith(word)]
    return with_last_characters([*dict.fromkeys([*of_title, *_cached(category, tokenise)])])


def _further_words(product: ProductView, tokenise: Tokenise) -> Iterator[str]:
    values = dict.fromkeys(
        fold(str(value))
        for attributes in (product.attributes, *(each.attributes for each in product.variants))
        for value in attributes.values()
    )
    for text in (fold(product.brand), fold(product.category), *values):
        yield from _cached(text, tokenise)
        yield from (part for part in segments(text) if len(part) > 1)


@lru_cache(maxsize=65536)
def _cached(text: str, tokenise: Tokenise) -> tuple[str, ...]:
    return tuple(tokenise(text))


def _offers(product: ProductView) -> Iterator[tuple[str, Iterable[int]]]:
    offers: set[int] = set()
    stocked: set[int] = set()
    for variant in product.variants:
        numbers = set(_numbers(product, variant))
        offers |= numbers
        if variant.in_stock:
            stocked |= numbers
    yield "offers", offers
    yield "stocked", stocked
    yield "sold_out", {each for each in offers - stocked if each & ANY_PRICE == ANY_PRICE}


def _numbers(product: ProductView, variant: VariantView) -> Iterator[int]:
    attributes = {**product.attributes, **variant.attributes}
    colors = {ANY, *colors_of(attributes, product.title)}
    sizes = {ANY, *sizes_of(attributes, product.title)}
    for color, size in combinations(colors, sizes):
        yield offer_number(color, size)
        yield offer_number(color, size, variant.price)
