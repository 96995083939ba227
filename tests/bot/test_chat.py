"""The terminal talks to the shop through the sandbox, as a follower's phone does."""

import asyncio
import io
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from rich.console import Console

from bot.chat import SandboxAway, chat_in_terminal
from tests.fixtures.processes import environment_without_ours
from tests.fixtures.stage import Stage
from tests.wecom.far_end import closed_port

type Json = dict[str, Any]
MENU = {
    "head": "您想做什么？",
    "options": [{"id": "a", "content": "找商品"}, {"id": "b", "content": "转人工"}],
    "tail": "点一个",
}


@dataclass
class Control:
    """A control API with one shop behind it, which says what `answers` lists for a text."""

    answers: dict[str, list[tuple[str, Json]]] = field(default_factory=dict)
    fans: list[Json] = field(default_factory=list)
    items: list[Json] = field(default_factory=list)
    acts: list[tuple[str, Json]] = field(default_factory=list)
    refuses: str = ""

    def add(self, kind: str, payload: Json, direction: str = "shop") -> None:
        """A line of the chat."""
        number = len(self.items) + 1
        line = {"item_id": number, "direction": direction, "kind": kind, "payload": payload}
        self.items.append(line)

    def app(self) -> web.Application:
        control = web.Application()
        control.add_routes(
            [
                web.get("/fans", self._list),
                web.post("/fans", self._create),
                web.get("/fans/7/items", self._look),
                web.post("/fans/7/{what:messages|taps|events}", self._act),
            ]
        )
        root = web.Application()
        root.add_subapp("/sandbox/control", control)
        return root

    async def _list(self, _: web.Request) -> web.Response:
        return web.json_response({"fans": self.fans})

    async def _create(self, request: web.Request) -> web.Response:
        self.fans.append({"fan_id": 7, "subscribed": True, **await request.json()})
        return web.json_response(self.fans[-1])

    async def _look(self, request: web.Request) -> web.Response:
        after = int(request.query["after"])
        return web.json_response({"items": [i for i in self.items if i["item_id"] > after]})

    async def _act(self, request: web.Request) -> web.Response:
        if self.refuses:
            return web.json_response({"error": self.refuses}, status=409)
        act = request.match_info["what"], await request.json()
        self.acts.append(act)
        self.add("text", {"content": str(act)}, direction="fan")
        for kind, payload in self.answers.get(act[1].get("content", ""), []):
            self.add(kind, payload)
        return web.json_response({})


@pytest.fixture
def control(monkeypatch: pytest.MonkeyPatch) -> Control:
    for name, seconds in (("LOOK_SECONDS", 0.01), ("ANSWER_SECONDS", 0.2), ("QUIET_SECONDS", 0.03)):
        monkeypatch.setattr(f"bot.chat.{name}", seconds)
    return Control()


type Talk = Callable[..., Awaitable[str]]


@pytest.fixture
def talk(control: Control, aiohttp_server: Callable[..., Awaitable[TestServer]]) -> Talk:
    """Types lines and returns what the terminal showed."""

    async def type_lines(*lines: str, name: str = "小明") -> str:
        server = await aiohttp_server(control.app())
        screen = io.StringIO()
        console = Console(file=screen, width=80, highlight=False)
        typed = [f"{line}\n" for line in lines]
        async with asyncio.timeout(10):
            await chat_in_terminal(str(server.make_url("/sandbox/")), name, typed, console)
        return screen.getvalue()

    return type_lines


async def test_what_is_typed_is_said_and_what_the_shop_answers_is_shown(
    talk: Talk, control: Control
) -> None:
    control.answers["你好"] = [("text", {"content": "您好，[欢迎]光临"})]

    shown = await talk("你好", "", "  再见 ")

    assert control.acts == [
        ("messages", {"type": "text", "content": "你好"}),
        ("messages", {"type": "text", "content": "再见"}),
    ]
    assert "掌柜：您好，[欢迎]光临" in shown
    assert shown.count("掌柜：") == 1


async def test_a_card_is_a_box_with_its_title_and_path(talk: Talk, control: Control) -> None:
    card = {"title": "云朵拖鞋 ¥39", "path": "pages/checkout/index?cart=x", "media_id": "m"}
    control.answers["结算"] = [("card", card)]

    shown = await talk("结算")

    assert "小程序" in shown
    assert "云朵拖鞋 ¥39" in shown
    assert "pages/checkout/index?cart=x" in shown
    assert "╭" in shown
    assert "╰" in shown


async def test_an_option_of_the_menu_is_chosen_by_its_number(talk: Talk, control: Control) -> None:
    control.answers["帮助"] = [("menu", MENU)]

    shown = await talk("帮助", "2", "2")

    for words in ("您想做什么？", "1. 找商品", "2. 转人工", "点一个"):
        assert words in shown
    assert control.acts[1:] == [
        ("taps", {"item_id": 2, "option": "b"}),
        ("messages", {"type": "text", "content": "2"}),
    ]


@pytest.mark.parametrize("line", ["0", "3", "第二个", "²"])
async def test_what_is_no_option_is_said(talk: Talk, control: Control, line: str) -> None:
    control.answers["帮助"] = [("menu", MENU)]

    await talk("帮助", line)

    assert control.acts[-1] == ("messages", {"type": "text", "content": line})


async def test_a_menu_is_over_once_the_shop_has_said_something_else(
    talk: Talk, control: Control
) -> None:
    control.answers["帮助"] = [("menu", MENU), ("text", {"content": "或者直接说"})]

    await talk("帮助", "1")

    assert control.acts[-1] == ("messages", {"type": "text", "content": "1"})


async def test_pictures_and_excuses_of_the_platform_are_shown(talk: Talk, control: Control) -> None:
    control.answers["看看"] = [
        ("image", {"media_id": "m"}),
        ("notice", {"content": "该公众号提供的服务出现故障"}),
    ]

    shown = await talk("看看")

    assert "（图片）" in shown
    assert "该公众号提供的服务出现故障" in shown


async def test_the_same_follower_comes_back_and_old_lines_are_not_shown_again(
    talk: Talk, control: Control
) -> None:
    control.answers["你好"] = [("text", {"content": "您好"})]
    assert "new here" in await talk("你好")

    shown = await talk("在吗")

    assert "back again" in shown
    assert "您好" not in shown
    assert [fan["nickname"] for fan in control.fans] == ["小明"]


async def test_a_follower_who_left_follows_again(talk: Talk, control: Control) -> None:
    control.fans.append({"fan_id": 7, "nickname": "小明", "subscribed": False})

    await talk()

    assert control.acts == [("events", {"event": "subscribe"})]


async def test_what_the_sandbox_declines_is_shown_and_the_talk_goes_on(
    talk: Talk, control: Control
) -> None:
    control.refuses = "fan 7 does not follow"

    assert (await talk("你好", "在吗")).count("fan 7 does not follow") == 2


async def test_what_comes_while_nobody_types_is_shown(
    control: Control, aiohttp_server: Callable[..., Awaitable[TestServer]]
) -> None:
    server = await aiohttp_server(control.app())
    screen, said = io.StringIO(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait_then_leave() -> Any:
        asyncio.run_coroutine_threadsafe(said.wait(), loop).result(timeout=5)
        yield from ()

    chatting = asyncio.create_task(
        chat_in_terminal(
            str(server.make_url("/sandbox")), "小明", wait_then_leave(), Console(file=screen)
        )
    )
    await asyncio.sleep(0.05)
    control.add("text", {"content": "支付成功"})
    async with asyncio.timeout(5):
        while "支付成功" not in screen.getvalue():  # noqa: ASYNC110 - a terminal has no event
            await asyncio.sleep(0.01)
    said.set()
    await chatting


@pytest.mark.parametrize(
    "url",
    [f"http://127.0.0.1:{closed_port()}/sandbox", "no address at all", ""],
    ids=["nobody listens", "no address", "nothing"],
)
async def test_without_a_sandbox_it_says_what_to_start(url: str) -> None:
    with pytest.raises(SandboxAway, match="make run"):
        await chat_in_terminal(url, "小明", [], Console(file=io.StringIO()))


async def test_a_shop_without_its_sandbox_is_no_sandbox(
    aiohttp_server: Callable[..., Awaitable[TestServer]],
) -> None:
    server = await aiohttp_server(web.Application())

    with pytest.raises(SandboxAway, match="make run"):
        await chat_in_terminal(str(server.make_url("/sandbox")), "小明", [], Console(quiet=True))


def test_the_command_says_so_and_exits_with_2(tmp_path: Path) -> None:
    done = chat(f"http://127.0.0.1:{closed_port()}/sandbox", "", tmp_path)

    assert done.returncode == 2
    assert "make run" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
async def test_a_whole_conversation_over_the_real_sandbox(stage: Stage) -> None:
    lines = "蓝牙耳机\n第一个\n结算\n"

    done = await asyncio.to_thread(chat, f"{stage.sandbox_url}/sandbox", lines, stage.folder)

    assert done.returncode == 0, done.stderr
    assert "为您找到" in done.stdout
    assert "小程序" in done.stdout
    assert "pages/checkout/index?cart=" in done.stdout.replace("\n", "")


def chat(url: str, lines: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The command as people run it, with those lines typed."""
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "bot", "chat", "--url", url],
        cwd=folder,
        env=environment_without_ours(),
        input=lines,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
