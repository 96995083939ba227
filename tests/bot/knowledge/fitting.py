"""Fitting the weights of `bot.knowledge.ranking`, and measuring them on questions left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.book import Book, Evidence
from bot.knowledge.ranking import (
    Calibration,
    answer_features,
    answerable,
    entry_features,
    entry_scores,
    is_declined,
    probability,
)
from bot.knowledge.vectors import Vectors
from tests.bot.knowledge.labelled import Labelled

Numbers = NDArray[np.float64]

FOLDS: Final = 10
ROUNDS: Final = 3
OFFERED: Final = 2
"""So many entries are offered to tap when none is certain."""
PULL: Final = (0.3, 3.0)
"""How strongly weights are pulled towards zero, for entries and for answers."""


@dataclass(frozen=True)
class Case:
    """A question with all the evidence."""

    labelled: Labelled
    evidence: Evidence
    right: frozenset[int]
    """Places of the entries that answer it; if none does, of those that say whose matter it is."""


@dataclass(frozen=True)
class Verdict:
    """What was found for a question."""

    labelled: Labelled
    probability: float
    is_right: bool
    is_offered: bool
    """Whether the right one is among those that would be offered."""
    found: int


@dataclass(frozen=True)
class Level:
    """What a threshold does to the questions."""

    threshold: float
    given: float
    """Share of all questions that get an answer."""
    precision: float
    """Share of the answers given that are right."""
    coverage: float
    """Share of the questions with an answer that get the right one."""
    offered: float
    """Of the questions with an answer below the threshold, how many find it among those offered."""


def cases_of(
    book: Book, keys: Sequence[str], questions: Sequence[Labelled], vectors: Vectors | None
) -> list[Case]:
    """The questions with what the book has to say of them."""
    turned_away = frozenset(
        place
        for place, pointer in enumerate(book.pointers)
        if pointer.intent == "out_of_scope" and not pointer.declines
    )
    place_of = {keys[each.entry_id - 1]: place for place, each in enumerate(book.pointers)}
    return [
        Case(
            labelled,
            book.evidence(labelled.text, None if vectors is None else vectors[row]),
            frozenset(place_of[key] for key in labelled.keys) or turned_away,
        )
        for row, labelled in enumerate(questions)
    ]


def fit(book: Book, cases: Sequence[Case]) -> Calibration:
    """Weights by logistic regression: first which entry, then whether it answers."""
    cases = [case for case in cases if not is_declined(book, case.evidence)]
    own = [case for case in cases if case.labelled.keys]
    given = [place for place, each in enumerate(book.pointers) if not each.declines]
    rows = np.vstack([entry_features(case.evidence)[given] for case in own])
    hits = np.concatenate([[place in case.right for place in given] for case in own])
    entry = _regress(rows, hits.astype(float), PULL[0])
    found = [_nearest(book, case, entry) for case in cases]
    features = np.asarray([features for _, features in found])
    pairs = zip(cases, found, strict=True)
    right = np.asarray([order[0] in case.right for case, (order, _) in pairs])
    return Calibration(entry, _regress(features, right.astype(float), PULL[1]), threshold=1.0)


def judge(book: Book, cases: Sequence[Case], calibration: Calibration) -> list[Verdict]:
    """What these weights find for each question."""
    return [_verdict(book, case, calibration) for case in cases]


def judge_left_out(book: Book, cases: Sequence[Case]) -> list[Verdict]:
    """The same with weights that never saw the question: folds, several times over."""
    verdicts = []
    for seed in range(ROUNDS):
        fold_of = np.random.default_rng(seed).integers(0, FOLDS, len(cases))
        for fold in range(FOLDS):
            seen = [case for case, each in zip(cases, fold_of, strict=True) if each != fold]
            unseen = [case for case, each in zip(cases, fold_of, strict=True) if each == fold]
            verdicts += judge(book, unseen, fit(book, seen))
    return verdicts


def levels(verdicts: Sequence[Verdict], thresholds: Sequence[float]) -> Iterator[Level]:
    """The curve of precision against coverage."""
    answered = [each for each in verdicts if each.labelled.keys]
    for threshold in thresholds:
        given = [each for each in verdicts if each.probability >= threshold]
        below = [each for each in answered if each.probability < threshold]
        yield Level(
            threshold,
            len(given) / len(verdicts),
            _share([each.is_right for each in given]),
            sum(each.is_right for each in given if each.labelled.keys) / len(answered),
            _share([each.is_offered for each in below]),
        )


def _verdict(book: Book, case: Case, calibration: Calibration) -> Verdict:
    order, features = _nearest(book, case, calibration.entry)
    is_silent = is_declined(book, case.evidence)
    return Verdict(
        case.labelled,
        0.0 if is_silent else probability(features, calibration.answer),
        order[0] in case.right,
        bool(case.right.intersection(order[:OFFERED])),
        order[0],
    )


def _nearest(book: Book, case: Case, weights: tuple[float, ...]) -> tuple[list[int], list[float]]:
    scores = entry_scores(case.evidence, weights)
    order = answerable(book, case.evidence, scores)
    return order, answer_features(book, case.evidence, scores, order, case.labelled.intent)


def _regress(rows: Any, truth: Numbers, pull: float, steps: int = 25) -> tuple[float, ...]:
    """Newton's method; the last weight is the constant, which nothing pulls."""
    rows = np.hstack([np.asarray(rows, dtype=np.float64), np.ones((len(rows), 1))])
    weights = np.zeros(rows.shape[1])
    ridge = pull * np.eye(len(weights))
    ridge[-1, -1] = 0
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-rows @ weights))
        bend = chance * (1 - chance) + 1e-9
        slope = rows.T @ (chance - truth) + ridge @ weights
        weights = weights - np.linalg.solve((rows * bend[:, None]).T @ rows + ridge, slope)
    return tuple(round(float(each), 3) for each in weights)


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 1.0
