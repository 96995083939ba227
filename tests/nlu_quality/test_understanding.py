"""The served model on messages it never saw: what was reached once is kept."""

from typing import Final

import pytest

from nlu.cascade import RASA_THRESHOLD, Cascade
from nlu.dictionary import Dictionary
from nlu.evaluation import VALIDATION, answers_of, read_labelled
from nlu.keyword_parser import KeywordParser
from nlu.measuring.scores import Answer, at_threshold, calibration_error, macro_f1
from nlu.rasa_parser import RasaParser
from tests.nlu.rasa_fixture import RasaServer

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

_answers: Final[list[Answer]] = []


@pytest.fixture
async def answers(rasa_server: RasaServer) -> list[Answer]:
    """What the real cascade makes of the validation set; asked once a run."""
    if not _answers:
        dictionary = Dictionary(rasa_server.lexicon)
        rasa = RasaParser(rasa_server.url, rasa_server.token, dictionary)
        cascade = Cascade(rasa, KeywordParser(dictionary))
        _answers.extend(await answers_of(cascade, read_labelled(VALIDATION)))
        await cascade.close()
    return _answers


async def test_intents_are_understood(answers: list[Answer]) -> None:
    assert macro_f1(answers) >= 0.915


async def test_who_wants_a_human_gets_one(answers: list[Answer]) -> None:
    assert at_threshold(answers, RASA_THRESHOLD).handoff_recall >= 0.96


async def test_what_is_not_about_the_shop_is_not_acted_upon(answers: list[Answer]) -> None:
    assert at_threshold(answers, RASA_THRESHOLD).accepted <= 0.06


async def test_little_that_is_about_the_shop_is_asked_back(answers: list[Answer]) -> None:
    assert at_threshold(answers, RASA_THRESHOLD).covered >= 0.95


async def test_confidence_means_what_it_says(answers: list[Answer]) -> None:
    assert calibration_error(answers) <= 0.05
