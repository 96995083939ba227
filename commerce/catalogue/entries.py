"""A product as the search index holds it.

Colour, size and price must be those of one variant, so they are entered together, as terms of the
kind `colour|size`. Most products have one price for all variants, a number of its own. Of the
others, a variant's price stands in terms of its kind: of its fen, its ten fen, its yuan and so on
up, so that a span of prices is a few dozen terms, however many prices the shop has.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from itertools import product as combinations
from typing import Final

import tantivy

from commerce.catalogue.sounds import Pronounce, initials_key, sound_key
from commerce.catalogue.traits import colors_of, sizes_of
from commerce.catalogue.views import ProductView, VariantView
from commerce.catalogue.words import (
    Tokenise,
    bare,
    fold,
    is_han,
    noun_phrase,
    pairs,
    segments,
    with_last_characters,
)

ANY: Final = ""
"""Stands for every colour, or every size."""

LONGEST_NOUN: Final = 8
INITIALS: Final = (3, 4, 5)
"""Nouns of so many characters are found by their initials."""

STEPS: Final = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000)
"""Fen to a price term."""

BEST_SELLER: Final = 100_000
LARGEST_BOOST: Final = 0.15
"""What the score of a best seller gains on that of an equal text never sold."""

FIELDS: Final = {
    "noun": "text, basic: what the title calls the thing, and the ends of that",
    "text": "text, basic: words and pairs of characters of the title",
    "about": "text, basic: those of brand, category and attributes",
    "sound": "text, basic: words behind what they sound like, see sounds",
    "title": "text, basic: the whole title",
    "brand": "text, basic",
    "category": "text, basic",
    "offers": "text, basic: kinds and prices on sale",
    "stocked": "text, basic: kinds and prices in stock",
    "sold_out": "text, basic: kinds on sale of which nothing is in stock",
    "product_id": "unsigned, fast",
    "price": "unsigned, fast: the lowest, fen",
    "one_price": "unsigned, fast: of all variants on sale, if it is one, fen",
    "sales": "unsigned, fast",
    "weight": "float, fast: see sales_weight",
}
"""What an entry consists of; a change here makes a new index."""


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
    return sha256(f"{version('tantivy')}{FIELDS}{STEPS}".encode()).hexdigest()[:12]


@lru_cache(maxsize=65536)
def kind_term(color: str, size: str) -> str:
    """The term of a variant of that colour key and size key."""
    return f"{color}|{size}"


@lru_cache(maxsize=65536)
def price_terms(kind: str, price: int) -> tuple[str, ...]:
    """The terms of a variant of that kind at that price."""
    return tuple(price_term(kind, step, price // step) for step in STEPS)


def price_term(kind: str, step: int, place: int) -> str:
    """The term of prices from `place * step` fen to just below the next place."""
    return f"{kind}|{step}:{place}"


def covering(lowest: int, highest: int) -> Iterator[tuple[int, int]]:
    """The fewest steps and places that make up a span of prices, both ends included.

    >>> list(covering(5_000, 20_000))
    [(1000, 5), (1000, 6), (1000, 7), (1000, 8), (1000, 9), (10000, 1), (1, 20000)]
    """
    start = lowest
    while start <= highest:
        step = next(
            step for step in reversed(STEPS) if start % step == 0 and start + step - 1 <= highest
        )
        yield step, start // step
        start += step


def sales_weight(sales: int) -> float:
    """The value by which tantivy scales a score so that sales count, but less than text.

    tantivy multiplies by log2(2 + weight): 0 leaves the score as it is.
    """
    share = min(1.0, math.log10(1 + sales) / math.log10(BEST_SELLER))
    return float(2 ** (1 + LARGEST_BOOST * share) - 2)


def build_entry(
    product: ProductView, tokenise: Tokenise, pronounce: Pronounce | None = None
) -> tantivy.Document:
    """The entry of a product that has a variant on sale."""
    title, brand, category = fold(product.title), fold(product.brand), fold(product.category)
    entry = tantivy.Document()
    words = tokenise(title)
    nouns = names_of(title, brand, tokenise)
    further = [_cut(text, tokenise) for text in _further(product, brand, category)]
    entry.add_text("noun", _spaced(nouns))
    entry.add_text("text", _spaced({*with_last_characters(words), *pairs(title)}))
    entry.add_text("about", _spaced(frozenset[str]().union(*further)))
    if pronounce is not None:
        sounding = {*words, *nouns}.union(*further)
        entry.add_text("sound", _spaced(_sounds(sounding, nouns, pronounce)))
    entry.add_text("title", bare(product.title))
    entry.add_text("brand", brand_key(brand))
    entry.add_text("category", brand_key(category))
    stocked = [variant for variant in product.variants if variant.in_stock]
    kinds = {kind for variant in product.variants for kind in _kinds_of(product, variant)}
    kinds_in_stock = {kind for variant in stocked for kind in _kinds_of(product, variant)}
    entry.add_text("offers", _spaced(_offer_terms(product, product.variants)))
    entry.add_text("stocked", _spaced(_offer_terms(product, stocked)))
    entry.add_text("sold_out", _spaced(kinds - kinds_in_stock))
    entry.add_unsigned("product_id", product.id)
    entry.add_unsigned("price", product.lowest_price)
    if len({variant.price for variant in product.variants}) == 1:
        entry.add_unsigned("one_price", product.lowest_price)
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


def names_of(title: str, brand: str, tokenise: Tokenise) -> frozenset[str]:
    """What a folded title calls its thing: the noun's own words and ends, down to its last one.

    >>> sorted(names_of("声域 头戴 耳机", "声域", str.split))
    ['头戴', '戴']
    """
    phrase = noun_phrase(title, brand)
    starts = {phrase.rfind(word) for word in tokenise(phrase) if phrase.endswith(word)}
    starts |= {phrase.find(word) for word in tokenise(phrase)}
    names = {phrase[start:] for start in starts if start >= 0}
    return frozenset(
        name for name in {*names, phrase[-1:]} if 0 < len(name) <= LONGEST_NOUN and " " not in name
    )


def _sounds(words: Iterable[str], nouns: Iterable[str], pronounce: Pronounce) -> set[str]:
    """Terms under which a misspelt word is looked up; see sounds."""
    found = {f"{key}:{word}" for word in words if (key := _sound(word, pronounce))}
    named = (noun for noun in nouns if len(noun) in INITIALS and is_han(noun))
    return found | {f"{initials_key(pronounce(noun))}:{noun}" for noun in named}


@lru_cache(maxsize=65536)
def _sound(word: str, pronounce: Pronounce) -> str:
    if not 1 < len(word) <= LONGEST_NOUN or not is_han(word):
        return ""
    return sound_key(pronounce(word))


def _further(product: ProductView, brand: str, category: str) -> set[str]:
    holders = (product.attributes, *(each.attributes for each in product.variants))
    return {brand, category, *(str(each) for held in holders for each in held.values())}


@lru_cache(maxsize=65536)
def _cut(written: str, tokenise: Tokenise) -> frozenset[str]:
    text = fold(written)
    whole = (part for part in segments(text) if len(part) > 1)
    return frozenset({*with_last_characters(tokenise(text)), *pairs(text), *whole})


def _offer_terms(product: ProductView, variants: Sequence[VariantView]) -> set[str]:
    has_one_price = len({variant.price for variant in product.variants}) == 1
    terms: set[str] = set()
    for variant in variants:
        kinds = _kinds_of(product, variant)
        terms.update(kinds)
        if not has_one_price:
            for kind in kinds:
                terms.update(price_terms(kind, variant.price))
    return terms


def _kinds_of(product: ProductView, variant: VariantView) -> tuple[str, ...]:
    attributes = {**product.attributes, **variant.attributes}
    return _kinds(colors_of(attributes, product.title), sizes_of(attributes, product.title))


@lru_cache(maxsize=65536)
def _kinds(colors: frozenset[str], sizes: frozenset[str]) -> tuple[str, ...]:
    return tuple(
        kind_term(color, size) for color, size in combinations({ANY, *colors}, {ANY, *sizes})
    )
