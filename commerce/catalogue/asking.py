"""From a wish to the index's queries: first all words, then fewer, the noun longest.

Scores are sums of constants, not of term frequencies: titles repeat words to be found. What a good
is called counts most, the written word more than another name, the title more than an attribute.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import tantivy
from tantivy import Occur, Query

from commerce.catalogue.entries import brand_key
from commerce.catalogue.filtering import (
    Availability,
    Condition,
    all_of,
    any_of,
    availability,
    unscored,
)
from commerce.catalogue.meaning import Meaning
from commerce.catalogue.mending import Vocabulary
from commerce.catalogue.reading import Reader, Reading, Term
from commerce.catalogue.wish import ProductWish
from commerce.catalogue.words import bare, fold, pairs

TITLE_SCORE: Final = 1000.0

NOUN: Final = 2.0
TITLE: Final = 1.0
ATTRIBUTE: Final = 0.8
SAME: Final = 0.8
"""What another name counts, of what the written one does; sales may add 15 % to either."""
NARROWER: Final = 0.7
AGAIN: Final = 0.003
"""What every further way counts in which a title says the same."""
PARTS: Final = 0.75
BOOST: Final = 0.4
COMMONEST: Final = 0.6
"""What a word that every title holds counts, of what a rare one does."""
WHOLE: Final = 1.5
"""What it counts to hold all words, where some would do."""
SHELF: Final = 0.4
"""What it counts to stand where most things of that name do."""
MEANT: Final = 1.6
"""What a name that means the same counts."""


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
        return any_of(branches)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A wish's words as queries."""

    words: str
    clauses: list[Query]
    noun: int | None
    """Which of the clauses names the thing."""
    wishes: list[Query]
    better: list[Query]
    """Wanted of none."""


class Asker:
    """Puts wishes into the index's language."""

    def __init__(
        self,
        schema: tantivy.Schema,
        reader: Reader,
        vocabulary: Vocabulary,
        meaning: Meaning | None,
    ) -> None:
        self._schema = schema
        self._reader = reader
        self._vocabulary = vocabulary
        self._meaning = meaning

    def strict(self, wish: ProductWish) -> Question:
        """All that was said."""
        asked = self._understand(wish)
        if not asked.clauses:
            return self._question(wish, None, is_strict=True)
        text = all_of([*asked.clauses, *asked.wishes], better_with=asked.better)
        return self._question(wish, text, is_strict=True)

    def wider(self, wish: ProductWish, *, is_guessed: bool) -> Iterator[Question]:
        """Less and less of it: without the further wishes, the thing, what is meant, any word.

        What holds all comes first in each. Only with `is_guessed` it counts what the words mean:
        that costs milliseconds, and tells nothing new of words that found something.
        """
        asked = self._understand(wish)
        if not asked.clauses:
            return
        for text in self._texts(asked, is_guessed=is_guessed):
            yield self._question(wish, text, is_strict=False)

    def _texts(self, asked: _Asked, *, is_guessed: bool) -> Iterator[Query]:
        clauses, noun = asked.clauses, asked.noun
        if asked.wishes:
            yield all_of(clauses, better_with=[*asked.wishes, *asked.better])
        whole = Query.const_score_query(all_of([*clauses, *asked.wishes]), WHOLE)
        rest = [*asked.wishes, *asked.better, whole]
        meant = self._meant(asked.words) if is_guessed else []
        if noun is not None and len(clauses) > 1:
            others = [clause for at, clause in enumerate(clauses) if at != noun]
            yield all_of([clauses[noun]], better_with=[*others, *rest, *meant])
        if meant:
            yield any_of([*meant, *clauses, *rest])
        if len(clauses) > 1:
            yield any_of([*clauses, *rest])

    def _understand(self, wish: ProductWish) -> _Asked:
        unknown = (each for each in wish.brands if not self._count("brand", brand_key(each)))
        words, further = fold(" ".join([*unknown, wish.text])), fold(" ".join(wish.attributes))
        said, wished = self._reader.read(words), self._reader.read(further)
        if not said.terms:
            said, wished = wished, Reading(())
        known = {term.word for term in said.terms}
        noun = said.noun
        boosts = (
            Query.boost_query(self._clause(term), BOOST) for term in (*said.boosts, *wished.boosts)
        )
        return _Asked(
            words=words or further,
            clauses=[self._clause(term) for term in said.terms],
            noun=None if noun is None else said.terms.index(noun),
            wishes=[self._clause(term) for term in wished.terms if term.word not in known],
            better=[*boosts, *self._shelf_of(noun)],
        )

    def _question(self, wish: ProductWish, text: Query | None, *, is_strict: bool) -> Question:
        known = [key for key in map(brand_key, wish.brands) if self._count("brand", key)]
        filters = [self._any_of("brand", known)] if known else []
        if wish.category is not None:
            filters.append(self._any_of("category", [brand_key(wish.category)]))
        return Question(
            text=text,
            filters=tuple(unscored(each) for each in filters),
            title=self._title(wish.title),
            fitting=tuple(availability(self._schema, wish)),
            whatever=next(availability(self._schema, ProductWish())),
            is_strict=is_strict,
        )

    def _shelf_of(self, noun: Term | None) -> list[Query]:
        """沐浴露 without a word about animals is not the one for them."""
        shelf = self._vocabulary.shelf((noun.word, *noun.same)) if noun else ""
        return [Query.const_score_query(self._term("category", shelf), SHELF)] if shelf else []

    def _clause(self, term: Term) -> Query:
        """The term by whichever of its names counts most."""
        worth = NOUN if term.is_noun else self._rarity(term)
        shares = ((term.word,), 1.0), (term.same, SAME), (term.narrower, NARROWER)
        ways = [
            way
            for names, share in shares
            for name in names
            for way in self._ways(name, share * worth, is_noun=term.is_noun)
        ]
        if term.parts:
            parts = all_of([self._holding("text", part) for part in term.parts])
            ways.append(Query.const_score_query(parts, PARTS * worth))
        if not ways:
            return Query.empty_query()
        return ways[0] if len(ways) == 1 else Query.disjunction_max_query(ways, AGAIN)

    def _ways(self, name: str, worth: float, *, is_noun: bool) -> Iterator[Query]:
        """The name as what the thing is called, in the title, in an attribute."""
        if is_noun and self._count("noun", name):
            yield Query.const_score_query(self._term("noun", name), worth)
            worth /= NOUN
        for field, share in (("text", TITLE), ("about", ATTRIBUTE)):
            if all(self._count(field, pair) for pair in pairs(name) or [name]):
                yield Query.const_score_query(self._holding(field, name), share * worth)

    def _holding(self, field: str, word: str) -> Query:
        """The word, wherever jieba cut it: by its pairs of characters."""
        return all_of([self._term(field, pair) for pair in pairs(word) or [word]])

    def _rarity(self, term: Term) -> float:
        """From COMMONEST to 1."""
        held = max(
            min(self._count(field, pair) for pair in pairs(term.word) or [term.word])
            for field in ("text", "about")
        )
        total = max(2, self._vocabulary.size)
        return max(COMMONEST, min(1.0, math.log(total / max(1, held)) / math.log(total)))

    def _meant(self, words: str) -> list[Query]:
        """Goods whose name means about what the words do."""
        nearest = self._meaning.nearest(words) if self._meaning else []
        ways = [
            Query.const_score_query(self._term("noun", name), MEANT * likeness)
            for name, likeness in nearest
        ]
        return [Query.disjunction_max_query(ways)] if ways else []

    def _title(self, written: str) -> Query | None:
        key = bare(written)
        if not key or not self._count("title", key):
            return None
        return Query.const_score_query(self._term("title", key), TITLE_SCORE)

    def _any_of(self, field: str, keys: Sequence[str]) -> Query:
        return any_of([self._term(field, key) for key in keys])

    def _term(self, field: str, key: str) -> Query:
        return Query.term_query(self._schema, field, key, "basic")

    def _count(self, field: str, key: str) -> int:
        return self._vocabulary.count(field, key)
