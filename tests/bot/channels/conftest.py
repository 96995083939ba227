"""A shop behind the official account's callback; only the language is a fake."""

from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from bot.channels.official_account import OfficialAccountChannel
from bot.clock import FrozenClock
from bot.database import Database
from bot.turn import Shop
from tests.bot.channels.callback import PATH, PLATFORM, Client
from tests.bot.channels.platform_side import NOW
from tests.bot.counter import Counter, Ears, open_counter


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOW)


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def shop_counter(database: Database, clock: FrozenClock, empty_shop: Shop, ears: Ears) -> Counter:
    return open_counter(database, clock, empty_shop, parser=ears)


@pytest.fixture
def patience() -> float:
    """Seconds that WeChat is kept waiting; long, because tests share a machine."""
    return 4.0


@pytest.fixture
async def client(
    shop_counter: Counter, patience: float, aiohttp_client: Callable[..., Awaitable[Client]]
) -> Client:
    """WeChat's way to the shop."""
    channel = OfficialAccountChannel(
        wire=PLATFORM.our_wire,
        database=shop_counter.database,
        clock=shop_counter.clock,
        sealer=shop_counter.sealer,
        pipeline=shop_counter.pipeline,
        sender=shop_counter.sender,
        background=shop_counter.background,
        patience=patience,
    )
    app = web.Application()
    app.add_routes(channel.routes(PATH))

    async def drain(_app: web.Application) -> None:
        await shop_counter.background.close(5.0)

    app.on_cleanup.append(drain)
    return await aiohttp_client(app)
