"""A small shop that can be searched."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.database import Database
from bot.search import ShopSearch
from commerce.catalogue.importing import import_products
from tests.commerce.catalogue.products import HEADER, NOW

type Stocking = Callable[..., None]


@pytest.fixture(scope="session")
def jieba_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """jieba's compiled dictionary, made once a run."""
    return tmp_path_factory.mktemp("jieba")


@pytest.fixture
def lexicon(tmp_path: Path) -> Path:
    """Where the catalogue's words will be."""
    return tmp_path / "lexicon" / "catalogue.txt"


@pytest.fixture
def search(tmp_path: Path, jieba_cache: Path, lexicon: Path) -> ShopSearch:
    """The search over this test's own index."""
    folder = tmp_path / "search"
    folder.mkdir()
    (folder / "jieba").symlink_to(jieba_cache)
    return ShopSearch(folder, lexicon)


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
