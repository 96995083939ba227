"""One edition of the shop's questions in memory, and what of it resembles a text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.terms import Scores, TermIndex, Tokenise, bare, terms_of
from bot.knowledge.vectors import Vectors, from_bytes
from commerce.knowledge.keywords import Pattern, best_weight
from commerce.knowledge.queries import Asked, Pointer
from nlu.text import fold

TYPICAL: Final = 3
"""So many of an entry's questions nearest to a text say how near the entry is on the whole."""
FULL_WEIGHT: Final = 8
"""Characters that a keyword pattern accounts for, beyond which it is not surer."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each entry of a book, one value an entry; cosines of centred vectors."""

    nearest: Scores
    """By meaning, of its question that is nearest."""
    typical: Scores
    """By meaning, the mean of the few nearest."""
    wording: Scores
    """By letters, of its question that is nearest."""
    usual_wording: Scores
    keywords: Scores
    """How much of the text its keywords account for, from 0 to 1."""
    share: Scores
    """1 when its keywords alone are in the text, one half when another entry's are too."""
    by_meaning: bool
    """Whether there were vectors; without, the first two are zero."""


class Book:
    """Live entries with their questions. Immutable; made anew for every edition."""

    def __init__(
        self,
        edition: int,
        pointers: Sequence[Pointer],
        asked: Sequence[Asked],
        tokenise: Tokenise,
    ) -> None:
        self.edition = edition
        with_questions = {each.entry_id for each in asked}
        self.pointers = [each for each in pointers if each.entry_id in with_questions]
        places = {pointer.entry_id: place for place, pointer in enumerate(self.pointers)}
        questions = [(places[each.entry_id], each) for each in asked if each.entry_id in places]
        questions.sort(key=lambda pair: pair[0])
        topics = [place for place, _ in questions]
        self._starts = np.searchsorted(topics, np.arange(len(self.pointers)))
        self._rows = _table_of_rows(topics)
        self._exact = {bare(each.text): place for place, each in reversed(questions)}
        self._tokenise = tokenise
        self._terms = TermIndex([terms_of(each.text, tokenise) for _, each in questions], topics)
        self._patterns = [[Pattern.read(one) for one in each.keywords] for each in self.pointers]
        self._centre, self._vectors = _centred([each.vector for _, each in questions])

    @property
    def needs_vector(self) -> bool:
        """Whether a text's own vector is of any use."""
        return self._vectors is not None

    def exact(self, text: str) -> int | None:
        """The place of the entry that has this very question."""
        return self._exact.get(bare(text))

    def evidence(self, text: str, vector: Vectors | None) -> Evidence:
        """What speaks for each entry. `vector` is the text's own, of this book's model."""
        wording = self._terms.cosines(terms_of(text, self._tokenise))
        nearest = typical = np.zeros(len(self.pointers), dtype=np.float32)
        by_meaning = vector is not None and self._vectors is not None
        if by_meaning and self._vectors is not None and vector is not None:
            cosines = self._vectors @ _unit(vector.reshape(-1) - self._centre)
            nearest, typical = self._best(cosines), self._best(cosines, TYPICAL)
        folded = fold(text)
        weights = [min(best_weight(each, folded), FULL_WEIGHT) for each in self._patterns]
        keywords = np.asarray([weight / FULL_WEIGHT for weight in weights], dtype=np.float32)
        share = (keywords > 0) / max(1, int((keywords > 0).sum()))
        return Evidence(
            nearest=nearest,
            typical=typical,
            wording=self._best(wording),
            usual_wording=self._best(wording, TYPICAL),
            keywords=keywords,
            share=share.astype(np.float32),
            by_meaning=by_meaning,
        )

    def _best(self, scores: Scores, count: int = 1) -> Scores:
        """The mean of the best few of each entry's questions."""
        if count == 1:
            return np.asarray(np.maximum.reduceat(scores, self._starts), dtype=np.float32)
        table = np.append(scores, -np.inf)[self._rows]
        best = np.partition(table, -count, axis=1)[:, -count:]
        there = np.isfinite(best)
        totals = np.where(there, best, 0).sum(axis=1) / there.sum(axis=1)
        return np.asarray(totals, dtype=np.float32)


def _table_of_rows(topics: Sequence[int]) -> NDArray[np.int64]:
    """The rows of each topic, side by side; what is left over points behind the last row."""
    rows: list[list[int]] = [[] for _ in range(max(topics, default=-1) + 1)]
    for row, topic in enumerate(topics):
        rows[topic].append(row)
    width = max(TYPICAL, max(map(len, rows), default=0))
    return np.asarray([each + [len(topics)] * (width - len(each)) for each in rows])


def _centred(kept: list[bytes | None]) -> tuple[Vectors, Vectors | None]:
    """The mean of all vectors, and what each differs by: short texts all point much the same way.

    No vectors at all unless every question has one.
    """
    whole = [each for each in kept if each is not None]
    if not whole or len(whole) < len(kept):
        return np.zeros(0, dtype=np.float32), None
    vectors = from_bytes(whole)
    centre = vectors.mean(axis=0)
    return centre, _unit(vectors - centre)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)
