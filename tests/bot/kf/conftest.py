"""A shop that answers in WeCom's customer service, and the service itself."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from bot.clock import FrozenClock
from bot.database import Database
from bot.settings import Settings
from bot.turn import Shop
from tests.bot.kf.desk import Desk, make_desk
from tests.bot.kf.wecom_service import WeComService
from wecom.client import AsyncWeComClient
from wecom.tokens import MemoryTokenStore
from wecom.transport import open_http


@pytest.fixture
def service(frozen_clock: FrozenClock) -> WeComService:
    """WeCom."""
    return WeComService(frozen_clock)


@pytest.fixture
async def open_desk(
    service: WeComService,
    frozen_clock: FrozenClock,
    empty_shop: Shop,
    tmp_path: Path,
    aiohttp_server: Callable[..., Awaitable[TestServer]],
) -> AsyncIterator[Callable[[Database], Desk]]:
    """Opens processes of the shop on a database."""
    server = await aiohttp_server(service.app())
    (tmp_path / "pictures").mkdir(exist_ok=True)
    (tmp_path / "pictures" / "slippers.png").write_bytes(b"\x89PNG\r\n\x1a\n slippers")
    settings = Settings(
        var_folder=tmp_path,
        wecom_corp_id="ww-shop",
        wecom_agent_id="1000002",
        wecom_secret="secret",
        wecom_token="token",
        wecom_aes_key="key",
        mini_program_app_id="wx-mini",
    )
    clients: list[AsyncWeComClient] = []
    async with open_http() as http:

        def open_one(database: Database) -> Desk:
            client = AsyncWeComClient(
                "ww-shop",
                "secret",
                http=http,
                token_store=MemoryTokenStore(),
                now=frozen_clock.now,
                base_url=str(server.make_url("/")).rstrip("/"),
                deadline=timedelta(seconds=5),
            )
            clients.append(client)
            return make_desk(client, database, frozen_clock, empty_shop, settings)

        yield open_one
        for each in clients:
            await each.close()


@pytest.fixture
def desk(open_desk: Callable[[Database], Desk], database: Database) -> Desk:
    """The one process of a shop."""
    return open_desk(database)
