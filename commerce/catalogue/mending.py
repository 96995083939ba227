"""Misspelt wishes: homophones, typed pinyin and a wrong character, by the words that are for sale.

A word that exists is never touched, be it for sale or not: 鱼缸 does not become 鱼竿.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from commerce.catalogue.sounds import Pronounce, initials_key, sound_key, spelled
from commerce.catalogue.words import ASIDE, HAN, Tokenise

_RUN: Final = re.compile(f"[a-z]+(?: [a-z]+)*[{HAN}]*|[{HAN}]+")
_LETTERS: Final = re.compile("[a-z ]*")
LONGEST_RUN: Final = 40
"""Characters; what is longer is no name of a thing."""
LONGEST_WORD: Final = 7
TYPED_INITIALS: Final = (3, 4, 5)

# What a reading costs: the cheapest one of a run is taken.
_KNOWN, _KNOWN_CHARACTER, _ASIDE = 1.0, 1.3, 0.5
_REAL_WORD, _SEEN_CHARACTER, _UNKNOWN = 2.0, 2.2, 3.0
_SOUNDS_LONG, _SOUNDS_SHORT, _ONLY_ALIKE, _KEPT, _LOOKS = 1.7, 2.4, 0.3, 0.2, 2.6
_BETWEEN: Final = frozenset("的了吗呢吧啊呀和与或及")
"""Characters that no misspelt word begins or ends with."""
_TORN: Final = 0.8
"""More for a reading that cuts through a word that exists, and for one that keeps nothing."""
_ALL_WRONG: Final = 1.2
LOOKED_AT: Final = 400
_UNREAD: Final = " "
"""Stands for a syllable that was typed in letters."""


class Vocabulary(Protocol):
    """The words of what is for sale."""

    @property
    def state(self) -> object:
        """Differs between two states of the catalogue."""

    @property
    def size(self) -> int:
        """How many products there are."""

    def count(self, field: str, term: str) -> int:
        """How many products hold the term in a field of the index."""

    def beginning(self, field: str, prefix: str, limit: int) -> Sequence[tuple[str, int]]:
        """The terms of a field that begin so, with their counts, the commonest first."""

    def shelf(self, names: tuple[str, ...]) -> str:
        """The key of the category with most products called any of these; empty when none is."""


@dataclass(frozen=True, slots=True)
class _Way:
    cost: float
    text: str
    is_doubtful: bool = False
    """Whether a character in it is of nothing that is for sale."""

    def then(self, way: "_Way") -> "_Way":
        """Both, one after the other."""
        return _Way(self.cost + way.cost, self.text + way.text, self.is_doubtful or way.is_doubtful)


type _Places = set[tuple[int, int]]
"""Where a run has words that exist: their starts and ends."""


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch of a run that may be one word."""

    run: str
    start: int
    end: int
    syllables: Sequence[str]

    @property
    def text(self) -> str:
        return self.run[self.start : self.end]

    def tears(self, real: _Places) -> bool:
        """Whether it cuts through a word that exists."""
        return any(
            start < self.start < end <= self.end or self.start <= start < self.end < end
            for start, end in real
        )

    def may_change(self, at: int, real: _Places) -> bool:
        """Whether the character there belongs to no word that exists."""
        place = self.start + at
        return self.run[place] not in ASIDE and not any(start <= place < end for start, end in real)


class Mender:
    """Rewrites what nobody sells under that name into what it was meant to be."""

    def __init__(self, tokenise: Tokenise, pronounce: Pronounce, vocabulary: Vocabulary) -> None:
        self._tokenise = tokenise
        self._pronounce = pronounce
        self._vocabulary = vocabulary

    def mend(self, text: str) -> str:
        """The folded text with its misspelt words set right; itself when nothing is wrong."""
        return _RUN.sub(lambda found: self._mend_run(found[0]), text)

    def _mend_run(self, run: str) -> str:
        if len(run) > LONGEST_RUN or self._is_clear(run):
            return run
        letters = _LETTERS.match(run)
        if letters is not None and letters[0]:
            return self._from_letters(run, letters[0].split(), run[letters.end() :])
        return self._cheapest(run, self._pronounce(run)).text

    def _is_clear(self, run: str) -> bool:
        return all(
            word in ASIDE or self._is_sold(word)
            for part in run.split()
            for word in self._tokenise(part)
        )

    def _is_sold(self, word: str) -> bool:
        is_word = len(word) > 1 or word.isascii()
        return is_word and any(
            self._vocabulary.count(field, word) for field in ("noun", "text", "about")
        )

    def _is_noun(self, word: str) -> bool:
        return bool(self._vocabulary.count("noun", word))

    def _from_letters(self, run: str, words: Sequence[str], rest: str) -> str:
        """Pinyin, with Chinese behind it or not; letters that are a word of their own stay."""
        if any(self._is_sold(word) for word in words):
            return run
        said = list(self._pronounce(rest)) if rest else []
        ways = (
            self._cheapest(_UNREAD * len(cut) + rest, [*cut, *said])
            for cut in spelled("".join(words))
        )
        read = [way for way in ways if _UNREAD not in way.text]
        if read:
            return min(read, key=lambda way: way.cost).text
        [first, *others] = words
        return run if rest or others else self._by_initials(first)

    def _by_initials(self, letters: str) -> str:
        if len(letters) not in TYPED_INITIALS:
            return letters
        found = self._vocabulary.beginning("sound", f"{initials_key(letters)}:", 1)
        return found[0][0].partition(":")[2] if found else letters

    def _cheapest(self, run: str, syllables: Sequence[str]) -> _Way:
        if len(syllables) != len(run):
            return _Way(_UNKNOWN * len(run), run)
        real = _real_words(run, self._tokenise(run.strip()))
        heard = self._read_all(run, syllables, real, by_looks=False)
        # Words that look alike are many: they are gone through only for what sounds like nothing.
        return self._read_all(run, syllables, real, by_looks=True) if heard.is_doubtful else heard

    def _read_all(
        self, run: str, syllables: Sequence[str], real: _Places, *, by_looks: bool
    ) -> _Way:
        best = [_Way(0.0, "")]
        for end in range(1, len(run) + 1):
            ways = (
                best[start].then(way)
                for start in range(max(0, end - LONGEST_WORD), end)
                for way in self._readings(
                    _Span(run, start, end, syllables[start:end]), real, by_looks=by_looks
                )
            )
            best.append(min(ways, key=lambda way: way.cost))
        return best[-1]

    def _readings(self, span: _Span, real: _Places, *, by_looks: bool) -> Iterator[_Way]:
        text = span.text
        if len(text) == 1:
            cost = self._cost_of_character(text)
            yield _Way(cost, text, is_doubtful=cost == _UNKNOWN)
            return
        is_read, is_real = _UNREAD not in text, (span.start, span.end) in real
        if is_read and (self._is_noun(text) or (is_real and self._is_sold(text))):
            yield _Way(_KNOWN, text)
        elif is_real:
            yield _Way(_REAL_WORD, text)
        elif not {text[0], text[-1]} & _BETWEEN:
            torn = _TORN if span.tears(real) else 0
            for way in self._sounding(text, span.syllables):
                yield _Way(way.cost + torn, way.text)
            if by_looks and is_read and len(text) > len("手机"):  # 手机 is one off from 手表.
                yield from self._looking(span, real)

    def _cost_of_character(self, character: str) -> float:
        if character in ASIDE:
            return _ASIDE
        if self._is_noun(character):
            return _KNOWN_CHARACTER
        return _SEEN_CHARACTER if self._vocabulary.count("text", character) else _UNKNOWN

    def _sounding(self, span: str, syllables: Sequence[str]) -> Iterator[_Way]:
        for term, _ in self._vocabulary.beginning("sound", f"{sound_key(syllables)}:", 4):
            word = term.partition(":")[2]
            if len(word) == len(span) and word != span:
                is_same = list(self._pronounce(word)) == list(syllables)
                kept = sum(one == other for one, other in zip(word, span, strict=True))
                cost = _SOUNDS_LONG if len(word) > len("面膜") else _SOUNDS_SHORT
                if not kept and _UNREAD not in span:
                    cost += _ALL_WRONG
                yield _Way(cost + (0 if is_same else _ONLY_ALIKE) - _KEPT * kept, word)

    def _looking(self, span: _Span, real: _Places) -> Iterator[_Way]:
        for word, _ in self._vocabulary.beginning("noun", span.text[0], LOOKED_AT):
            if len(word) == len(span.text):
                wrong = [at for at, character in enumerate(word) if character != span.text[at]]
                if len(wrong) == 1 and span.may_change(wrong[0], real):
                    yield _Way(_LOOKS, word)


def _real_words(run: str, words: Iterable[str]) -> _Places:
    return {
        (start, start + len(word))
        for word in set(words)
        if len(word) > 1
        for start in range(len(run))
        if run.startswith(word, start)
    }
