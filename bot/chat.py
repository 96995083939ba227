"""A conversation in the terminal with the shop, over the sandbox that stands for WeChat."""

import asyncio
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Self

import aiohttp
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from bot.errors import BotError

LOOK_SECONDS: Final = 0.2
ANSWER_SECONDS: Final = 8.0
"""How long to wait for the shop's first word; what comes later is shown when it comes."""
QUIET_SECONDS: Final = 0.6
"""An answer is over when nothing more came for this long."""
CALL_SECONDS: Final = 10.0

type Json = dict[str, Any]


class SandboxAway(BotError):
    """No sandbox answers at the address; the message says what to start."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"No sandbox answers at {url}.\nStart the shop with it in another terminal: `make run`,"
            " or `.venv/bin/python -m bot serve` once `python -m bot.sandbox keys` was run;"
            " --url says where it is."
        )


class Declined(BotError):
    """The sandbox does not do what was asked, for the reason that the message gives."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the chat as the phone shows it."""

    number: int
    direction: str
    kind: str
    payload: Json

    @classmethod
    def of(cls, shown: Json) -> Self:
        """From the sandbox's form."""
        return cls(shown["item_id"], shown["direction"], shown["kind"], shown["payload"])


@dataclass(slots=True)
class Phone:
    """A follower's phone: what they do with it, and what they get to see.

    Methods raise SandboxAway and Declined.
    """

    http: aiohttp.ClientSession
    url: str
    fan_id: int = 0
    seen: int = 0
    """The number of the last line that was looked at."""

    async def pick_up(self, nickname: str) -> bool:
        """Be the follower of that name, a new one if there is none; whether they are new."""
        fans = (await self._call("GET", "/fans"))["fans"]
        known = next((each for each in fans if each["nickname"] == nickname), None)
        if known is None:
            self.fan_id = (await self._call("POST", "/fans", {"nickname": nickname}))["fan_id"]
            return True
        self.fan_id = known["fan_id"]
        if not known["subscribed"]:
            await self._act("events", {"event": "subscribe"})
        await self.look()
        return False

    async def say(self, text: str) -> None:
        """Write a text."""
        await self._act("messages", {"type": "text", "content": text})

    async def tap(self, menu: Item, option: str) -> None:
        """Tap an option of a menu, by its id."""
        await self._act("taps", {"item_id": menu.number, "option": option})

    async def look(self) -> list[Item]:
        """What came since the last look, our own words left out."""
        shown = await self._call("GET", f"/fans/{self.fan_id}/items?after={self.seen}")
        items = [Item.of(each) for each in shown["items"]]
        self.seen = max([self.seen, *(item.number for item in items)])
        return [item for item in items if item.direction != "fan"]

    async def _act(self, what: str, body: Json) -> None:
        await self._call("POST", f"/fans/{self.fan_id}/{what}", body)

    async def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        try:
            async with self.http.request(
                method, f"{self.url}/control{path}", json=body
            ) as response:
                answer: Json = await response.json()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            # ValueError: an address that is none, or an answer that is not JSON.
            raise SandboxAway(self.url) from error
        if response.status != 200:
            raise Declined(str(answer.get("error", f"HTTP {response.status}")))
        return answer


@dataclass(slots=True)
class Chat:
    """Prints what the shop says, and sends what is typed. A menu's number taps its option."""

    phone: Phone
    screen: Console
    menu: Item | None = field(default=None)
    """The menu that a typed number chooses from: the shop's last word."""

    async def talk(self, lines: "asyncio.Queue[str | None]") -> None:
        """Until the lines end. Raises SandboxAway."""
        while (line := await self._next_line(lines)) is not None:
            if not line.strip():
                continue
            try:
                await self._send(line.strip())
            except Declined as reason:
                self.screen.print(f"[red]{escape(str(reason))}[/]")
                continue
            await self._hear_out()

    async def _next_line(self, lines: "asyncio.Queue[str | None]") -> str | None:
        """The next line typed; what the shop says meanwhile is shown."""
        if lines.empty():
            self._prompt()
        typing = asyncio.create_task(lines.get())
        try:
            while not typing.done():
                await asyncio.wait({typing}, timeout=LOOK_SECONDS)
                if not typing.done() and await self._show_news():
                    self._prompt()
            return typing.result()
        finally:
            typing.cancel()

    async def _send(self, line: str) -> None:
        menu, self.menu = self.menu, None
        options = menu.payload["options"] if menu else []
        if menu and line.isdecimal() and 0 < int(line) <= len(options):
            await self.phone.tap(menu, options[int(line) - 1]["id"])
        else:
            await self.phone.say(line)

    async def _hear_out(self) -> None:
        """Show the answer as it comes."""
        loop = asyncio.get_running_loop()
        until = loop.time() + ANSWER_SECONDS
        while loop.time() < until:
            if await self._show_news():
                until = loop.time() + QUIET_SECONDS
            await asyncio.sleep(LOOK_SECONDS)

    async def _show_news(self) -> bool:
        items = await self.phone.look()
        for item in items:
            self.screen.print(shown(item))
            self.menu = item if item.kind == "menu" else None
        return bool(items)

    def _prompt(self) -> None:
        self.screen.print("[bold cyan]我：[/]", end="")


def shown(item: Item) -> str | Panel:
    """A line of the chat as the terminal shows it."""
    says = escape(str(item.payload.get("content") or item.payload.get("title") or ""))
    match item.kind:
        case "text":
            return f"[bold green]掌柜：[/]{says}"
        case "menu":
            options = [
                f"  [bold]{number}[/]. {escape(option['content'])}"
                for number, option in enumerate(item.payload["options"], 1)
            ]
            head, tail = escape(item.payload["head"]), escape(item.payload["tail"])
            return "\n".join([f"[bold green]掌柜：[/]{head}", *options, *([tail] if tail else [])])
        case "card":
            path = escape(item.payload["path"])
            return Panel(f"{says}\n[dim]{path}[/]", title="小程序", title_align="left", width=60)
        case "image":
            return "[bold green]掌柜：[/][dim]（图片）[/]"
        case _:
            return f"[dim]（{escape(item.kind)}）{says}[/]"


async def chat_in_terminal(url: str, nickname: str, typed: Iterable[str], screen: Console) -> None:
    """Talk to the shop behind the sandbox at `url` until the typed lines end.

    Raises SandboxAway.
    """
    timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        phone = Phone(http, url.rstrip("/"))
        is_new = await phone.pick_up(nickname)
        met = "new here" if is_new else "back again"
        screen.print(f"[dim]{escape(nickname)}, {met}. Pay on {phone.url}/ · Ctrl-D leaves.[/]")
        await Chat(phone, screen).talk(read_lines(typed))
        screen.print()


def read_lines(typed: Iterable[str]) -> "asyncio.Queue[str | None]":
    """The lines as they are typed, then None.

    A thread that nobody waits for reads them: one that sits in a read cannot be stopped.
    """
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def put(line: str | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(lines.put_nowait, line)

    def read() -> None:
        for line in typed:
            put(line)
        put(None)

    threading.Thread(target=read, name="typed lines", daemon=True).start()
    return lines
