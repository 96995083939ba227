"""What a customer's words ask for: the thing, by all its names, and what is said of it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from commerce.catalogue.mending import Mender, Vocabulary
from commerce.catalogue.synonyms import Names, Occasion, Synonyms
from commerce.catalogue.words import ASIDE, SILENT, Tokenise

LONGEST_PHRASE: Final = 10
NOUNS_SHARE: Final = 0.25
"""Of the titles with a word, so many end the name of their thing with it, if it names a thing."""
_NO_NAMES: Final = Names()
_SUFFIX: Final = "子"
_GIVEN: Final = ("送", "礼", "年货")
"""Words of titles that speak of giving begin so; other words of an occasion name things."""
_FIELDS: Final = ("noun", "text", "about")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing said."""

    word: str
    parts: tuple[str, ...] = ()
    """What it is made of, if of more than one word."""
    same: tuple[str, ...] = ()
    narrower: tuple[str, ...] = ()
    is_noun: bool = False
    """Whether it names the thing itself."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A wish's words, read."""

    terms: tuple[Term, ...]
    """All are wanted."""
    boosts: tuple[Term, ...] = ()
    """These make a product better, and are wanted of none."""

    @property
    def noun(self) -> Term | None:
        """What names the thing."""
        return next((term for term in self.terms if term.is_noun), None)


class Reader:
    """Reads wishes by the words of the catalogue."""

    def __init__(
        self,
        tokenise: Tokenise,
        vocabulary: Vocabulary,
        synonyms: Synonyms,
        mender: Mender | None,
    ) -> None:
        self._tokenise = tokenise
        self._vocabulary = vocabulary
        self._synonyms = synonyms
        self._mender = mender

    def read(self, text: str) -> Reading:
        """The words of a folded text. What is misspelt is set right."""
        rest, occasions = self._without_occasions(text)
        if self._mender is not None:
            rest = self._mender.mend(rest)
        terms = [self._term(word, parts) for word, parts in self._phrases(rest)]
        spoken = [term for term in terms if term.word not in ASIDE]
        if not spoken and not occasions:
            spoken = [term for term in terms if term.word not in SILENT]
        reading = Reading(tuple(self._with_noun(spoken)))
        return self._fitting(reading, occasions) if occasions else reading

    def _without_occasions(self, text: str) -> tuple[str, Sequence[Occasion]]:
        found: list[Occasion] = []
        for occasion in self._synonyms.occasions:
            if occasion.said in text:
                text = text.replace(occasion.said, " ")
                found.append(occasion)
        return text, found

    def _fitting(self, reading: Reading, occasions: Sequence[Occasion]) -> Reading:
        """Whatever fits the occasion; of a thing that is named, what fits it better."""
        words = Counter(word for occasion in occasions for word in occasion.fitting)
        marks = tuple(Term(word) for word in words if word.startswith(_GIVEN))
        if reading.noun is not None:
            return replace(reading, boosts=marks)
        things = [word for word in words if not word.startswith(_GIVEN)]
        agreed = [word for word in things if words[word] == len(occasions)]
        first, *others = agreed or things
        thing = Term(first, same=tuple(others), is_noun=True)
        return Reading((thing,), (*reading.terms, *marks))

    def _phrases(self, text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The words in order: the longest that have other names or name a thing, else jieba's."""
        seen: set[str] = set()
        for stretch in text.split():
            for phrase, parts in self._phrases_of(stretch):
                if phrase not in seen:
                    seen.add(phrase)
                    yield phrase, parts

    def _phrases_of(self, stretch: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        places = set(_placed(stretch, self._tokenise(stretch)))
        begun = 0
        while begun < len(stretch):
            longest = max((end for start, end in places if start == begun), default=0)
            phrase = self._longest_phrase(stretch, begun, places)
            is_one = longest > phrase and len(_chain(places, begun, longest)) == 1
            end = longest if is_one else phrase or longest or begun + 1
            parts = tuple(stretch[one:other] for one, other in _chain(places, begun, end))
            if end == phrase:
                yield "".join(parts), parts if len(parts) > 1 else ()
            elif longest:
                for part in parts:
                    yield from self._sold_of(part)
            begun = end

    def _sold_of(self, word: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The word; of one that no product holds, what is sold of it: 血压 of 测血压."""
        if not self._is_sold(word):
            inside = [part for part in self._tokenise(word) if len(part) == len(word) - 1 > 1]
            sold = [part for part in inside if self._is_sold(part)]
            if sold:
                yield sold[-1], ()
                return
        yield word, ()

    def _is_sold(self, word: str) -> bool:
        return any(self._vocabulary.count(field, word) for field in _FIELDS)

    def _longest_phrase(self, stretch: str, start: int, places: set[tuple[int, int]]) -> int:
        """Where the longest phrase that begins there ends; 0 when none does."""
        edges = sorted({end for _, end in places if start < end <= start + LONGEST_PHRASE})
        for end in reversed(edges):
            phrase = stretch[start:end]
            if phrase in self._synonyms.names():
                return end
            *_, (last, _) = _chain(places, start, end)
            if end - last == 1 and end - start > 1 and self._vocabulary.count("noun", phrase):
                return end  # 猫粮 of 猫 and 粮, not 补水面膜 of 补水 and 面膜.
        return 0

    def _term(self, word: str, parts: tuple[str, ...]) -> Term:
        names = self._synonyms.names().get(word, _NO_NAMES)
        return Term(word, parts, names.same, names.narrower)

    def _with_noun(self, terms: Sequence[Term]) -> Iterator[Term]:
        """The last term that names things is the thing: 床 only where there is no 四件套."""
        things = [at for at, term in enumerate(terms) if self._is_thing(term)]
        last = max(things, key=lambda at: (len(terms[at].word) > 1, at), default=None)
        for at, term in enumerate(terms):
            yield self._as_noun(term) if at == last else term

    def _is_thing(self, term: Term) -> bool:
        for word in (term.word, *term.same):
            named = self._vocabulary.count("noun", word)
            if named and named >= NOUNS_SHARE * self._vocabulary.count("text", word):
                return True
        return any(self._vocabulary.count("noun", word) for word in self._narrower(term))

    def _as_noun(self, term: Term) -> Term:
        return replace(term, is_noun=True, narrower=tuple(self._narrower(term)))

    def _narrower(self, term: Term) -> Iterator[str]:
        """帽子 is also what ends in 帽."""
        yield from term.narrower
        if len(term.word) == len("帽子") and term.word.endswith(_SUFFIX):
            yield term.word[0]


def _placed(stretch: str, words: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Wherever the words stand, overlapping as they do."""
    for word in set(words):
        start = stretch.find(word)
        while start >= 0:
            yield start, start + len(word)
            start = stretch.find(word, start + 1)


def _chain(places: set[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """The fewest words that, one after another, lead from start to end: more than one if they do.

    >>> _chain({(0, 2), (1, 3), (2, 4), (0, 4)}, 0, 4)
    [(0, 2), (2, 4)]
    """
    chains: dict[int, list[tuple[int, int]]] = {start: []}
    for at in range(start, end):
        for place in sorted(places):
            is_whole = place == (start, end)
            if place[0] == at in chains and place[1] <= end and not is_whole:
                longer = [*chains[at], place]
                if len(longer) < len(chains.get(place[1], [*longer, place])):
                    chains[place[1]] = longer
    return chains.get(end) or [(start, end)]
