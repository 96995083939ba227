"""A shop that mirrors customer groups, and WeCom."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from sqlmodel import SQLModel, select

from bot.background import Background
from bot.clock import FrozenClock
from bot.communities import mirror
from bot.communities.deliveries import community_deliverers
from bot.communities.rounds import CommunityRounds
from bot.database import Database
from bot.media import MediaLibrary
from bot.sender import Sender
from bot.settings import Settings
from commerce.sealing import Sealer
from tests.wecom.test_wecom_client import Corp
from wecom.client import AsyncWeComClient
from wecom.events import ChatChanged
from wecom.tokens import MemoryTokenStore
from wecom.transport import open_http

CHAT = "externalcontact/groupchat/"
WELCOME = "externalcontact/group_welcome_template/"


@dataclass
class Office:
    """One process of the shop."""

    database: Database
    clock: FrozenClock
    sealer: Sealer
    sender: Sender
    rounds: CommunityRounds
    corp: Corp
    heard: int = 0

    async def hears(self, change: str, detail: str = "", **said: Any) -> None:
        """An event about `wr-1` comes; it is not answered for yet."""
        told = {"members": (), "scene": "", "last_version": "", "version": "", **said}
        event = ChatChanged("wr-1", change, detail, **told)
        self.heard += 1
        await self.database.write(
            mirror.chat_changed,
            self.sealer,
            mirror.corp_of("ww1"),
            event,
            f"digest-{self.heard}",
            self.clock.now(),
        )

    async def sends(self) -> None:
        """Everything that is due leaves."""
        while await self.sender.send_due():
            pass

    async def rows[T: SQLModel](self, table: type[T]) -> Sequence[T]:
        """Every row of a table."""
        return await self.database.read(lambda session: session.exec(select(table)).all())

    def answers(self, *members: str, version: str = "v1", **said: Any) -> dict[str, Any]:
        """WeCom answers so for `wr-1` from now on; `wm…@qun` came by the code `qun`."""
        listed = []
        for each in members:
            member, _, state = each.partition("@")
            came = {"join_scene": 3 if state else 1, "state": state}
            kind = 2 if member.startswith("wm") else 1
            at = int(self.clock.now().timestamp())
            listed.append({"userid": member, "type": kind, "join_time": at, **came})
        group = {
            "chat_id": "wr-1",
            "name": "一群",
            "owner": "wang",
            "create_time": int(self.clock.now().timestamp()),
            "member_list": listed,
            "member_version": version,
            **said,
        }
        self.corp.answer(f"{CHAT}get", {"group_chat": group})
        return group


@pytest.fixture
async def office(
    database: Database,
    frozen_clock: FrozenClock,
    sealer: Sealer,
    tmp_path: Path,
    aiohttp_server: Callable[..., Awaitable[TestServer]],
) -> AsyncIterator[Office]:
    """The shop with WeCom at the other end of HTTP."""
    corp = Corp()
    corp.answer(f"{CHAT}add_join_way", {"config_id": "c-1"})
    corp.answer(f"{WELCOME}add", {"template_id": "t-1"})
    corp.answer("media/upload", {"media_id": "m-1"})
    server = await aiohttp_server(corp.app())
    async with open_http() as http:
        client = AsyncWeComClient(
            "ww1",
            "corp-secret",
            http=http,
            token_store=MemoryTokenStore(),
            now=frozen_clock.now,
            base_url=str(server.make_url("/")),
        )
        settings = Settings(
            _env_file=None,
            wecom_corp_id="ww1",
            wecom_agent_id="1000002",
            wecom_secret="secret",
            wecom_token="token",
            wecom_aes_key="key",
            mini_program_app_id="wx-mini",
        )
        media = MediaLibrary("wecom:ww1", client, tmp_path, database, frozen_clock)
        ways = community_deliverers(client, settings, media, database, frozen_clock, sealer)
        sender = Sender(database, frozen_clock, sealer, ways, Background())
        rounds = CommunityRounds(database, frozen_clock, sealer, client)
        yield Office(database, frozen_clock, sealer, sender, rounds, corp)
        await client.close()
