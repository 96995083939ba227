"""What questions have in common by their letters: words, pairs and single characters, weighed."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlu.text import fold

Scores = NDArray[np.float32]
type Tokenise = Callable[[str], Sequence[str]]

_UNSPOKEN: Final = re.compile(r"[\W_]+")
_PARTICLES: Final = frozenset("的了吗呢吧啊呀么嘛不没")


def bare(text: str) -> str:
    """A text without marks and blanks, folded: 几点、关门？ and 几点关门 are one.

    >>> bare("几点、关门？")
    '几点关门'
    """
    return _UNSPOKEN.sub("", fold(text))


def terms_of(text: str, tokenise: Tokenise) -> frozenset[str]:
    """The terms of a text; a sign in front tells words from pairs and characters."""
    spoken = bare(text)
    words = {f"w{word}" for word in tokenise(spoken) if len(word) > 1}
    pairs = {f"p{spoken[at : at + 2]}" for at in range(len(spoken) - 1)}
    characters = {f"c{each}" for each in spoken if each not in _PARTICLES}
    return frozenset(words | pairs | characters)


class TermIndex:
    """Cosines of texts by their terms; a term that few topics use weighs more.

    `topics` gives the topic of each text: a word in all questions of one topic tells it well.
    """

    def __init__(self, texts: Sequence[frozenset[str]], topics: Sequence[int]) -> None:
        self._count = len(texts)
        self._topics = len(set(topics))
        by_term: dict[str, list[int]] = {}
        for row, terms in enumerate(texts):
            for term in terms:
                by_term.setdefault(term, []).append(row)
        spread = {term: len({topics[row] for row in rows}) for term, rows in by_term.items()}
        self._weight = {term: self._rarity(count) for term, count in spread.items()}
        self._rows = {term: np.asarray(rows) for term, rows in by_term.items()}
        squares = np.zeros(self._count, dtype=np.float32)
        for term, rows in self._rows.items():
            squares[rows] += self._weight[term] ** 2
        self._lengths = np.sqrt(np.maximum(squares, 1e-9))

    def cosines(self, terms: Iterable[str]) -> Scores:
        """One for each text. A term that no text has makes the question longer, and all less."""
        products = np.zeros(self._count, dtype=np.float32)
        square = 0.0
        for term in terms:
            weight = self._weight.get(term) or self._rarity(0)
            square += weight**2
            if term in self._rows:
                products[self._rows[term]] += weight**2
        lengths = self._lengths * max(math.sqrt(square), 1e-9)
        return np.asarray(products / lengths, dtype=np.float32)

    def _rarity(self, topics: int) -> float:
        return math.log(1 + (self._topics - topics + 0.5) / (topics + 0.5))
