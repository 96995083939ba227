"""Whether the platforms would reach us: knocked at our own door, with their signatures."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bot.channels.official_account_wire import OfficialAccountWire
from bot.checkup.callbacks import CORP, MINI, OFFICIAL, look_at_callbacks
from bot.checkup.check import Check, Checkup, State
from bot.clock import real_now
from bot.settings import Settings
from tests.wecom.far_end import closed_port
from wecom.callback import CallbackRefused, WeComWire

TOKEN, KEY = "a-token-of-the-right-length", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

type Verify = Callable[[Any], str]


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def door(verify: Verify) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        try:
            return web.Response(text=verify(request.query))
        except CallbackRefused as refusal:
            return web.Response(status=refusal.status)

    return answer


def shop(token: str = TOKEN) -> web.Application:
    """A shop whose callbacks have this token."""
    official = OfficialAccountWire(token=token, aes_key=KEY, app_id="wx1")
    corp = WeComWire(corp_id="ww1", token=token, aes_key=KEY)
    app = web.Application()
    for path in (OFFICIAL, MINI):
        app.router.add_get(path, door(lambda query: official.verify_url(query, now=real_now())))
    app.router.add_get(CORP, door(lambda query: corp.verify_url(query, now=real_now())))
    return app


def settings(url: str, **changes: Any) -> Settings:
    accounts: dict[str, Any] = {
        "official_account_app_id": "wx1",
        "official_account_token": SecretStr(TOKEN),
        "official_account_aes_key": SecretStr(KEY),
        "mini_program_app_id": "wx1",
        "mini_program_token": SecretStr(TOKEN),
        "mini_program_aes_key": SecretStr(KEY),
        "wecom_corp_id": "ww1",
        "wecom_agent_id": "1000002",
        "wecom_secret": SecretStr("secret"),
        "wecom_token": SecretStr(TOKEN),
        "wecom_aes_key": SecretStr(KEY),
    }
    return Settings(_env_file=None, public_url=url, **{**accounts, **changes})


async def look(http: aiohttp.ClientSession, chosen: Settings) -> dict[str, Check]:
    checkup = Checkup()
    await look_at_callbacks(checkup, chosen, http)
    return {check.name: check for check in checkup.checks}


async def test_a_shop_that_answers_rightly_is_well(http: aiohttp.ClientSession) -> None:
    async with TestServer(shop()) as server:
        found = await look(http, settings(str(server.make_url("/"))))

    assert {name: check.state for name, check in found.items()} == {
        "公众号回调": State.WELL,
        "小程序回调": State.WELL,
        "企业微信回调": State.WELL,
    }


async def test_a_shop_that_runs_with_other_keys_is_told_to_restart(
    http: aiohttp.ClientSession,
) -> None:
    async with TestServer(shop("another-token-of-this-length")) as server:
        found = await look(http, settings(str(server.make_url("/"))))

    assert all(check.is_fault for check in found.values())
    assert "重启 serve" in found["公众号回调"].finding
    assert "接收消息" in found["企业微信回调"].finding


async def test_a_closed_door_names_what_may_stand_before_it(http: aiohttp.ClientSession) -> None:
    found = await look(http, settings(f"http://127.0.0.1:{closed_port()}"))

    assert "反向代理" in found["公众号回调"].finding


async def test_a_proxy_that_cuts_the_path_is_found(http: aiohttp.ClientSession) -> None:
    async with TestServer(web.Application()) as server:
        found = await look(http, settings(str(server.make_url("/"))))

    assert "没有这个页面" in found["公众号回调"].finding


async def test_a_key_that_was_cut_off_is_named(http: aiohttp.ClientSession) -> None:
    async with TestServer(shop()) as server:
        chosen = settings(str(server.make_url("/")), wecom_aes_key=SecretStr("short"))
        found = await look(http, chosen)

    assert "SHOP_WECOM_AES_KEY" in found["企业微信回调"].finding


async def test_without_an_address_of_its_own_nothing_is_knocked_at(
    http: aiohttp.ClientSession,
) -> None:
    found = await look(http, settings(""))

    assert found["回调地址"].state is State.SKIPPED
