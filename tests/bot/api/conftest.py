"""A small app of the API's routes over a real database; only WeChat and WeChat Pay are fakes."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.api.app import MiniProgramApi
from bot.clock import FrozenClock
from bot.database import Database
from bot.search import ShopSearch
from commerce.customers import identify
from commerce.inserting import id_of
from commerce.ordering import cart
from commerce.ordering.cart_token import CartTokens
from tests.bot.api.phone import Phone, Till, WeChatLogin
from tests.commerce.shop import SEALER, put_on_sale

NewPhone = Callable[..., Awaitable[Phone]]
IssueCard = Callable[[dict[int, int]], str]


@pytest.fixture(scope="session")
def search(tmp_path_factory: pytest.TempPathFactory) -> ShopSearch:
    """One for all, because jieba takes a second to begin; who searches indexes first."""
    return ShopSearch(tmp_path_factory.mktemp("search"))


@pytest.fixture
def cart_tokens() -> CartTokens:
    return CartTokens("a secret of the tests")


@pytest.fixture
def login() -> WeChatLogin:
    return WeChatLogin()


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
def api(
    database: Database,
    frozen_clock: FrozenClock,
    search: ShopSearch,
    cart_tokens: CartTokens,
    login: WeChatLogin,
    till: Till,
    tmp_path: Path,
) -> MiniProgramApi:
    return MiniProgramApi(
        database=database,
        clock=frozen_clock,
        sealer=SEALER,
        search=search,
        cart_tokens=cart_tokens,
        hold_for=timedelta(minutes=30),
        login=login.code_to_session,
        pay=till,
        app_id="wx-mini",
        picture_folder=tmp_path / "pictures",
        evidence_folder=tmp_path / "evidence",
    )


@pytest.fixture
async def client(api: MiniProgramApi, aiohttp_client: Any) -> TestClient[Any, Any]:
    app = web.Application()
    app.add_routes(api.routes())
    made: TestClient[Any, Any] = await aiohttp_client(app)
    return made


@pytest.fixture
def new_phone(client: TestClient[Any, Any], login: WeChatLogin) -> NewPhone:
    """Makes phones whose owner has logged in."""

    async def make(openid: str = "o-alice", unionid: str | None = None) -> Phone:
        return await Phone(client, login, openid, unionid).log_in()

    return make


@pytest.fixture
async def phone(new_phone: NewPhone) -> Phone:
    """Alice's."""
    return await new_phone()


@pytest.fixture
def stranger(client: TestClient[Any, Any], login: WeChatLogin) -> Phone:
    """A phone whose owner has not logged in."""
    return Phone(client, login, "o-nobody")


@pytest.fixture
def slippers(database: Database) -> int:
    """A variant of 39 yuan, of which there are ten."""
    with database.writing() as session:
        return put_on_sale(session, price=3900)


@pytest.fixture
def issue_card(database: Database, frozen_clock: FrozenClock, cart_tokens: CartTokens) -> IssueCard:
    """Gives the token of a card that Bob gets in the chat, with these pieces more in his cart."""

    def issue(pieces: dict[int, int]) -> str:
        now = frozen_clock.now()
        with database.writing() as session:
            bob = identify(session, "official_account", "gh", "o-bob", now, unionid="u-bob")
            for variant_id, quantity in pieces.items():
                cart.add(session, id_of(bob), variant_id, quantity, now)
            lines = cart.view(session, id_of(bob)).wanted()
        return cart_tokens.issue(
            customer_id=id_of(bob), conversation_id=7, lines=lines, source="oa.chat", now=now
        )

    return issue
