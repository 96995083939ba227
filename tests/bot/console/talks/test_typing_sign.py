"""A follower sees that somebody of the shop is writing to them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import FrozenClock
from bot.console.talks.typing_sign import TypingSign
from bot.staff.tables import Role
from tests.bot.console.conftest import OpenConsole
from tests.bot.console.talks.conftest import Floor
from wecom.tokens import MemoryTokenStore
from wecom.transport import AsyncWeChatClient, open_http


@dataclass
class WeChat:
    """WeChat's side of it."""

    seen: list[dict[str, Any]] = field(default_factory=list)
    errcode: int = 0

    def app(self) -> web.Application:
        """It, to be served."""
        app = web.Application()
        app.router.add_post("/cgi-bin/stable_token", self._token)
        app.router.add_post("/cgi-bin/message/custom/typing", self._typing)
        return app

    async def _token(self, _request: web.Request) -> web.Response:
        return web.json_response({"access_token": "at", "expires_in": 7200})

    async def _typing(self, request: web.Request) -> web.Response:
        self.seen.append(await request.json())
        return web.json_response({"errcode": self.errcode, "errmsg": "-"})


@pytest.fixture
def wechat() -> WeChat:
    """WeChat."""
    return WeChat()


@pytest.fixture
async def desk(
    desk: Any,
    wechat: WeChat,
    frozen_clock: FrozenClock,
    aiohttp_server: Callable[..., Awaitable[TestServer]],
) -> AsyncIterator[Any]:
    """A desk that reaches WeChat."""
    server = await aiohttp_server(wechat.app())
    async with open_http() as http:
        client = AsyncWeChatClient(
            "wx-shop",
            "secret",
            http=http,
            token_store=MemoryTokenStore(),
            now=frozen_clock.now,
            base_url=str(server.make_url("/")),
        )
        yield replace(desk, typing=TypingSign(client, desk.background, frozen_clock))
        await desk.background.close(5)
        await client.close()


async def test_a_follower_sees_it_once_in_ten_seconds_however_often_keys_are_pressed(
    floor: Floor, open_console: OpenConsole, wechat: WeChat, frozen_clock: FrozenClock
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()
    await floor.gives(talk, agent.staff_id)

    for _ in range(3):
        await agent.post("/inbox/typing", {"talk": str(talk)})
    await floor.desk.background.close(5)
    assert wechat.seen == [{"touser": "o-alice", "command": "Typing"}]

    frozen_clock.advance(seconds=10)
    await agent.post("/inbox/typing", {"talk": str(talk)})
    await floor.desk.background.close(5)
    assert len(wechat.seen) == 2


async def test_who_does_not_have_the_conversation_shows_nothing(
    floor: Floor, open_console: OpenConsole, wechat: WeChat
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()

    for written in (str(talk), "999", "x"):
        assert (await agent.post("/inbox/typing", {"talk": written})).status == 204
    await floor.desk.background.close(5)

    assert wechat.seen == []


async def test_a_refusal_is_nobodys_concern(
    floor: Floor,
    open_console: OpenConsole,
    wechat: WeChat,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wechat.errcode = 45080
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()
    await floor.gives(talk, agent.staff_id)

    answer = await agent.post("/inbox/typing", {"talk": str(talk)})
    await floor.desk.background.close(5)

    assert answer.status == 204
    assert len(wechat.seen) == 1
    assert "background task failed" not in capsys.readouterr().out
