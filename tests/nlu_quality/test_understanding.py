"""The served model on messages it never saw: what was reached once is kept."""

from pathlib import Path
from typing import Final

import pytest

from nlu.cascade import RASA_THRESHOLD, Cascade
from nlu.dictionary import Dictionary
from nlu.evaluation import VALIDATION, answers_of, read_labelled
from nlu.keyword_parser import KeywordParser
from nlu.measuring.scores import Answer, at_threshold, calibration_error, macro_f1
from nlu.rasa_parser import RasaParser
from nlu.understanding import Intent
from tests.nlu.rasa_fixture import RasaServer
from tests.nlu_quality.prune import HANDOFF

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

_answers: Final[dict[Path, list[Answer]]] = {}


async def _answered(rasa_server: RasaServer, file: Path) -> list[Answer]:
    """What the real cascade makes of a list; asked once a run."""
    if file not in _answers:
        dictionary = Dictionary(rasa_server.lexicon)
        rasa = RasaParser(rasa_server.url, rasa_server.token, dictionary)
        cascade = Cascade(rasa, KeywordParser(dictionary))
        _answers[file] = await answers_of(cascade, read_labelled(file))
        await cascade.close()
    return _answers[file]


@pytest.fixture
async def answers(rasa_server: RasaServer) -> list[Answer]:
    """What is made of the validation set."""
    return await _answered(rasa_server, VALIDATION)


@pytest.fixture
async def about_people(rasa_server: RasaServer) -> list[Answer]:
    """What is made of those who ask for a person, and of those who only speak of one."""
    return await _answered(rasa_server, HANDOFF)


async def test_intents_are_understood(answers: list[Answer]) -> None:
    assert macro_f1(answers) >= 0.915


async def test_who_wants_a_human_gets_one(
    answers: list[Answer], about_people: list[Answer]
) -> None:
    assert at_threshold([*answers, *about_people], RASA_THRESHOLD).handoff_recall >= 0.99


async def test_who_only_speaks_of_people_is_not_handed_over(
    answers: list[Answer], about_people: list[Answer]
) -> None:
    assert _handed_over(about_people) <= 0.03
    assert _handed_over(answers) <= 0.005


async def test_what_is_not_about_the_shop_is_not_acted_upon(answers: list[Answer]) -> None:
    assert at_threshold(answers, RASA_THRESHOLD).accepted <= 0.06


async def test_little_that_is_about_the_shop_is_asked_back(answers: list[Answer]) -> None:
    assert at_threshold(answers, RASA_THRESHOLD).covered >= 0.95


async def test_confidence_means_what_it_says(answers: list[Answer]) -> None:
    assert calibration_error(answers) <= 0.05


def _handed_over(answers: list[Answer]) -> float:
    """The share of those who want no human that would get one."""
    others = [each for each in answers if each.wanted != Intent.HUMAN_HANDOFF]
    wrong = [each for each in others if each.guess == Intent.HUMAN_HANDOFF]
    return sum(each.confidence >= RASA_THRESHOLD for each in wrong) / len(others)
