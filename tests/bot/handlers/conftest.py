"""The demo shop, imported and indexed once a run; every test chats in a copy of it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.clock import FrozenClock
from bot.database import Database
from bot.lexicon import write_lexicon
from bot.search import ShopSearch
from bot.seeding import note_sales
from bot.seeds import PRODUCTS_CSV, SALES_CSV
from bot.turn import Shop
from commerce.catalogue.importing import import_products
from commerce.ordering.cart_token import CartTokens
from commerce.sealing import Sealer
from nlu.dictionary import Dictionary
from nlu.keyword_parser import KeywordParser
from tests.bot.handlers.conversation import Chat, Recorded
from tests.commerce.shop import NOW
from tests.fixtures.databases import spare_the_disk

type OpenChat = Callable[..., Chat]


@dataclass(frozen=True)
class DemoShop:
    """The demo catalogue in a SQLite file, with its index and its words."""

    database: Path
    search: ShopSearch
    keyword: KeywordParser


@pytest.fixture(scope="session")
def demo_shop(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> DemoShop:
    """Made once a run; its index is read by all tests, its database copied by each."""
    folder = tmp_path_factory.mktemp("demo-shop")
    file, lexicon = folder / "shop.db", folder / "catalogue.txt"
    shutil.copy(sqlite_template, file)
    search = ShopSearch(folder / "search", lexicon)
    database = Database(f"sqlite:///{file}")
    import_products(database.writing, PRODUCTS_CSV, now=NOW)
    with database.writing() as session:
        note_sales(session, SALES_CSV)
        write_lexicon(session, lexicon, search.tokenise)
        search.refresh(session)
    database.close()
    return DemoShop(file, search, KeywordParser(Dictionary(lexicon)))


@pytest.fixture
def demo_database(demo_shop: DemoShop, tmp_path: Path) -> Iterator[Database]:
    """This test's own copy of the demo shop."""
    file = tmp_path / "demo.db"
    shutil.copy(demo_shop.database, file)
    database = Database(f"sqlite:///{file}")
    spare_the_disk(database)
    yield database
    database.close()


@pytest.fixture
def open_chat(
    demo_shop: DemoShop, demo_database: Database, frozen_clock: FrozenClock, sealer: Sealer
) -> OpenChat:
    """Begins conversations with the demo shop, each by another customer if so named."""
    tokens = CartTokens("a secret of the tests")
    shop = Shop("掌柜小店", demo_shop.search, sealer, tokens, may_track=lambda _carrier: True)

    def begin(openid: str = "o-alice") -> Chat:
        return Chat(demo_database, shop, Recorded(demo_shop.keyword), frozen_clock, openid)

    return begin


@pytest.fixture
def chat(open_chat: OpenChat) -> Chat:
    """A new customer's conversation."""
    return open_chat()
