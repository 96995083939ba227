"""What a list of answers is worth: per intent, by confidence, and where it hurts most."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nlu.understanding import Intent

CONFIDENCES: Final = tuple(number / 20 for number in range(20))
"""Thresholds from 0 to 0.95; the calibration curve has a bin for every second one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a message means and what was understood; `guess` is the best intent, however unsure."""

    text: str
    wanted: str
    guess: str
    confidence: float

    @property
    def is_right(self) -> bool:
        return self.guess == self.wanted


@dataclass(frozen=True, slots=True)
class IntentScore:
    """One intent: how many of those given, and of those wanted, were right."""

    intent: str
    wanted: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """What acting only upon this confidence or more would mean.

    `covered` of the messages about the shop would be acted upon, `right` of all that is acted upon
    would be right, and of what is out of scope `accepted` would wrongly be acted upon.
    """

    threshold: float
    covered: float
    right: float
    accepted: float
    handoff_recall: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Messages of about one confidence: calibrated, `right` is as large as `confidence`."""

    confidence: float
    right: float
    messages: int


def accuracy(answers: Sequence[Answer]) -> float:
    return _share([each.is_right for each in answers])


def intent_scores(answers: Sequence[Answer]) -> list[IntentScore]:
    """Of every wanted intent, the worst first."""
    wanted = Counter(each.wanted for each in answers)
    given = Counter(each.guess for each in answers)
    right = Counter(each.wanted for each in answers if each.is_right)
    scores = [
        IntentScore(
            intent,
            count,
            right[intent] / given[intent] if given[intent] else 0.0,
            right[intent] / count,
            2 * right[intent] / (count + given[intent]),
        )
        for intent, count in wanted.items()
    ]
    return sorted(scores, key=lambda score: (score.f1, score.intent))


def macro_f1(answers: Sequence[Answer]) -> float:
    """The mean F1 of the wanted intents."""
    scores = intent_scores(answers)
    return sum(score.f1 for score in scores) / len(scores) if scores else 0.0


def at_threshold(answers: Sequence[Answer], threshold: float) -> AtThreshold:
    """What the threshold would let through, and what that would be worth."""
    acted = [each for each in answers if each.confidence >= threshold]
    strangers = [each for each in answers if each.wanted == Intent.OUT_OF_SCOPE]
    humans = [each for each in answers if each.wanted == Intent.HUMAN_HANDOFF]
    ours = [each for each in answers if each.wanted != Intent.OUT_OF_SCOPE]
    return AtThreshold(
        threshold,
        covered=_share([each.confidence >= threshold for each in ours]),
        right=_share([each.is_right for each in acted]),
        accepted=_share([not each.is_right and each.confidence >= threshold for each in strangers]),
        handoff_recall=_share([each.is_right and each.confidence >= threshold for each in humans]),
    )


def calibration(answers: Sequence[Answer], bins: int = 10) -> list[Bin]:
    """Messages by confidence, in bins of equal width; empty ones are left out."""
    held: dict[int, list[Answer]] = {}
    for each in answers:
        held.setdefault(min(int(each.confidence * bins), bins - 1), []).append(each)
    return [
        Bin(sum(each.confidence for each in those) / len(those), accuracy(those), len(those))
        for _, those in sorted(held.items())
    ]


def calibration_error(answers: Sequence[Answer]) -> float:
    """By how much confidence and truth differ on average, weighed by messages."""
    off = sum(abs(one.confidence - one.right) * one.messages for one in calibration(answers))
    return off / len(answers) if answers else 0.0


def confusions(answers: Sequence[Answer]) -> list[tuple[str, str, int]]:
    """(wanted, given, how often), the most frequent first."""
    wrong = Counter((each.wanted, each.guess) for each in answers if not each.is_right)
    return [(wanted, given, count) for (wanted, given), count in wrong.most_common()]


def _share(those: Sequence[bool]) -> float:
    return sum(those) / len(those) if those else 0.0
