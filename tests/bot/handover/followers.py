"""The sandbox's official account as the far end of one process's test, and who follows it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import Clock
from bot.sandbox import SandboxSettings, create_app
from bot.sandbox.platform import PLATFORM, Platform
from wecom.tokens import MemoryTokenStore
from wecom.transport import AsyncWeChatClient, open_http


@dataclass
class Followers:
    """People of the sandbox, what reaches them, and the account's client."""

    platform: Platform
    client: AsyncWeChatClient
    url: str
    http: aiohttp.ClientSession
    seen: int = 0
    """The number of the last message that `hear` has told of."""

    @property
    def account(self) -> str:
        """The account's app id."""
        return self.platform.settings.official_account.app_id

    def write_in(self, people: int) -> list[str]:
        """So many new followers have just written, which opens their windows; their openids."""
        fans, windows = self.platform.fans, self.platform.windows
        with self.platform.store.transaction():
            new = [fans.create() for _ in range(people)]
            for fan in new:
                windows.open(fan["id"], "message")
        return [fan["openid"] for fan in new]

    async def hear(self) -> list[tuple[str, str]]:
        """What the sandbox accepted since it was asked last: openid and words, in order."""
        asked = {"after": str(self.seen)}
        async with self.http.get(f"{self.url}/control/sends", params=asked) as response:
            sends = (await response.json())["sends"]
        numbers = [self.seen, *(each["item_id"] for each in sends)]
        assert numbers == sorted(set(numbers))
        self.seen = numbers[-1]
        return [(each["openid"], each["payload"]["content"]) for each in sends]

    async def counter(self, name: str) -> int:
        """One counter of the sandbox."""
        async with self.http.get(f"{self.url}/control/counters") as response:
            count: int = (await response.json()).get(name, 0)
            return count


@asynccontextmanager
async def open_sandbox(
    env_file: Path, folder: Path, clock: Clock, serve: Callable[..., Awaitable[TestServer]]
) -> AsyncIterator[Followers]:
    """A sandbox with those keys, in this process, over HTTP; what it remembers is in `folder`."""
    settings = replace(
        SandboxSettings.load(env_file, {}),
        database=folder / "sandbox.db",
        clock_offset_file=folder / "clock-offset",
    )
    sandbox, root = create_app(settings), web.Application()
    root.add_subapp("/sandbox", sandbox)
    server = await serve(root)
    url = str(server.make_url("/sandbox"))
    async with open_http() as http:
        client = AsyncWeChatClient(
            settings.official_account.app_id,
            settings.official_account.secret,
            http=http,
            token_store=MemoryTokenStore(),
            now=clock.now,
            base_url=f"{url}/wechat",
        )
        yield Followers(sandbox[PLATFORM], client, url, http)
        await client.close()
