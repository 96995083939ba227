"""One set of identities for all tests of the sandbox, a fresh platform for each."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.sandbox.keys import write_keys
from tests.sandbox.corp import CorpHands
from tests.sandbox.world import World, load_world


@pytest.fixture(scope="session")
def identities(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("identities")
    write_keys(folder / "sandbox.env", port=8000, nlu_port=5005)
    return folder


@pytest.fixture
async def world(identities: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with ClientSession() as http:
        world = load_world(identities, tmp_path, http)
        await world.shop.server.start_server()
        shop_url = str(world.shop.server.make_url("")).rstrip("/")
        world.settings = replace(world.settings, callback_url=shop_url)
        await world.start()
        yield world
        await world.stop()
        await world.shop.server.close()


@pytest.fixture
async def hands(world: World) -> CorpHands:
    """The WeCom side of that platform, with a customer."""
    hands = CorpHands(world)
    await hands.begin()
    return hands
