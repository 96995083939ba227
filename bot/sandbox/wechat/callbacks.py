"""Delivers messages and events to the shop: signed, encrypted, within 5 s, three times in all."""

import asyncio
import secrets
from collections.abc import Callable
from urllib.parse import urlencode

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

from bot.sandbox.errors import ReplyRefused, SandboxRefused, WeChatError
from bot.sandbox.ground import Ground
from bot.sandbox.rules import CALLBACK_DEADLINE, CALLBACK_SPACING, CALLBACK_TRIES
from bot.sandbox.store import Row
from bot.sandbox.wechat.envelope import Envelope
from bot.sandbox.wechat.fans import Chat
from bot.sandbox.wechat.media import Media
from bot.sandbox.wechat.passive import PassiveReply, read_reply
from bot.sandbox.wechat.xml import Field, render

PATH = "/wechat/official-account"
APOLOGY = "该公众号暂时无法提供服务，请稍后再试"
_FIRST_MSG_ID = 24_600_000_000_000_000
_LARGEST_REPLY = 64 * 1024
# aiohttp would round a deadline of 5 s up to a whole second of its loop: never below 60.
_TIMEOUT = ClientTimeout(total=CALLBACK_DEADLINE.value, ceil_threshold=60)


class Callbacks:
    """Rows of what is to be delivered; a row with `next_at` is not done yet."""

    def __init__(self, ground: Ground, chat: Chat, media: Media) -> None:
        account = ground.settings.official_account
        self._account = account
        self._url = ground.settings.callback_url + PATH
        self._store = ground.store
        self._clock = ground.clock
        self._feed = ground.feed
        self._counters = ground.counters
        self._chat = chat
        self._media = media
        self.session: ClientSession | None = None
        self.wake: Callable[[], None] = lambda: None
        self._envelope = Envelope(
            token=account.token, aes_key=account.aes_key, receiver=account.app_id
        )

    def enqueue(
        self, fan: Row, what: str, fields: dict[str, Field], *, apologises: bool = True
    ) -> tuple[int, str | None]:
        """Deliver a message or event from a fan; return the callback's id and its MsgId.

        Events carry no MsgId. The sealed body is made once: every delivery sends the same bytes.
        With `apologises` the fan reads WeChat's apology when nothing usable is answered.
        """
        with self._store.transaction():
            number = self._counters.add("callbacks")
            msg_id = None if "Event" in fields else str(_FIRST_MSG_ID + number)
            message: dict[str, Field] = {
                "ToUserName": self._account.id,
                "FromUserName": fan["openid"],
                "CreateTime": int(self._clock.timestamp()),
                **fields,
                **({} if msg_id is None else {"MsgId": int(msg_id)}),
            }
            now = self._clock.timestamp()
            callback_id = self._store.insert(
                "INSERT INTO callbacks (fan_id, what, apologises, msg_id, encrypted, next_at,"
                " created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                fan["id"],
                what,
                int(apologises),
                msg_id,
                self._envelope.seal(render(message).encode()),
                now,
                now,
            )
        self.wake()
        self._feed.publish("pending")
        return callback_id, msg_id

    def due_ids(self, now: float) -> list[int]:
        """Callbacks whose next delivery is due."""
        rows = self._store.rows("SELECT id FROM callbacks WHERE next_at <= ?", now)
        return [row["id"] for row in rows]

    def list_latest(self, *, pending_only: bool = False) -> list[Row]:
        """The latest two hundred callbacks, or those that are not done."""
        return self._store.rows(
            "SELECT id, fan_id, what, msg_id, tries, next_at, outcome, detail, created_at"
            " FROM callbacks WHERE next_at IS NOT NULL OR NOT ? ORDER BY id DESC LIMIT 200",
            int(pending_only),
        )

    def get(self, callback_id: int) -> Row:
        """One callback; SandboxRefused when there is none."""
        row = self._store.find("SELECT * FROM callbacks WHERE id = ?", callback_id)
        if row is None:
            raise SandboxRefused(f"no callback {callback_id}")
        return row

    async def deliver(self, callback_id: int) -> None:
        """Make one delivery, and settle the row or plan the next."""
        # The try is counted before it is made: a killed sandbox does not start at one again.
        next_at = self._clock.timestamp() + CALLBACK_SPACING.value
        self._store.run(
            "UPDATE callbacks SET tries = tries + 1, next_at = ? WHERE id = ?",
            next_at,
            callback_id,
        )
        callback = self.get(callback_id)
        status, body = await self.post(callback)
        if status == 200:
            self._take_answer(callback, body)
        elif callback["tries"] >= CALLBACK_TRIES.value:
            self._settle(callback, "failed", _reason(status))
            self._apologise(callback, _reason(status))
        else:
            self._store.run(
                "UPDATE callbacks SET detail = ? WHERE id = ?", _reason(status), callback_id
            )
        self._feed.publish("pending")

    async def post(self, callback: Row) -> tuple[int, bytes]:
        """Send the callback once; return (status, body), status 0 for no answer in 5 s."""
        sealed = callback["encrypted"]
        envelope = f"<xml><ToUserName><![CDATA[{self._account.id}]]></ToUserName>"
        envelope += f"<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        stamp, nonce = str(int(self._clock.timestamp())), str(secrets.randbelow(10**10))
        query = {
            "signature": self._envelope.signature(stamp, nonce),
            "timestamp": stamp,
            "nonce": nonce,
            "openid": self._openid(callback["fan_id"]),
            "encrypt_type": "aes",
            "msg_signature": self._envelope.signature(stamp, nonce, sealed),
        }
        return await self._exchange("POST", query, envelope.encode())

    async def verify_url(self) -> bool:
        """The probe of 接入指南 (Access Guide): does the shop echo a signed GET?"""
        stamp, nonce = str(int(self._clock.timestamp())), str(secrets.randbelow(10**10))
        echo = str(secrets.randbelow(10**19))
        query = {
            "signature": self._envelope.signature(stamp, nonce),
            "echostr": echo,
            "timestamp": stamp,
            "nonce": nonce,
        }
        return await self._exchange("GET", query, b"") == (200, echo.encode())

    async def _exchange(self, method: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if self.session is None:
            raise SandboxRefused("the sandbox has not started")
        url = f"{self._url}?{urlencode(query)}"
        try:
            async with self.session.request(
                method,
                url,
                data=body or None,
                headers={"Content-Type": "text/xml"} if body else {},
                timeout=_TIMEOUT,
                allow_redirects=False,
            ) as response:
                return response.status, await _read_reply(response)
        except (ClientError, TimeoutError, asyncio.IncompleteReadError):
            return 0, b""

    def _take_answer(self, callback: Row, body: bytes) -> None:
        if body.strip() in {b"", b"success"}:
            self._settle(callback, "acknowledged")
            return
        try:
            reply = self._read(callback, body)
        except ReplyRefused as refusal:
            self._settle(callback, "refused", str(refusal))
            self._apologise(callback, str(refusal))
            return
        with self._store.transaction():
            self._settle(callback, "answered")
            self._counters.add("accepted:passive")
            self._chat.add(
                callback["fan_id"],
                direction="shop",
                kind=reply.kind,
                route="passive",
                payload=reply.payload,
                msg_id=callback["msg_id"],
            )

    def _read(self, callback: Row, body: bytes) -> PassiveReply:
        if len(body) > _LARGEST_REPLY:
            raise ReplyRefused("the reply is too large")
        reply = read_reply(
            body,
            self._envelope,
            openid=self._openid(callback["fan_id"]),
            account_id=self._account.id,
        )
        if "media_id" in reply.payload:
            try:
                self._media.check(reply.payload["media_id"])
            except WeChatError as error:
                raise ReplyRefused("MediaId does not live") from error
        return reply

    def _settle(self, callback: Row, outcome: str, detail: str = "") -> None:
        self._store.run(
            "UPDATE callbacks SET next_at = NULL, outcome = ?, detail = ? WHERE id = ?",
            outcome,
            detail,
            callback["id"],
        )
        self._counters.add(f"callbacks:{outcome}")

    def _apologise(self, callback: Row, reason: str) -> None:
        if callback["apologises"]:
            self._chat.add(
                callback["fan_id"],
                direction="platform",
                kind="notice",
                route="platform",
                payload={"content": APOLOGY, "reason": reason},
                msg_id=callback["msg_id"],
            )

    def _openid(self, fan_id: int) -> str:
        row = self._store.find("SELECT openid FROM fans WHERE id = ?", fan_id)
        return "" if row is None else str(row["openid"])


def _reason(status: int) -> str:
    return f"HTTP {status}" if status else "no answer within 5 s"


async def _read_reply(response: ClientResponse) -> bytes:
    """The whole reply, in however many pieces it comes; one too large a little past the limit."""
    raw = bytearray()
    async for chunk in response.content.iter_chunked(_LARGEST_REPLY + 1):
        raw += chunk
        if len(raw) > _LARGEST_REPLY:
            break
    return bytes(raw)
