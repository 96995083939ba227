"""The labelled questions are fit to measure with: many, of both sorts, no copies of entries."""

from collections import Counter, defaultdict
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


def closest(texts: list[str], others: list[str]) -> list[float]:
    """Of each text, the share of pairs that it has in common with the other most like it."""
    written = [pairs(other) for other in others]
    holding = defaultdict(list)
    for number, each in enumerate(written):
        for pair in each:
            holding[pair].append(number)
    likeness = []
    for own in map(pairs, texts):
        shared = Counter(number for pair in own for number in holding[pair])
        likeness.append(
            max((n / len(own | written[number]) for number, n in shared.items()), default=0.0)
        )
    return likeness


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
    written = [text for draft in demo_drafts() for text in draft.ways_to_ask]
    texts = [each.text for each in every_question]

    likeness = zip(texts, closest(texts, written), strict=True)

    assert [text for text, share in likeness if share > CLOSEST] == []


def test_a_near_copy_would_be_noticed() -> None:
    assert closest(["包邮吗亲", "几点关门"], ["包邮吗？"]) == [2 / 3, 0.0]
