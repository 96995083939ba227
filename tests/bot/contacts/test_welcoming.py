"""The welcome of a new contact, which has twenty seconds."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels import wecom_contact_delivery
from bot.channels.wecom_contact_delivery import WelcomeDelivery
from bot.clock import FrozenClock
from bot.outcomes import Sent
from tests.bot.channels.delivering import claimed
from tests.wecom.far_end import FarEnd
from wecom.client import AsyncWeComClient
from wecom.tokens import MemoryTokenStore
from wecom.transport import open_http

SEND = "/cgi-bin/externalcontact/send_welcome_msg"


class SlowPictures:
    """Never done with an upload."""

    async def media_id(self, picture: str) -> str:
        await asyncio.sleep(3600)
        return picture


async def test_a_picture_that_takes_too_long_keeps_no_welcome_back(
    aiohttp_server: Callable[[web.Application], Awaitable[TestServer]],
    frozen_clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wecom_contact_delivery, "PICTURE_SECONDS", 0.05)
    wecom = FarEnd()
    wecom.answer("/cgi-bin/gettoken", {"errcode": 0, "access_token": wecom.token, "expires_in": 9})
    server = await aiohttp_server(wecom.app())
    async with open_http() as http:
        client = AsyncWeComClient(
            "ww-shop",
            "secret",
            http=http,
            token_store=MemoryTokenStore(),
            now=frozen_clock.now,
            base_url=str(server.make_url("/")),
            deadline=timedelta(seconds=5),
        )
        card = {"title": "拖鞋", "path": "pages/a", "picture": "slippers.png"}
        told = {"welcome_code": "W", "words": "您好", "card": card}
        welcome = WelcomeDelivery(client, SlowPictures(), "wx-mini")
        async with asyncio.timeout(3):
            outcome = await welcome.deliver(claimed(told, kind="wecom.welcome"))
        await client.close()

    assert outcome == Sent()
    (sent,) = [call.content for call in wecom.calls if call.path == SEND]
    assert sent == {"welcome_code": "W", "text": {"content": "您好"}, "attachments": []}
