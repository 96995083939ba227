"""订阅消息: what customers allow in the mini-program, and the messages that use it up."""

import json
import re
import secrets
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.sandbox.errors import SandboxRefused, WeChatError
from bot.sandbox.ground import Ground
from bot.sandbox.rules import (
    CALLBACK_DEADLINE,
    CALLBACK_SPACING,
    CALLBACK_TRIES,
    SUBSCRIPTION_VALUES,
)
from bot.sandbox.wechat.envelope import Envelope
from bot.sandbox.wechat.fans import Chat, Fans

type Body = dict[str, Any]

PATH: Final = "/wechat/mini-program"
_FIELD = re.compile(r"([a-z_]+?)\d{1,3}")
_TIMEOUT = ClientTimeout(total=CALLBACK_DEADLINE.value, ceil_threshold=60)


class Pushes:
    """消息推送 of the mini-program: events as JSON in an AES envelope, 5 s, three times in all."""

    def __init__(self, ground: Ground) -> None:
        self._mini = ground.settings.mini_program
        self._url = ground.settings.callback_url + PATH
        self._store = ground.store
        self._clock = ground.clock
        self._counters = ground.counters
        self.session: ClientSession | None = None
        self.wake: Callable[[], None] = lambda: None
        self._envelope = Envelope(
            token=self._mini.token, aes_key=self._mini.aes_key, receiver=self._mini.app_id
        )

    def enqueue(self, openid: str, event: str, fields: Body) -> int:
        """Deliver an event; every delivery sends the same bytes."""
        now = self._clock.timestamp()
        message = {
            "ToUserName": "gh_mini",
            "FromUserName": openid,
            "CreateTime": int(now),
            "MsgType": "event",
            "Event": event,
            **fields,
        }
        sealed = self._envelope.seal(json.dumps(message, ensure_ascii=False).encode())
        push_id = self._store.insert(
            "INSERT INTO mini_pushes (what, sealed, next_at) VALUES (?, ?, ?)", event, sealed, now
        )
        self.wake()
        return push_id

    def due_ids(self, now: float) -> list[int]:
        """Pushes whose next delivery is due."""
        rows = self._store.rows("SELECT id FROM mini_pushes WHERE next_at <= ?", now)
        return [row["id"] for row in rows]

    async def deliver(self, push_id: int) -> None:
        """Make one delivery, and settle the row or plan the next."""
        self._store.run(
            "UPDATE mini_pushes SET tries = tries + 1, next_at = ? WHERE id = ?",
            self._clock.timestamp() + CALLBACK_SPACING.value,
            push_id,
        )
        row = self._store.find("SELECT * FROM mini_pushes WHERE id = ?", push_id)
        if row is None:
            raise SandboxRefused(f"no push {push_id}")
        is_taken = await self._post(row["sealed"])
        if is_taken or row["tries"] >= CALLBACK_TRIES.value:
            self._store.run("UPDATE mini_pushes SET next_at = NULL WHERE id = ?", push_id)
            self._counters.add("pushes:taken" if is_taken else "pushes:failed")

    async def _post(self, sealed: str) -> bool:
        if self.session is None:
            raise SandboxRefused("the sandbox has not started")
        stamp, nonce = str(int(self._clock.timestamp())), str(secrets.randbelow(10**10))
        query = {
            "signature": self._envelope.signature(stamp, nonce),
            "timestamp": stamp,
            "nonce": nonce,
            "encrypt_type": "aes",
            "msg_signature": self._envelope.signature(stamp, nonce, sealed),
        }
        body = json.dumps({"ToUserName": "gh_mini", "Encrypt": sealed}).encode()
        try:
            async with self.session.post(
                f"{self._url}?{urlencode(query)}",
                data=body,
                headers={"Content-Type": "application/json"},
                timeout=_TIMEOUT,
                allow_redirects=False,
            ) as response:
                answer = (await response.content.read(1024)).strip()
                return response.status == 200 and answer in {b"", b"success"}
        except (ClientError, TimeoutError):
            return False


class Subscriptions:
    """One acceptance is one message; acceptances add up."""

    def __init__(self, ground: Ground, fans: Fans, chat: Chat, pushes: Pushes) -> None:
        self._app_id = ground.settings.mini_program.app_id
        self._store = ground.store
        self._fans = fans
        self._chat = chat
        self._pushes = pushes

    def answer(self, fan_id: int, template_ids: list[str], *, accepts: bool) -> None:
        """A customer answers wx.requestSubscribeMessage; the shop hears of it."""
        fan = self._fans.get(fan_id)
        for template_id in template_ids if accepts else ():
            self._store.run(
                "INSERT INTO subscriptions (fan_id, template_id, credits) VALUES (?, ?, 1)"
                " ON CONFLICT (fan_id, template_id) DO UPDATE SET credits = credits + 1",
                fan_id,
                template_id,
            )
        status = "accept" if accepts else "reject"
        entries = [
            {"TemplateId": each, "SubscribeStatusString": status, "PopupScene": "0"}
            for each in template_ids
        ]
        self._pushes.enqueue(
            fan["mini_openid"],
            "subscribe_msg_popup_event",
            {"SubscribeMsgPopupEvent": {"List": entries}},
        )

    def switch_off(self, fan_id: int, template_id: str) -> None:
        """A customer switches a template off in the settings of the mini-program."""
        self._store.run(
            "DELETE FROM subscriptions WHERE fan_id = ? AND template_id = ?", fan_id, template_id
        )
        entry = {"TemplateId": template_id, "SubscribeStatusString": "reject"}
        self._pushes.enqueue(
            self._fans.get(fan_id)["mini_openid"],
            "subscribe_msg_change_event",
            {"SubscribeMsgChangeEvent": {"List": [entry]}},
        )

    def send(self, app_id: str, body: Body) -> None:
        """Send one; raises 40003, 43101 or 47003. Refusals use nothing up."""
        if app_id != self._app_id:
            raise WeChatError(48001)
        fan = self._store.find(
            "SELECT * FROM fans WHERE mini_openid = ?", str(body.get("touser", ""))
        )
        if fan is None:
            raise WeChatError(40003)
        _check_values(body.get("data"))
        used = self._store.run(
            "UPDATE subscriptions SET credits = credits - 1"
            " WHERE fan_id = ? AND template_id = ? AND credits > 0",
            fan["id"],
            str(body.get("template_id", "")),
        )
        if not used:
            raise WeChatError(43101)
        lines = [str(value["value"]) for value in body["data"].values()]
        self._chat.add(
            fan["id"],
            direction="shop",
            kind="template",
            route="api",
            payload={
                "title": "订阅消息",
                "content": "\n".join(lines),
                "path": str(body.get("page", "")),
            },
            msg_id=None,
        )


def _check_values(data: object) -> None:
    if not isinstance(data, dict) or not data:
        raise WeChatError(47003, "data is empty")
    for name, entry in data.items():
        match = _FIELD.fullmatch(str(name))
        longest = SUBSCRIPTION_VALUES.value.get(match.group(1)) if match else None
        value = entry.get("value") if isinstance(entry, dict) else None
        if longest is None or not isinstance(value, str) or not 1 <= len(value) <= longest:
            raise WeChatError(47003, f"data.{name}.value invalid")
