"""The labelled questions are fit to measure with: many, of both sorts, no copies of entries."""

from itertools import chain

import pytest

from bot.knowledge.terms import bare
from tests.bot.knowledge.labelled import (
    HELD_OUT,
    QUESTIONS,
    Labelled,
    demo_drafts,
    read_questions,
)

CLOSEST = 0.6


def pairs(text: str) -> frozenset[str]:
    spoken = bare(text)
    return frozenset(spoken[at : at + 2] for at in range(len(spoken) - 1)) or frozenset({spoken})


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


@pytest.fixture(scope="module")
def every_question() -> list[Labelled]:
    return [*read_questions(QUESTIONS), *read_questions(HELD_OUT)]


def test_there_are_enough_of_both_sorts(every_question: list[Labelled]) -> None:
    assert len(every_question) >= 400
    for file in (QUESTIONS, HELD_OUT):
        questions = read_questions(file)
        unanswered = sum(not each.keys for each in questions)
        assert unanswered / len(questions) > 0.25, file.name
    assert len({each.text for each in every_question}) == len(every_question)


def test_every_key_is_an_entry_of_the_shop(every_question: list[Labelled]) -> None:
    given = {draft.key for draft in demo_drafts() if not draft.declines}

    assert set(chain.from_iterable(each.keys for each in every_question)) <= given


def test_no_question_is_a_near_copy_of_an_entry(every_question: list[Labelled]) -> None:
    written = [pairs(text) for draft in demo_drafts() for text in draft.ways_to_ask]

    copies = [
        each.text
        for each in every_question
        if max(likeness(pairs(each.text), other) for other in written) > CLOSEST
    ]

    assert copies == []
