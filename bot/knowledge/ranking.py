"""From evidence to how likely an entry answers a question.

The weights come from `python -m tests.bot.knowledge`: logistic regression over labelled questions
that were written apart from the entries' own, a third of them near misses that nothing answers.
Those whose intent asks for an answer, (a) left out of the fit, (b) written when all this stood:

    by meaning  threshold  precision    coverage    by wording  threshold  precision    coverage
                            a     b      a     b                            a     b      a     b
                   0.70    .923  .932   .750  .833                 0.85    .916  .889   .270  .282
                   0.80    .939  .967   .653  .718                 0.90    1.00  .913   .150  .244
                   0.85    .971  .961   .607  .603                 0.95    1.00  1.00   .093  .128
                   0.90    .983  .976   .523  .500

An answer has to be right nineteen times in twenty: 0.85, and 0.95 where only letters are compared.
Below, the right one is among the two that are offered in .95 and .93 of the cases (by meaning).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bot.knowledge.book import Book, Evidence
from bot.knowledge.terms import Scores
from bot.knowledge.vectors import Vectors

SURE: Final = 1.0
NEAR: Final = 0.4
"""From here on what is not certain is worth asking about."""
MOST_NEAR: Final = 3


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights, the last of each for the constant."""

    entry: tuple[float, ...]
    """Of `entry_features`: which entry is nearest."""
    answer: tuple[float, ...]
    """Of `answer_features`: whether the nearest one answers."""
    threshold: float
    """The probability from which on the answer is given."""


BY_MEANING: Final = Calibration(
    entry=(8.366, 6.714, 5.408, 0.704, 0.193, 2.255, -9.576),
    answer=(0.349, 0.121, 0.235, -0.028, 0.409, 0.074, -0.054, 0.712, 0.668, 0.768, 0.369),
    threshold=0.85,
)
BY_WORDING: Final = Calibration(
    entry=(12.693, 8.243, 0.084, 3.2, -6.511),
    answer=(0.268, 0.103, 0.453, 0.168, 0.167, 0.081, 0.403, 0.97, -0.107),
    threshold=0.95,
)


@dataclass(frozen=True, slots=True)
class Found:
    """The entries nearest to a question, and how likely the first of them answers it."""

    entry_ids: tuple[int, ...] = ()
    probability: float = 0.0
    threshold: float = SURE

    @property
    def is_certain(self) -> bool:
        """Whether the first entry's answer may be given."""
        return bool(self.entry_ids) and self.probability >= self.threshold

    @property
    def is_near(self) -> bool:
        """Whether it is worth asking if one of them is meant."""
        return bool(self.entry_ids) and self.probability >= NEAR


NOTHING: Final = Found()


def rank(book: Book, text: str, vector: Vectors | None, intent: str) -> Found:
    """The entries that may answer; nothing when it is known not to be the shop's to answer."""
    exact = book.exact(text)
    if exact is not None:
        pointer = book.pointers[exact]
        return NOTHING if pointer.declines else Found((pointer.entry_id,), SURE)
    evidence = book.evidence(text, vector)
    if is_declined(book, evidence):
        return NOTHING
    calibration = BY_MEANING if evidence.by_meaning else BY_WORDING
    scores = entry_scores(evidence, calibration.entry)
    order = answerable(book, evidence, scores)
    if not order:
        return NOTHING
    features = answer_features(book, evidence, scores, order, intent)
    return Found(
        tuple(book.pointers[place].entry_id for place in order[:MOST_NEAR]),
        probability(features, calibration.answer),
        calibration.threshold,
    )


def entry_scores(evidence: Evidence, weights: Sequence[float]) -> Scores:
    """How near each entry is."""
    scores: Scores = entry_features(evidence) @ np.asarray(weights[:-1]) + weights[-1]
    return scores


def probability(features: Sequence[float], weights: Sequence[float]) -> float:
    """How likely the nearest entry answers."""
    return 1 / (1 + math.exp(-float(np.dot(features, weights[:-1])) - weights[-1]))


def entry_features(evidence: Evidence) -> Scores:
    """A row for each entry."""
    columns = [evidence.wording, evidence.usual_wording, evidence.keywords, evidence.share]
    if evidence.by_meaning:
        columns = [evidence.nearest, evidence.typical, *columns]
    return np.stack(columns, axis=-1)


def is_declined(book: Book, evidence: Evidence) -> bool:
    """Whether keywords say that the question is not the shop's to answer."""
    return any(
        weight > 0 and pointer.declines
        for pointer, weight in zip(book.pointers, evidence.keywords, strict=True)
    )


def answerable(book: Book, evidence: Evidence, scores: Scores) -> list[int]:
    """Places of the entries that give an answer, nearest first.

    Entries of higher priority whose keywords are in the text come before all others.
    """

    def order(place: int) -> tuple[float, float]:
        priority = book.pointers[place].priority if evidence.keywords[place] > 0 else 0
        return -priority, -scores[place]

    return sorted((at for at, each in enumerate(book.pointers) if not each.declines), key=order)


def answer_features(
    book: Book, evidence: Evidence, scores: Scores, order: Sequence[int], intent: str
) -> list[float]:
    """What tells whether the first of the order answers the question."""
    top, behind = order[0], scores[order[1]] if len(order) > 1 else 0.0
    declining = [place for place, pointer in enumerate(book.pointers) if pointer.declines]
    features = [
        scores[top],
        scores[top] - behind,
        evidence.wording[top] - _best(evidence.wording, declining),
        evidence.share[top],
        evidence.share[top] == 0 and bool(evidence.share.any()),
        book.pointers[top].intent == intent,
        top == max(order, key=lambda place: evidence.usual_wording[place]),
        book.pointers[top].priority > 0 and evidence.share[top] > 0,
    ]
    if evidence.by_meaning:
        features += [
            evidence.nearest[top] - _best(evidence.nearest, declining),
            top == max(order, key=lambda place: evidence.typical[place]),
        ]
    return [float(each) for each in features]


def _best(scores: Scores, places: list[int]) -> float:
    return float(scores[places].max()) if places else 0.0
