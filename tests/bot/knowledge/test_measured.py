"""Of the answers given nineteen in twenty are right, on questions the weights never saw."""

from typing import Final

import numpy as np
import pytest

from bot.knowledge.answering import ASKED_FOR_ANSWERS
from bot.knowledge.book import Book
from bot.knowledge.ranking import BY_MEANING, BY_WORDING, Calibration
from bot.knowledge.vectors import Vectors
from bot.tokenise import ChineseTokeniser
from nlu.embedder import BUNDLED, open_embedder
from tests.bot.knowledge.fitting import Level, cases_of, judge, levels
from tests.bot.knowledge.labelled import (
    HELD_OUT,
    Embed,
    demo_book,
    demo_drafts,
    read_questions,
)

WORDING_COVERAGE: Final = 0.12
MEANING_COVERAGE: Final = 0.6
MEANING_OFFERED: Final = 0.93
TOLERANCE: Final = 0.03


@pytest.fixture(scope="module")
def embed() -> Embed:
    """The model that comes with the shop."""
    embedder = open_embedder(BUNDLED)
    assert embedder is not None

    def one_by_one(texts: list[str]) -> Vectors:
        return np.vstack([embedder.embed([text]) for text in texts])

    return one_by_one


def measured(book: Book, calibration: Calibration, embed: Embed | None) -> Level:
    """The held-out questions whose intent asks for an answer, at the threshold in use."""
    questions = read_questions(HELD_OUT)
    arriving = [each for each in questions if each.intent in ASKED_FOR_ANSWERS]
    vectors = embed([each.text for each in arriving]) if embed else None
    keys = [draft.key for draft in demo_drafts()]
    verdicts = judge(book, cases_of(book, keys, arriving, vectors), calibration)
    (level,) = levels(verdicts, [calibration.threshold])
    return level


def test_by_letters_alone_few_are_answered_but_those_rightly(lettered_book: Book) -> None:
    level = measured(lettered_book, BY_WORDING, None)

    assert level.precision >= 0.95
    assert level.coverage >= WORDING_COVERAGE - TOLERANCE


@pytest.mark.slow
@pytest.mark.timeout(600)  # Two thousand texts are embedded, one by one.
def test_by_meaning_most_are_answered_and_those_rightly(
    tokenise: ChineseTokeniser, embed: Embed
) -> None:
    level = measured(demo_book(demo_drafts(), tokenise, embed), BY_MEANING, embed)

    assert level.precision >= 0.95
    assert level.coverage >= MEANING_COVERAGE - TOLERANCE
    assert level.offered >= MEANING_OFFERED - TOLERANCE
