"""What tests of the application share: a sealer, messages as a channel would hand them over."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.clock import FrozenClock
from bot.database import Database
from bot.messages import Incoming, Kind
from bot.payments.client import PayClient
from bot.search import ShopSearch
from bot.turn import Shop
from commerce.ordering.cart_token import CartTokens
from commerce.sealing import Sealer
from tests.bot.counter import Counter, open_counter
from tests.bot.payments.pay_platform import PayPlatform
from tests.wecom.far_end import FarEnd
from wecom.tokens import MemoryTokenStore
from wecom.transport import AsyncWeChatClient, open_http

ACCOUNT = "wxaaaaaaaaaaaaaaaa"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def sealer() -> Sealer:
    """Seals under a key of the tests."""
    return Sealer({"test": bytes(range(32))})


@pytest.fixture
def message() -> Callable[..., Incoming]:
    """Makes messages of followers of one official account, each with a key of its own."""

    def make(
        text: str = "你好",
        *,
        sent_at: datetime,
        openid: str = "o-alice",
        kind: Kind = "text",
        key: str | None = None,
    ) -> Incoming:
        return Incoming(
            key=key or f"official_account:{ACCOUNT}:{openid}:{next(_numbers)}",
            channel="official_account",
            account=ACCOUNT,
            external_user=openid,
            kind=kind,
            text=text,
            sent_at=sent_at,
            payload={"ToUserName": "gh_shop", "FromUserName": openid},
        )

    return make


@pytest.fixture(scope="session")
def empty_shop(tmp_path_factory: pytest.TempPathFactory, sealer: Sealer) -> Shop:
    """A shop whose search finds nothing."""
    return Shop(
        name="掌柜的店",
        search=ShopSearch(tmp_path_factory.mktemp("search")),
        sealer=sealer,
        cart_tokens=CartTokens("a secret of the tests"),
    )


@pytest.fixture
def counter(database: Database, frozen_clock: FrozenClock, empty_shop: Shop) -> Counter:
    """The one process of a shop."""
    return open_counter(database, frozen_clock, empty_shop)


@pytest.fixture
def wechat() -> FarEnd:
    """api.weixin.qq.com as `wechat_client` reaches it."""
    return FarEnd()


@pytest.fixture
async def wechat_client(
    wechat: FarEnd, frozen_clock: FrozenClock, aiohttp_server: Callable[..., Awaitable[TestServer]]
) -> AsyncIterator[AsyncWeChatClient]:
    """A client of the official account."""
    server = await aiohttp_server(wechat.app())
    async with open_http() as http:
        client = AsyncWeChatClient(
            ACCOUNT,
            "app-secret",
            http=http,
            token_store=MemoryTokenStore(),
            now=frozen_clock.now,
            base_url=str(server.make_url("/")),
            deadline=timedelta(seconds=2),
        )
        yield client
        await client.close()


@pytest.fixture(scope="session")
def pay_keys() -> tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey]:
    """The merchant's and WeChat Pay's."""
    first, second = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)
    )
    return first, second


@pytest.fixture
def wechat_pay(pay_keys: tuple[Any, Any]) -> PayPlatform:
    """api.mch.weixin.qq.com as `pay_client` reaches it."""
    return PayPlatform(*pay_keys)


@pytest.fixture
async def pay_client(
    wechat_pay: PayPlatform, aiohttp_server: Callable[..., Awaitable[TestServer]]
) -> AsyncIterator[PayClient]:
    """A client of WeChat Pay."""
    server = await aiohttp_server(wechat_pay.app())
    async with PayClient(
        wechat_pay.merchant,
        notify_url="https://shop.example/pay/wechat/notify",
        base_url=str(server.make_url("/sandbox/pay")),
        deadline=timedelta(seconds=2),
    ) as client:
        yield client
