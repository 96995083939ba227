"""The duties of a small shop, with a clock that stands still and a WeChat Pay that is asked."""

from pathlib import Path

import pytest

from bot.clock import FrozenClock
from bot.database import Database
from bot.duties import Duties
from bot.pay_reports import PayReports
from bot.payments.client import PayClient
from bot.search import ShopSearch
from bot.turn import Shop
from commerce.ordering.tables import Order
from commerce.payments.tables import Payment
from tests.bot.counter import Counter, open_counter
from tests.bot.payments.pay_platform import PayPlatform
from tests.commerce import shop


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(shop.NOW)


@pytest.fixture
def own_shop(empty_shop: Shop, tmp_path: Path) -> Shop:
    """A shop with an index of its own."""
    search = ShopSearch(tmp_path / "search", tokenise=empty_shop.search.tokenise)
    return Shop(empty_shop.name, search, empty_shop.sealer, empty_shop.cart_tokens)


@pytest.fixture
def chat(database: Database, clock: FrozenClock, own_shop: Shop) -> Counter:
    return open_counter(database, clock, own_shop)


@pytest.fixture
def duties(
    chat: Counter,
    clock: FrozenClock,
    own_shop: Shop,
    pay_client: PayClient,
    wechat_pay: PayPlatform,
    tmp_path: Path,
) -> Duties:
    return Duties(
        database=chat.database,
        clock=clock,
        shop=own_shop,
        pay=pay_client,
        reports=PayReports(wechat_pay.merchant),
        pipeline=chat.pipeline,
        lexicon_file=tmp_path / "lexicon.txt",
    )


@pytest.fixture
def order(database: Database) -> Order:
    with database.writing() as session:
        return shop.place(session, shop.new_customer(session), {shop.put_on_sale(session): 1})


@pytest.fixture
def payment(database: Database, order: Order) -> Payment:
    with database.writing() as session:
        return shop.begin_to_pay(session, session.get_one(Order, order.id))
