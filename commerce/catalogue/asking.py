"""From a wish to the index's queries: first all words, then fewer, the noun longest."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product as combinations
from typing import Final

import tantivy
from tantivy import Occur, Query

from commerce.catalogue.entries import (
    ANY,
    brand_key,
    covering,
    kind_term,
    price_term,
)
from commerce.catalogue.traits import color_key, size_key
from commerce.catalogue.wish import ProductWish
from commerce.catalogue.words import Tokenise, bare, fold, needed, pairs
from commerce.money import LARGEST_PRICE

TITLE_SCORE: Final = 1000.0

type IsKnown = Callable[[str, str], bool]
"""Whether any entry holds a term in a field."""


type Condition = tuple[Occur, Query]


@dataclass(frozen=True, slots=True)
class Availability:
    """Conditions on the variants of one sort of product."""

    stocked: tuple[Query, ...]
    """Together: a fitting variant is in stock. The first alone excludes from what is not."""
    offered: tuple[Query, ...]
    """Together: a fitting variant is on sale, be it sold out or not."""

    def in_stock(self) -> list[Condition]:
        """At least one can be bought."""
        return [(Occur.Must, each) for each in self.stocked]

    def out_of_stock(self) -> list[Condition]:
        """They are on sale, but none can be bought."""
        return [*((Occur.Must, each) for each in self.offered), (Occur.MustNot, self.stocked[0])]


@dataclass(frozen=True, slots=True)
class Question:
    """A wish at one level of strictness."""

    text: Query | None
    """None when there are no words: everything that passes is equally good."""
    filters: tuple[Query, ...]
    fitting: tuple[Availability, ...]
    """Of the variants that have the wished colour, size and price; no product is of two sorts."""
    title: Query | None
    """The product whose whole title was written, whatever the filters make of its words."""
    whatever: Availability
    """Of all variants."""
    is_strict: bool
    """Whether every word must be there."""

    def in_stock(self) -> Query:
        """What can be bought."""
        fitting = [each.in_stock() for each in self.fitting]
        return self._with(fitting, self.whatever.in_stock())

    def out_of_stock(self) -> Query:
        """What fits but cannot be bought."""
        fitting = [each.out_of_stock() for each in self.fitting]
        return self._with(fitting, self.whatever.out_of_stock())

    def _with(self, fitting: list[list[Condition]], whatever: list[Condition]) -> Query:
        common = [(Occur.Must, each) for each in self.filters]
        if self.text is not None:
            common.append((Occur.Must, self.text))
        # The text stands in every branch: the rarest condition then leads each of them.
        branches = [Query.boolean_query([*common, *each]) for each in fitting]
        if self.title is not None:
            branches.append(Query.boolean_query([*whatever, (Occur.Must, self.title)]))
        return _any(branches)


class Asker:
    """Puts wishes into the index's language."""

    def __init__(self, schema: tantivy.Schema, tokenise: Tokenise, is_known: IsKnown) -> None:
        self._schema = schema
        self._tokenise = tokenise
        self._is_known = is_known

    def questions(self, wish: ProductWish) -> Iterator[Question]:
        """The wish, strictest first; ask the next one only when nothing was found."""
        brands = [key for key in map(brand_key, wish.brands) if self._is_known("brand", key)]
        unknown = [brand for brand in wish.brands if not self._is_known("brand", brand_key(brand))]
        filters = [self._any_of("brand", brands)] if brands else []
        if wish.category is not None:
            filters.append(self._any_of("category", [brand_key(wish.category)]))
        words = needed(self._tokenise(fold(" ".join([*unknown, wish.text]))))
        wishes = [
            word
            for word in needed(self._tokenise(fold(" ".join(wish.attributes))))
            if word not in words
        ]
        for strictness, text in enumerate(self._texts(words, wishes)):
            yield Question(
                text=text,
                filters=tuple(_unscored(each) for each in filters),
                title=self._title(wish.title),
                fitting=tuple(self._availability(wish)),
                whatever=next(self._availability(ProductWish())),
                is_strict=strictness == 0,
            )

    def _texts(self, words: Sequence[str], wishes: Sequence[str]) -> Iterator[Query | None]:
        """All words; all but the further wishes; the noun and what else there is; any word."""
        if not words and not wishes:
            yield None
            return
        clauses = [self._word(word) for word in words]
        further = [self._word(word) for word in wishes]
        yield _all_of([*clauses, *further])
        if further and clauses:
            yield _all_of(clauses, better_with=further)
        if len(clauses) > 1:
            *others, noun = clauses
            yield _all_of([noun], better_with=[*others, *further])
        if len(clauses) + len(further) > 1:
            yield Query.boolean_query([(Occur.Should, each) for each in [*clauses, *further]])

    def _word(self, word: str) -> Query:
        """The word, whole or by its pairs of characters: better when it is seen as a word."""
        whole = self._term("text", word)
        parts = [self._term("text", pair) for pair in pairs(word) if pair != word]
        return _all_of(parts, better_with=[whole]) if parts else whole

    def _title(self, written: str) -> Query | None:
        key = bare(written)
        if not key or not self._is_known("title", key):
            return None
        return Query.const_score_query(self._term("title", key), TITLE_SCORE)

    def _availability(self, wish: ProductWish) -> Iterator[Availability]:
        """One variant has a wished colour, a wished size and a wished price."""
        colors = [color_key(each) for each in wish.colors] or [ANY]
        sizes = [size_key(each) for each in wish.sizes] or [ANY]
        kinds = [kind_term(color, size) for color, size in combinations(colors, sizes)]
        stocked = _unscored(self._any_of("stocked", kinds))
        sold_out = _unscored(self._any_of("sold_out", kinds))
        if wish.price_min is None and wish.price_max is None:
            yield Availability((stocked,), (sold_out,))
            return
        lowest = max(wish.price_min or 0, 0)
        highest = LARGEST_PRICE if wish.price_max is None else min(wish.price_max, LARGEST_PRICE)
        if lowest > highest:
            yield Availability((Query.empty_query(),), (Query.empty_query(),))
            return
        span = Query.range_query(
            self._schema, "one_price", tantivy.FieldType.Unsigned, lowest, highest
        )
        yield Availability((stocked, _unscored(span)), (sold_out, _unscored(span)))
        terms = [
            price_term(kind, step, place)
            for kind in kinds
            for step, place in covering(lowest, highest)
        ]
        yield Availability(
            (_unscored(self._any_of("stocked", terms)),),
            (_unscored(self._any_of("offers", terms)),),
        )

    def _any_of(self, field: str, keys: Sequence[str]) -> Query:
        return _any([self._term(field, key) for key in keys])

    def _term(self, field: str, word: str) -> Query:
        kind = "freq" if field == "text" else "basic"
        return Query.term_query(self._schema, field, word, kind)


def _any(queries: Sequence[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, each) for each in queries])


def _all_of(queries: Sequence[Query], better_with: Sequence[Query] = ()) -> Query:
    if len(queries) == 1 and not better_with:
        return queries[0]
    return Query.boolean_query(
        [*((Occur.Must, each) for each in queries), *((Occur.Should, each) for each in better_with)]
    )


def _unscored(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)
