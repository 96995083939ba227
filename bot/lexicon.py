"""The catalogue's words in one file, for jieba and for the understanding of messages.

One `word<TAB>kind` a line, kinds product, brand, attribute, color and size; replaced whole, so that
a reader sees the old file or the new one. Readers look at it again when it changes.
"""

import os
import re
from collections.abc import Iterable, Iterator
from itertools import batched, takewhile
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from bot.tokenise import ChineseTokeniser
from commerce.catalogue.queries import ProductView, list_products
from commerce.catalogue.tables import Product
from commerce.catalogue.traits import COLOR_NAMES, HUES, SIZE_NAMES, color_key, size_key
from commerce.catalogue.words import HAN, fold, noun_phrase

KINDS: Final = ("color", "size", "brand", "product", "attribute")
"""A word of several kinds is entered under the first."""

LONGEST_NOUN: Final = 6
BATCH: Final = 500

_NAME = re.compile(f"[{HAN}a-z0-9][{HAN}a-z0-9+.&-]{{1,19}}")
_NOUN = re.compile(f"[a-z0-9]?[{HAN}]{{1,6}}")
_COLOR = re.compile(f"[{HAN}]{{2,6}}")
# Bare numbers and counts of pieces (42, 6包) are sizes too, but in a message mostly something else.
_SIZE = re.compile(r"\d?x{0,3}[sml]|均码|\d+(?:\.\d+)?(?:ml|l|g|kg|cm|mm|m|寸)")
# 一对 and 两件套 are more often an amount.
_VALUE = re.compile(f"(?![一二两三四五六七八九十])[{HAN}]{{2,6}}")
_BETWEEN_VALUES = re.compile(r"[、,，/;；\s]")
_BETWEEN_SHELVES = re.compile("[/、与和及]")

type Word = tuple[str, str]
"""A folded word and its kind."""


def write_lexicon(session: Session, path: Path, tokenise: ChineseTokeniser) -> int:
    """Write the words of all that is on sale; how many."""
    on_sale = select(col(Product.id)).where(col(Product.on_sale)).order_by(col(Product.id))
    product_ids = (id_ for id_ in session.scalars(on_sale) if id_ is not None)
    words = _by_word(_words_of(session, list(product_ids), tokenise))
    _replace(path, words)
    return len(words)


def extend_lexicon(
    session: Session, path: Path, tokenise: ChineseTokeniser, product_ids: Iterable[int]
) -> int:
    """Add the words of some products to the file; how many were new. It is kept if none was."""
    known = read_lexicon(path)
    found = _by_word(_words_of(session, product_ids, tokenise))
    new = {word: kind for word, kind in found.items() if word not in known}
    if new:
        _replace(path, known | new)
    return len(new)


def read_lexicon(path: Path) -> dict[str, str]:
    """The file's words with their kinds; none when there is no file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.split("\t") for line in lines)
    return {pair[0]: pair[1] for pair in pairs if len(pair) == len(("word", "kind"))}


def _replace(path: Path, words: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(
        "".join(f"{word}\t{kind}\n" for word, kind in sorted(words.items())), encoding="utf-8"
    )
    beside.replace(path)


def _by_word(words: Iterable[Word]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word, kind in words:
        if word not in found or KINDS.index(kind) < KINDS.index(found[word]):
            found[word] = kind
    return found


def _words_of(
    session: Session, product_ids: Iterable[int], tokenise: ChineseTokeniser
) -> Iterator[Word]:
    for chosen in batched(product_ids, BATCH):
        yield from words_of(list_products(session, chosen), tokenise)


def words_of(products: Iterable[ProductView], tokenise: ChineseTokeniser) -> Iterator[Word]:
    """The words of some products, one more than once."""
    for product in products:
        yield from _names(product)
        yield from ((noun, "product") for noun in _nouns(product, tokenise))
        yield from _attribute_words(product)


def _names(product: ProductView) -> Iterator[Word]:
    brand = fold(product.brand)
    if _NAME.fullmatch(brand):
        yield brand, "brand"
    for shelf in _BETWEEN_SHELVES.split(fold(product.category)):
        if _NOUN.fullmatch(shelf) and len(shelf) > 1:
            yield shelf, "product"


def _nouns(product: ProductView, tokenise: ChineseTokeniser) -> Iterator[str]:
    """What the thing is called: 蓝牙耳机 and 耳机 of a title that begins 入耳式蓝牙耳机.

    Single characters at the end are one name: 猫爬架 of 剑麻猫爬架.
    """
    phrase = noun_phrase(fold(product.title), fold(product.brand))
    words = tokenise.plain_words(phrase)
    if not words:
        return
    candidates = [words[-1]]
    if len(words) > 1 and len(words[-2]) > 1:
        candidates.append(words[-2] + words[-1])
    candidates.append("".join(reversed([*takewhile(lambda word: len(word) == 1, words[::-1])])))
    if len(phrase) <= LONGEST_NOUN:
        candidates.append(phrase)
    for noun in candidates:
        if len(noun) > 1 and _NOUN.fullmatch(noun):
            yield noun


def _attribute_words(product: ProductView) -> Iterator[Word]:
    for attributes in (product.attributes, *(each.attributes for each in product.variants)):
        for name, value in attributes.items():
            written = fold(str(value))
            if name in COLOR_NAMES:
                yield from _color_words(written)
            elif name in SIZE_NAMES:
                if _SIZE.fullmatch(size_key(written)):
                    yield written, "size"
            else:
                for part in _BETWEEN_VALUES.split(written):
                    if _VALUE.fullmatch(part):
                        yield part, "attribute"


def _color_words(written: str) -> Iterator[Word]:
    if _COLOR.fullmatch(written):
        yield written, "color"
    short = color_key(written)
    # 酒红 is a colour without 色 too; 小麦 and 健康 are not.
    if _COLOR.fullmatch(short) and short[-1] in HUES:
        yield short, "color"
