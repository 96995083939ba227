"""Delivers WeCom's events to the shop: signed, encrypted XML, within 5 s, three times in all."""

import asyncio
import secrets
from collections.abc import Callable
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.sandbox.errors import ReplyRefused, SandboxRefused
from bot.sandbox.ground import Ground
from bot.sandbox.settings import WeComCorp
from bot.sandbox.store import Row
from bot.sandbox.wechat.envelope import Envelope
from bot.sandbox.wechat.xml import Field, parse, render, text_of
from bot.sandbox.wecom.rules import VERIFY_DEADLINE, WECOM_DEADLINE, WECOM_SPACING, WECOM_TRIES

PATH = "/wecom/callback"
_LARGEST_REPLY = 64 * 1024
_XML = {"Content-Type": "text/xml"}


class CorpCallbacks:
    """Rows of what is to be delivered; a row with `next_at` is not done yet."""

    def __init__(self, ground: Ground, corp: WeComCorp) -> None:
        self._corp = corp
        self._url = ground.settings.callback_url + PATH
        self._store = ground.store
        self._clock = ground.clock
        self._feed = ground.feed
        self._counters = ground.counters
        self._envelope = Envelope(token=corp.token, aes_key=corp.aes_key, receiver=corp.corp_id)
        self.session: ClientSession | None = None
        self.wake: Callable[[], None] = lambda: None

    def enqueue(
        self,
        event: str,
        fields: dict[str, Field],
        *,
        sender: str = "sys",
        card_id: int | None = None,
    ) -> int:
        """Deliver an event; every delivery sends the same bytes. Return the callback's id."""
        now = self._clock.timestamp()
        message: dict[str, Field] = {
            "ToUserName": self._corp.corp_id,
            "FromUserName": sender,
            "CreateTime": int(now),
            "MsgType": "event",
            "Event": event,
            **fields,
        }
        callback_id = self._store.insert(
            "INSERT INTO wecom_callbacks (what, sealed, card_id, next_at, created_at)"
            " VALUES (?, ?, ?, ?, ?)",
            event,
            self._envelope.seal(render(message).encode()),
            card_id,
            now,
            now,
        )
        self.wake()
        return callback_id

    def due_ids(self, now: float) -> list[int]:
        """Callbacks whose next delivery is due."""
        rows = self._store.rows("SELECT id FROM wecom_callbacks WHERE next_at <= ?", now)
        return [row["id"] for row in rows]

    def list_latest(self) -> list[Row]:
        """The latest two hundred, without their bytes."""
        return self._store.rows(
            "SELECT id, what, tries, next_at, outcome, detail, created_at FROM wecom_callbacks"
            " ORDER BY id DESC LIMIT 200"
        )

    async def deliver(self, callback_id: int) -> None:
        """Make one delivery, and settle the row or plan the next."""
        self._store.run(
            "UPDATE wecom_callbacks SET tries = tries + 1, next_at = ? WHERE id = ?",
            self._clock.timestamp() + WECOM_SPACING.value,
            callback_id,
        )
        callback = self._get(callback_id)
        status, body = await self.post(callback_id)
        if status == 200:
            self._take_answer(callback, body)
        elif callback["tries"] >= WECOM_TRIES.value:
            self._settle(callback_id, "failed", f"HTTP {status}")
        self._feed.publish("wecom")

    async def post(self, callback_id: int) -> tuple[int, bytes]:
        """Send a callback once; (status, body), status 0 for no answer in 5 s."""
        sealed = self._get(callback_id)["sealed"]
        envelope = render(
            {
                "ToUserName": self._corp.corp_id,
                "AgentID": str(self._corp.agent_id),
                "Encrypt": sealed,
            }
        )
        stamp, nonce = str(int(self._clock.timestamp())), str(secrets.randbelow(10**10))
        query = {
            "msg_signature": self._envelope.signature(stamp, nonce, sealed),
            "timestamp": stamp,
            "nonce": nonce,
        }
        return await self._exchange("POST", query, envelope.encode(), WECOM_DEADLINE.value)

    async def verify_url(self) -> bool:
        """验证URL有效性: does the shop open a sealed echo and answer it plain, within a second?"""
        stamp, nonce = str(int(self._clock.timestamp())), str(secrets.randbelow(10**10))
        echo = str(secrets.randbelow(10**19)).encode()
        sealed = self._envelope.seal(echo)
        query = {
            "msg_signature": self._envelope.signature(stamp, nonce, sealed),
            "timestamp": stamp,
            "nonce": nonce,
            "echostr": sealed,
        }
        return await self._exchange("GET", query, b"", VERIFY_DEADLINE.value) == (200, echo)

    def _get(self, callback_id: int) -> Row:
        row = self._store.find("SELECT * FROM wecom_callbacks WHERE id = ?", callback_id)
        if row is None:
            raise SandboxRefused(f"no callback {callback_id} of WeCom")
        return row

    async def _exchange(
        self, method: str, query: dict[str, str], body: bytes, seconds: float
    ) -> tuple[int, bytes]:
        if self.session is None:
            raise SandboxRefused("the sandbox has not started")
        try:
            async with self.session.request(
                method,
                f"{self._url}?{urlencode(query)}",
                data=body or None,
                headers=_XML if body else {},
                timeout=ClientTimeout(total=seconds, ceil_threshold=60),
                allow_redirects=False,
            ) as response:
                return response.status, await response.content.read(_LARGEST_REPLY)
        except (ClientError, TimeoutError, asyncio.IncompleteReadError):
            return 0, b""

    def _take_answer(self, callback: Row, body: bytes) -> None:
        if body.strip() in {b"", b"success"}:
            self._settle(callback["id"], "acknowledged")
            return
        try:
            words = self._read(callback, body)
        except ReplyRefused as refusal:
            self._settle(callback["id"], "refused", str(refusal))
            return
        self._store.run(
            "UPDATE app_messages SET replaced = ? WHERE id = ?", words, callback["card_id"]
        )
        self._settle(callback["id"], "answered")

    def _read(self, callback: Row, body: bytes) -> str:
        """The words in the place of a card's buttons: the one passive reply that is understood."""
        if callback["card_id"] is None:
            raise ReplyRefused("only a card that was tapped takes a reply")
        sealed = parse(body)
        secret, nonce = text_of(sealed, "Encrypt"), text_of(sealed, "Nonce")
        stamp = text_of(sealed, "TimeStamp")
        self._envelope.verify(text_of(sealed, "MsgSignature"), stamp, nonce, secret)
        reply = parse(self._envelope.open(secret))
        button = reply.find("Button")
        if text_of(reply, "MsgType") != "update_button" or button is None:
            raise ReplyRefused("MsgType is not update_button with a Button")
        return text_of(button, "ReplaceName")

    def _settle(self, callback_id: int, outcome: str, detail: str = "") -> None:
        self._store.run(
            "UPDATE wecom_callbacks SET next_at = NULL, outcome = ?, detail = ? WHERE id = ?",
            outcome,
            detail,
            callback_id,
        )
        self._counters.add(f"wecom-callbacks:{outcome}")
