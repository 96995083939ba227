"""Parsers over a dictionary of their own and a stand-in for Rasa."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from nlu.dictionary import Dictionary
from nlu.keyword_parser import KeywordParser
from tests.nlu.rasa_stand_in import RasaStandIn, rasa_stand_in


@pytest.fixture
def lexicon(tmp_path: Path) -> Path:
    """The catalogue's lexicon, not written yet."""
    return tmp_path / "catalogue.txt"


@pytest.fixture
def dictionary(lexicon: Path) -> Dictionary:
    return Dictionary(lexicon)


@pytest.fixture
def keyword(dictionary: Dictionary) -> KeywordParser:
    return KeywordParser(dictionary)


@pytest.fixture
async def rasa() -> AsyncIterator[RasaStandIn]:
    async with rasa_stand_in() as stand_in:
        yield stand_in
