"""The validation set: large enough, about every intent, and unlike anything that is trained on."""

import os
from collections import Counter
from pathlib import Path

import pytest

from nlu.evaluation import read_labelled
from nlu.training_data import read_examples
from nlu.understanding import CUSTOMER_INTENTS
from tests.nlu_quality.prune import HANDOFF, LIMIT, VALIDATION, bigrams, jaccard, likenesses

MESSAGES = read_labelled(VALIDATION)
ABOUT_PEOPLE = read_labelled(HANDOFF)
SAMPLES = os.environ.get("SHOP_NLU_SAMPLES", "")
"""A file of real sentences, lent for measuring; without one there is nothing to leak."""


def test_there_are_seven_hundred_messages_and_fifteen_for_every_intent() -> None:
    counts = Counter(intent for _, intent in MESSAGES)

    assert len(MESSAGES) >= 700
    assert set(counts) == CUSTOMER_INTENTS
    assert min(counts.values()) >= 15, counts.most_common()[-1]


def test_every_message_is_written_once_and_without_blanks_around_it() -> None:
    counts = Counter(text for text, _ in MESSAGES)

    assert [text for text, count in counts.items() if count > 1 or text != text.strip()] == []


def test_no_message_resembles_a_training_sentence() -> None:
    known = [each.text for each in read_examples()]

    assert known
    assert likenesses((text for text, _ in [*MESSAGES, *ABOUT_PEOPLE]), known) == {}, (
        "python -m tests.nlu_quality.prune takes these out of the validation set"
    )


def test_as_many_only_speak_of_people_as_ask_for_one() -> None:
    asking = [text for text, intent in ABOUT_PEOPLE if intent == "human_handoff"]

    assert min(len(asking), len(ABOUT_PEOPLE) - len(asking)) >= 60
    assert {intent for _, intent in ABOUT_PEOPLE} <= CUSTOMER_INTENTS
    assert likenesses((text for text, _ in ABOUT_PEOPLE), (text for text, _ in MESSAGES)) == {}


def test_the_search_for_likenesses_finds_what_comparing_all_with_all_finds() -> None:
    known = [text for text, _ in MESSAGES[::10]]
    texts = [*(text[: len(text) * 3 // 4] for text in known), *(text for text, _ in MESSAGES[1::9])]

    shapes = [bigrams(each) for each in known]
    alike = {text for text in texts if any(jaccard(bigrams(text), s) > LIMIT for s in shapes)}

    assert alike
    assert set(likenesses(texts, known)) == alike


@pytest.mark.parametrize(
    ("one", "other"),
    [("快递到哪了", "快递 到哪了？？"), ("转人工", "转人工转人工转人工"), ("👌", "👌")],
)
def test_blanks_punctuation_and_repetition_make_no_new_message(one: str, other: str) -> None:
    assert likenesses([one], [other]) == {one: other}


if SAMPLES:

    def test_no_message_is_one_of_the_sentences_lent_for_measuring() -> None:
        lent = [text for text, _ in read_labelled(Path(SAMPLES)) if len(text) > 6]

        assert lent
        assert {text for text, _ in MESSAGES} & set(lent) == set()
