"""Notices to the merchant: encrypted, signed, repeated by the published list until answered."""

import asyncio
import json
import secrets
from collections.abc import Callable
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.sandbox.errors import SandboxRefused
from bot.sandbox.ground import Ground
from bot.sandbox.pay.fields import written
from bot.sandbox.pay.signatures import PaySignatures
from bot.sandbox.rules import NOTICE_DEADLINE, NOTICE_RETRIES
from bot.sandbox.store import Row

type Tampering = Callable[[bytes, dict[str, str]], tuple[bytes, dict[str, str]]]

_SWITCH = "notices"
_ORIGINALS = {"TRANSACTION": "transaction", "REFUND": "refund", "MCHTRANSFER": "mch_payment"}
# aiohttp would round a deadline of 5 s up to a whole second of its loop: never below 60.
_TIMEOUT = ClientTimeout(total=NOTICE_DEADLINE.value, ceil_threshold=60)


class Notices:
    """Rows of what the merchant is to be told; a row with `next_at` is not done yet."""

    def __init__(self, ground: Ground, signatures: PaySignatures) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._feed = ground.feed
        self._counters = ground.counters
        self._signatures = signatures
        self.session: ClientSession | None = None
        self.wake: Callable[[], None] = lambda: None

    def enqueue(
        self, event_type: str, summary: str, content: dict[str, Any], *, subject: str, url: str
    ) -> int:
        """Tell the merchant; `subject` is its number of the payment, refund or transfer."""
        now = self._clock.timestamp()
        kind = _ORIGINALS[event_type.partition(".")[0]]
        body = {
            "id": f"EV-{secrets.token_hex(12)}",
            "create_time": written(now),
            "resource_type": "encrypt-resource",
            "event_type": event_type,
            "summary": summary,
            "resource": self._signatures.seal(
                json.dumps(content, ensure_ascii=False).encode(), kind
            ),
        }
        notice_id = self._store.insert(
            "INSERT INTO notices (event_type, subject, url, body, next_at, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            event_type,
            subject,
            url,
            json.dumps(body, ensure_ascii=False),
            now,
            now,
        )
        self.wake()
        self._feed.publish("pending")
        return notice_id

    def switch(self, *, on: bool) -> None:
        """Stop sending (notices wait) or go on."""
        self._store.run(
            "INSERT OR REPLACE INTO switches (name, value) VALUES (?, ?)",
            _SWITCH,
            "on" if on else "off",
        )
        self.wake()

    @property
    def is_on(self) -> bool:
        """Are notices being sent?"""
        row = self._store.find("SELECT value FROM switches WHERE name = ?", _SWITCH)
        return row is None or row["value"] == "on"

    def due_ids(self, now: float) -> list[int]:
        """Notices whose next try is due; none while the switch is off."""
        if not self.is_on:
            return []
        rows = self._store.rows("SELECT id FROM notices WHERE next_at <= ?", now)
        return [row["id"] for row in rows]

    def list_latest(self, *, pending_only: bool = False) -> list[Row]:
        """The latest two hundred notices, or those that are not done."""
        return self._store.rows(
            "SELECT id, event_type, subject, url, tries, next_at, outcome, detail, created_at"
            " FROM notices WHERE next_at IS NOT NULL OR NOT ? ORDER BY id DESC LIMIT 200",
            int(pending_only),
        )

    async def deliver(self, notice_id: int) -> None:
        """Make one try, and settle the row or plan the next by the published list."""
        tries, now = self.get(notice_id)["tries"], self._clock.timestamp()
        waits = NOTICE_RETRIES.value
        next_at = now + waits[tries] if tries < len(waits) else None
        self._store.run(
            "UPDATE notices SET tries = tries + 1, next_at = coalesce(?, next_at) WHERE id = ?",
            next_at,
            notice_id,
        )
        status = await self.post(self.get(notice_id))
        accepted = status in {200, 204}
        outcome = "accepted" if accepted else "waiting" if next_at is not None else "abandoned"
        self._store.run(
            "UPDATE notices SET next_at = ?, outcome = ?, detail = ? WHERE id = ?",
            None if accepted else next_at,
            outcome,
            f"HTTP {status}" if status else "no answer within 5 s",
            notice_id,
        )
        self._counters.add(f"notices:{outcome}")
        self._feed.publish("pending")

    async def post(self, notice: Row, tamper: Tampering | None = None) -> int:
        """Send a notice once; return the status, 0 for no answer in 5 s."""
        if self.session is None:
            raise SandboxRefused("the sandbox has not started")
        body = notice["body"].encode()
        headers = self._signatures.headers(body)
        if tamper is not None:
            body, headers = tamper(body, headers)
        try:
            async with self.session.post(
                notice["url"],
                data=body,
                headers={**headers, "Content-Type": "application/json"},
                timeout=_TIMEOUT,
                allow_redirects=False,
            ) as response:
                await response.read()
                return response.status
        except (ClientError, TimeoutError, asyncio.IncompleteReadError):
            return 0

    async def repeat(self, notice_id: int, tampering: str = "") -> int:
        """Send a notice again, out of turn; forged in the way that `tampering` names."""
        forgeries = _forgeries(self._signatures, int(self._clock.timestamp()))
        if tampering and tampering not in forgeries:
            raise SandboxRefused(f"unknown tampering: one of {', '.join(forgeries)}")
        return await self.post(self.get(notice_id), forgeries.get(tampering))

    def get(self, notice_id: int) -> Row:
        """One notice; SandboxRefused when there is none."""
        row = self._store.find("SELECT * FROM notices WHERE id = ?", notice_id)
        if row is None:
            raise SandboxRefused(f"no notice {notice_id}")
        return row


def _forgeries(signatures: PaySignatures, now: int) -> dict[str, Tampering]:
    """Ways to send a notice that a shop must refuse, by name."""
    return {
        "signature": lambda body, headers: (
            body,
            {**headers, "Wechatpay-Signature": signatures.headers(b"{}")["Wechatpay-Signature"]},
        ),
        "body": lambda body, headers: (body.replace(b"SUCCESS", b"SUCCESS ", 1), headers),
        "serial": lambda body, headers: (body, {**headers, "Wechatpay-Serial": "PUB_KEY_ID_0"}),
        "late": lambda body, _: (body, signatures.headers(body, stamp=now - 301)),
        # Pay probes merchants with signatures that begin like this; they must be refused.
        "probe": lambda body, headers: (
            body,
            {
                **headers,
                "Wechatpay-Signature": "WECHATPAY/SIGNTEST/" + headers["Wechatpay-Signature"],
            },
        ),
    }
