"""WeCom's callback over HTTP: accept durably, acknowledge, then hear."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog
from aiohttp import web
from sqlalchemy.exc import DBAPIError

from bot import wecom_events
from bot.background import Background
from bot.channels.official_account import read_body, refused
from bot.clock import Clock
from bot.database import Database
from bot.jobs import Job
from commerce.sealing import Sealer
from wecom.callback import CallbackRefused, Told, WeComWire
from wecom.events import CardTapped, event_of
from wecom.xml import cdata

log = structlog.get_logger()

type Hear = Callable[[Told], Awaitable[str | None]]
"""Does what an event demands. Of a tapped card: what its button says from now on."""

ACCEPT_SECONDS: Final = 4.0
TAP_SECONDS: Final = 3.0
"""A tapped card waits for its new words; WeCom gives up after five."""


@dataclass(frozen=True, slots=True)
class WeComChannel:
    """Receives what WeCom tells the shop's own app."""

    wire: WeComWire
    corp_id: str
    hears: Mapping[type, Hear]
    database: Database
    clock: Clock
    sealer: Sealer
    background: Background

    def routes(self, path: str) -> list[web.RouteDef]:
        """The callback's address check and its deliveries."""
        return [web.get(path, self.verify, allow_head=False), web.post(path, self.receive)]

    def jobs(self) -> list[Job]:
        """What was accepted and not heard, by a process that is gone or in vain, is heard again."""
        return [
            Job("hear what WeCom told", timedelta(seconds=2), self.hear_left_behind),
            Job("forget what WeCom told", timedelta(hours=6), self._forget_old),
        ]

    async def verify(self, request: web.Request) -> web.Response:
        """Answer WeCom's check of the address with its own echo, decrypted."""
        try:
            return web.Response(text=self.wire.verify_url(request.query, now=self.clock.now()))
        except CallbackRefused as refusal:
            return refused(refusal)

    async def receive(self, request: web.Request) -> web.Response:
        """Take one delivery: 200 only once it is committed. A repeated one has no effect."""
        try:
            body = await read_body(request)
            told = self.wire.read(request.query, body, now=self.clock.now())
        except CallbackRefused as refusal:
            return refused(refusal)
        try:
            async with asyncio.timeout(ACCEPT_SECONDS):
                is_new = await self._accept(told)
        except (TimeoutError, DBAPIError) as error:
            log.warning("event not accepted", reason=type(error).__name__)
            return web.Response(status=503)
        if not is_new:
            return web.Response()
        hearing = self.background.start(self._hear(told), name="hear WeCom")
        if not isinstance(told.event, CardTapped):
            return web.Response()
        try:
            async with asyncio.timeout(TAP_SECONDS):
                words = await asyncio.shield(hearing)
        except TimeoutError:
            words = None
        return self._button(request, told.event, words) if words else web.Response()

    async def hear_left_behind(self) -> None:
        """Hear again what nobody is hearing any more."""
        left = await self.database.write(
            wecom_events.take_up_left_behind, self.sealer, self.clock.now()
        )
        for digest, fields in left:
            await self._hear(Told(digest, event_of(fields), fields))

    async def _accept(self, told: Told) -> bool:
        now = self.clock.now()
        return await self.database.write(
            wecom_events.accept, self.sealer, told.digest, told.fields, now
        )

    async def _hear(self, told: Told) -> str | None:
        """Do what the event demands; what fails is tried again later."""
        hear = self.hears.get(type(told.event))
        words = None
        try:
            if hear is not None:
                words = await hear(told)
            await self.database.write(wecom_events.finish, told.digest)
        except Exception:
            log.exception("event not heard", event_kind=type(told.event).__name__)
        return words

    def _button(self, request: web.Request, tap: CardTapped, words: str) -> web.Response:
        """Change the card's buttons in the answer itself (更新模版卡片, 被动回复)."""
        now = self.clock.now()
        xml = (
            f"<xml><ToUserName>{cdata(tap.userid)}</ToUserName>"
            f"<FromUserName>{cdata(self.corp_id)}</FromUserName>"
            f"<CreateTime>{int(now.timestamp())}</CreateTime>"
            f"<MsgType>{cdata('update_button')}</MsgType>"
            f"<Button><ReplaceName>{cdata(words)}</ReplaceName></Button></xml>"
        )
        sealed = self.wire.seal_reply(
            xml, nonce=secrets.token_hex(8), timestamp=request.query["timestamp"]
        )
        return web.Response(text=sealed, content_type="application/xml")

    async def _forget_old(self) -> Any:
        return await self.database.write(wecom_events.forget_old, self.clock.now())
