"""From a wish to the index's queries: first all words, then fewer, the noun longest."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product as combinations
from typing import Final

import tantivy
from tantivy import Occur, Query

from commerce.catalogue.entries import ANY, ANY_PRICE, brand_key, offer_number
from commerce.catalogue.traits import color_key, size_key
from commerce.catalogue.wish import ProductWish
from commerce.catalogue.words import Tokenise, bare, fold, needed, pairs
from commerce.money import LARGEST_PRICE

WORD_BOOST: Final = 1.0
HEAD_BOOST: Final = 0.6
MORE_BOOST: Final = 0.4
TITLE_SCORE: Final = 1000.0

type IsKnown = Callable[[str, str], bool]
"""Whether any entry holds a term in a field."""


@dataclass(frozen=True, slots=True)
class Question:
    """A wish at one level of strictness."""

    text: Query | None
    """None when there are no words: everything that passes is equally good."""
    filters: tuple[Query, ...]
    title: Query | None
    """The product whose whole title was written, whatever the filters make of its words."""
    stocked: Query
    """A fitting variant is in stock."""
    sold_out: Query
    """A fitting variant is on sale; meant for entries that `stocked` leaves."""
    is_strict: bool
    """Whether every word must be there."""

    def in_stock(self) -> Query:
        """What can be bought."""
        return self._with([(Occur.Must, self.stocked)])

    def out_of_stock(self) -> Query:
        """What fits but cannot be bought."""
        return self._with([(Occur.Must, self.sold_out), (Occur.MustNot, self.stocked)])

    def _with(self, availability: list[tuple[Occur, Query]]) -> Query:
        conditions = [*availability, *((Occur.Must, each) for each in self.filters)]
        if self.text is not None:
            conditions.append((Occur.Must, self.text))
        if self.title is None:
            return Query.boolean_query(conditions)
        named = Query.boolean_query([*availability, (Occur.Must, self.title)])
        return Query.boolean_query(
            [(Occur.Should, Query.boolean_query(conditions)), (Occur.Should, named)]
        )


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
                stocked=self._offered("stocked", wish),
                sold_out=self._offered("offers" if _has_price(wish) else "sold_out", wish),
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
        alternatives = [
            Query.boost_query(self._term("words", word), WORD_BOOST),
            Query.boost_query(self._term("heads", word), HEAD_BOOST),
            Query.boost_query(self._term("more", word), MORE_BOOST),
        ]
        of_word = pairs(word)
        if of_word:
            alternatives.append(_all_of([self._term("pairs", pair) for pair in of_word]))
        return Query.boolean_query([(Occur.Should, each) for each in alternatives])

    def _title(self, written: str) -> Query | None:
        key = bare(written)
        if not key or not self._is_known("title", key):
            return None
        return Query.const_score_query(self._term("title", key), TITLE_SCORE)

    def _offered(self, field: str, wish: ProductWish) -> Query:
        colors = [color_key(each) for each in wish.colors] or [ANY]
        sizes = [size_key(each) for each in wish.sizes] or [ANY]
        kinds = [
            self._kind(field, color, size, wish) for color, size in combinations(colors, sizes)
        ]
        return _unscored(_any(kinds))

    def _kind(self, field: str, color: str, size: str, wish: ProductWish) -> Query:
        if not _has_price(wish):
            return Query.term_query(self._schema, field, offer_number(color, size))
        lowest = min(max(wish.price_min or 0, 0), LARGEST_PRICE)
        highest = LARGEST_PRICE if wish.price_max is None else wish.price_max
        if not lowest <= highest:
            return Query.empty_query()
        return Query.range_query(
            self._schema,
            field,
            tantivy.FieldType.Unsigned,
            offer_number(color, size, lowest),
            offer_number(color, size, min(highest, ANY_PRICE - 1)),
            # Along the term list: only as many steps as there are prices, not products.
            use_inverted_index=True,
        )

    def _any_of(self, field: str, keys: Sequence[str]) -> Query:
        return _any([self._term(field, key) for key in keys])

    def _term(self, field: str, word: str) -> Query:
        return Query.term_query(self._schema, field, word, "freq")


def _has_price(wish: ProductWish) -> bool:
    return wish.price_min is not None or wish.price_max is not None


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
