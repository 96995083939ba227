"""A small shop that can be searched."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.database import Database
from bot.search import ShopSearch
from bot.tokenise import ChineseTokeniser
from commerce.catalogue.importing import import_products
from tests.commerce.catalogue.products import HEADER, NOW

type Stocking = Callable[..., None]


@pytest.fixture(scope="session")
def tokenise(tmp_path_factory: pytest.TempPathFactory) -> ChineseTokeniser:
    """jieba without a catalogue: loaded once a run."""
    return ChineseTokeniser(tmp_path_factory.mktemp("jieba"))


@pytest.fixture
def search(tmp_path: Path, tokenise: ChineseTokeniser) -> ShopSearch:
    """The search over this test's own index."""
    return ShopSearch(tmp_path / "search", tokenise=tokenise)


@pytest.fixture
def stock_shop(database: Database, search: ShopSearch, tmp_path: Path) -> Stocking:
    """Takes lines of a product file into the shop and into its index."""

    def stock(*lines: str) -> None:
        file = tmp_path / "products.csv"
        file.write_text("\n".join([HEADER, *lines]), encoding="utf-8")
        report = import_products(database.writing, file, now=NOW)
        assert report.rejected == []
        with database.writing() as session:
            search.refresh(session)

    return stock
