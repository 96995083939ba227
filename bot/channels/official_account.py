"""The official account's callback over HTTP: accept durably, answer in the response when quick."""

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from aiohttp import web
from sqlalchemy.exc import DBAPIError

from bot import inbox, metrics, outbox
from bot.background import Background
from bot.channels import passive_reply
from bot.channels.official_account_wire import OfficialAccountWire
from bot.clock import Clock
from bot.database import Database
from bot.inbox import Accepted
from bot.messages import Incoming, Text, reply_from_json
from bot.pipeline import Pipeline
from bot.sender import Sender
from commerce.sealing import Sealer
from wecom.callback import BadRequest, CallbackRefused
from wecom.xml import BODY_LIMIT

log = structlog.get_logger()

ACCEPT_SECONDS: Final = 4.0
"""Without a commit by then the answer is 503, and WeChat delivers again."""
KNOWN_SECONDS: Final = 1.0
"""A write that takes longer is worth a look whether the message is known already."""
BODY_SECONDS: Final = 4.0
NOTHING_TO_SAY: Final = "success"
"""Tells WeChat that the message is safe and that no reply rides here (被动回复 documentation)."""


@dataclass(frozen=True, slots=True)
class OfficialAccountChannel:
    """Receives one official account's messages."""

    wire: OfficialAccountWire
    database: Database
    clock: Clock
    sealer: Sealer
    pipeline: Pipeline
    sender: Sender
    background: Background
    patience: float

    def routes(self, path: str) -> list[web.RouteDef]:
        """The callback's address check and its deliveries."""
        return [web.get(path, self.verify, allow_head=False), web.post(path, self.receive)]

    async def verify(self, request: web.Request) -> web.Response:
        """Answer WeChat's check of the address with its own echo."""
        try:
            return web.Response(text=self.wire.verify_url(request.query, now=self.clock.now()))
        except CallbackRefused as refusal:
            return refused(refusal)

    async def receive(self, request: web.Request) -> web.Response:
        """Take one delivery: 200 only once it is committed, while WeChat still waits."""
        began = time.monotonic()
        try:
            body = await read_body(request)
            incoming = self.wire.read_incoming(request.query, body, now=self.clock.now())
        except CallbackRefused as refusal:
            return refused(refusal)
        try:
            async with asyncio.timeout(ACCEPT_SECONDS):
                accepted = await self._accept(incoming)
        except (TimeoutError, DBAPIError) as error:
            log.warning("message not accepted", reason=type(error).__name__)
            return web.Response(status=503)
        count(incoming, accepted)
        answering = self.background.start(
            self._answer(accepted), name=f"answer {accepted.conversation_id}"
        )
        try:
            async with asyncio.timeout(self.patience - (time.monotonic() - began)):
                await asyncio.shield(answering)
                return await self._passive_reply(request, incoming)
        except (TimeoutError, DBAPIError):
            return web.Response(text=NOTHING_TO_SAY)
        except Exception:
            # The message is safe and is taken up again: that is all WeChat has to know.
            log.exception("no passive reply")
            return web.Response(text=NOTHING_TO_SAY)

    async def _accept(self, incoming: Incoming) -> Accepted:
        """Commit the message, or find it committed before.

        A repeated delivery may come while its own turn holds the writer: reading sees it.
        """
        accepting = self.background.start(
            self.database.write(inbox.accept, self.sealer, incoming, self.clock.now()), "accept"
        )
        try:
            async with asyncio.timeout(KNOWN_SECONDS):
                return await asyncio.shield(accepting)
        except TimeoutError:
            known = await self.database.read(inbox.find_accepted, incoming)
            return known or await accepting

    async def _answer(self, accepted: Accepted) -> None:
        try:
            if accepted.is_new:
                await self.pipeline.answer(accepted.conversation_id, accepted.waiting)
            else:  # Its turn may be over, or under way: it is not understood once more.
                await self.pipeline.answer_all(accepted.conversation_id)
        finally:
            self.sender.wake()

    async def _passive_reply(self, request: web.Request, incoming: Incoming) -> web.Response:
        """The answer itself if it rides here, otherwise nothing; the same for each delivery."""
        stored = await self._claim(incoming)
        reply = None if stored is None else reply_from_json(stored)
        if not isinstance(reply, Text):
            return web.Response(text=NOTHING_TO_SAY)
        xml = passive_reply.render_text(incoming, reply.content, now=self.clock.now())
        sealed = self.wire.seal_reply(
            xml, nonce=secrets.token_hex(8), timestamp=request.query["timestamp"]
        )
        metrics.ROUTES.labels("passive").inc()
        return web.Response(text=sealed, content_type="application/xml")

    async def _claim(self, incoming: Incoming) -> Mapping[str, Any] | None:
        """The answer that rides here. A claim that comes too late to ride is taken back."""
        now = self.clock.now()
        claiming = self.background.start(
            self.database.write(outbox.claim_passive, self.sealer, incoming.key, now), name="claim"
        )
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            self.background.start(self._take_back(claiming, incoming.key, now), name="take back")
            raise

    async def _take_back(
        self, claiming: asyncio.Task[Mapping[str, Any] | None], inbox_key: str, claimed_at: datetime
    ) -> None:
        if await claiming is not None:
            now = self.clock.now()
            await self.database.write(outbox.release_passive, inbox_key, claimed_at, now)
            self.sender.wake()


def count(incoming: Incoming, accepted: Accepted) -> None:
    """Count a delivery."""
    if accepted.is_new:
        metrics.MESSAGES.labels(incoming.channel, incoming.kind).inc()
    else:
        metrics.REPEATS.labels(incoming.channel).inc()


async def read_body(request: web.Request) -> bytes:
    """The body, as far as a delivery may be long. Raises BadRequest when it is longer or stalls."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while len(body) <= BODY_LIMIT:
                chunk = await request.content.read(BODY_LIMIT + 1 - len(body))
                if not chunk:
                    break
                body += chunk
    except (TimeoutError, web.RequestPayloadError, ValueError) as error:
        raise BadRequest("body") from error
    return bytes(body)


def refused(refusal: CallbackRefused) -> web.Response:
    """400 or 403, and a line in the log that holds nothing of the request."""
    log.warning("callback refused", status=refusal.status, reason=refusal.reason)
    return web.Response(status=refusal.status, text=refusal.reason)
