"""The demo shop's questions as a book, without vectors, made once a run."""

import pytest

from bot.knowledge.book import Book
from bot.tokenise import ChineseTokeniser
from tests.bot.knowledge.labelled import demo_book, demo_drafts


@pytest.fixture(scope="session")
def tokenise(tmp_path_factory: pytest.TempPathFactory) -> ChineseTokeniser:
    """jieba's own words."""
    return ChineseTokeniser(tmp_path_factory.mktemp("jieba"))


@pytest.fixture(scope="session")
def lettered_book(tokenise: ChineseTokeniser) -> Book:
    """Compares by letters alone."""
    return demo_book(demo_drafts(), tokenise, None)
