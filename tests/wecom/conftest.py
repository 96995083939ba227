from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from tests.wecom.far_end import FarEnd, MovableClock
from wecom.tokens import MemoryTokenStore
from wecom.transport import AsyncWeChatClient, open_http

Connect = Callable[..., AsyncWeChatClient]


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def far_end() -> FarEnd:
    return FarEnd()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_http() as session:
        yield session


@pytest.fixture
async def connect(http: aiohttp.ClientSession, clock: MovableClock) -> AsyncIterator[Connect]:
    """Opens clients of any address; they are closed with the test."""
    clients: list[AsyncWeChatClient] = []

    def open_client(base_url: str, *, seconds: float = 1.0) -> AsyncWeChatClient:
        client = AsyncWeChatClient(
            "wx-app",
            "app-SECRET",
            http=http,
            token_store=MemoryTokenStore(),
            now=clock,
            base_url=base_url,
            deadline=timedelta(seconds=seconds),
        )
        clients.append(client)
        return client

    yield open_client
    for client in clients:
        await client.close()


@pytest.fixture
async def client(
    far_end: FarEnd,
    connect: Connect,
    aiohttp_server: Callable[..., Awaitable[TestServer]],
) -> AsyncWeChatClient:
    """A client of the far end, which is mounted under a prefix as the development server does."""
    server = await aiohttp_server(far_end.app())
    return connect(str(server.make_url("/")).rstrip("/"))
