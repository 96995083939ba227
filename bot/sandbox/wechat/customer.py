"""What a customer can do on the phone, and what the platform makes of it.

Each act is shown in the chat, opens its reply window, and is delivered to the shop.
"""

import json
import struct
import zlib
from typing import Any

from bot.sandbox.errors import SandboxRefused
from bot.sandbox.ground import Ground
from bot.sandbox.store import Row
from bot.sandbox.wechat.callbacks import Callbacks
from bot.sandbox.wechat.fans import Chat, Fans
from bot.sandbox.wechat.media import Media
from bot.sandbox.wechat.windows import ReplyWindows
from bot.sandbox.wechat.xml import Field

type Act = dict[str, Any]

# Event → the reply window that it opens, if any (客服消息 docs).
_EVENT_WINDOWS = {"CLICK": "menu", "scancode_push": "menu", "scancode_waitmsg": "menu"}
_EVENTS = ("CLICK", "VIEW", "view_miniprogram", "scancode_push", "scancode_waitmsg", "LOCATION")


class Customer:
    """The hands of every fan."""

    def __init__(
        self,
        ground: Ground,
        *,
        fans: Fans,
        chat: Chat,
        windows: ReplyWindows,
        media: Media,
        callbacks: Callbacks,
    ) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._app_id = ground.settings.official_account.app_id
        self._fans = fans
        self._chat = chat
        self._windows = windows
        self._media = media
        self._callbacks = callbacks

    def send(self, fan_id: int, message: Act) -> Act:
        """Send a message: text, image, voice, location or link.

        Only followers can write to an account. Returns item_id, callback_id and msg_id.
        """
        fan = self._follower(fan_id)
        kind = str(message.get("type", "text"))
        fields, payload = self._compose(kind, message)
        return self._deliver(fan, kind, fields, payload, window="message")

    def tap_menu(self, fan_id: int, item_id: int, option_id: str) -> Act:
        """Tap an option of a message menu: a text with bizmsgmenuid; counts as a menu click."""
        fan = self._follower(fan_id)
        item = self._chat.find(item_id)
        if item is None or item["fan_id"] != fan_id or item["kind"] != "menu":
            raise SandboxRefused(f"item {item_id} is no menu of fan {fan_id}")
        options = json.loads(item["payload"])["options"]
        content = next((o["content"] for o in options if o["id"] == option_id), None)
        if content is None:
            raise SandboxRefused(f"the menu has no option {option_id!r}")
        fields: dict[str, Field] = {
            "MsgType": "text",
            "Content": content,
            "bizmsgmenuid": option_id,
        }
        return self._deliver(fan, "text", fields, {"content": content}, window="menu")

    def follow(self, fan_id: int, ticket: str = "") -> Act:
        """Follow the account, perhaps by scanning a QR code; the shop gets `subscribe`."""
        fan = self._fans.get(fan_id)
        if fan["subscribed"]:
            raise SandboxRefused(f"fan {fan_id} follows already")
        scene = self._scene(ticket) if ticket else ""
        self._fans.follow(fan_id, "ADD_SCENE_QR_CODE" if ticket else "ADD_SCENE_SEARCH")
        self._windows.open(fan_id, "follow")
        key: dict[str, Field] = {"EventKey": f"qrscene_{scene}" if ticket else ""}
        if ticket:
            key["Ticket"] = ticket
        return self._event(fan, "subscribe", key, shown="你已关注该公众号")

    def unfollow(self, fan_id: int) -> Act:
        """Stop following; the shop gets `unsubscribe` and can reach the fan no more."""
        fan = self._follower(fan_id)
        self._fans.unfollow(fan_id)
        return self._event(
            fan, "unsubscribe", {"EventKey": ""}, shown="你已取消关注该公众号", apologises=False
        )

    def scan(self, fan_id: int, ticket: str) -> Act:
        """Scan a QR code of the account: `SCAN` from a follower, else a following with a scene."""
        fan = self._fans.get(fan_id)
        if not fan["subscribed"]:
            return self.follow(fan_id, ticket)
        self._windows.open(fan_id, "scan")
        return self._event(fan, "SCAN", {"EventKey": self._scene(ticket), "Ticket": ticket})

    def act(self, fan_id: int, event: str, key: str = "", menu_id: str = "") -> Act:
        """Tap the account's bottom menu, or share the location."""
        if event not in _EVENTS:
            raise SandboxRefused(f"a fan causes no event {event!r}")
        fan = self._follower(fan_id)
        fields: dict[str, Field] = {"EventKey": key}
        if event == "LOCATION":
            fields = {"Latitude": 31.230416, "Longitude": 121.473701, "Precision": 65.0}
        elif menu_id:
            fields["MenuId"] = menu_id
        if event in _EVENT_WINDOWS:
            self._windows.open(fan_id, _EVENT_WINDOWS[event])
        return self._event(fan, event, fields, apologises=event == "CLICK")

    def _compose(self, kind: str, message: Act) -> tuple[dict[str, Field], Act]:
        content = str(message.get("content", ""))
        if kind == "text":
            if not content.strip():
                raise SandboxRefused("WeChat sends no empty text")
            return {"MsgType": kind, "Content": content}, {"content": content}
        if kind in {"image", "voice"}:
            media_id, _ = self._media.upload(self._app_id, "image", _grey_square())
            if kind == "voice":
                heard = str(message.get("recognition", ""))
                return {
                    "MsgType": kind,
                    "MediaId": media_id,
                    "Format": "amr",
                    "MediaId16K": media_id,
                    "Recognition": heard,
                }, {"recognition": heard, "seconds": max(1, len(heard) // 4)}
            url = f"http://mmbiz.qpic.cn/mmbiz_png/{media_id}/0"
            return {"MsgType": kind, "PicUrl": url, "MediaId": media_id}, {"media_id": media_id}
        if kind == "location":
            label = str(message.get("label", "上海市黄浦区人民广场"))
            return {
                "MsgType": kind,
                "Location_X": float(message.get("latitude", 31.230416)),
                "Location_Y": float(message.get("longitude", 121.473701)),
                "Scale": 16,
                "Label": label,
            }, {"label": label}
        if kind == "link":
            shown = {name: str(message.get(name, "")) for name in ("title", "description", "url")}
            fields: dict[str, Field] = {name.capitalize(): text for name, text in shown.items()}
            return {"MsgType": kind, **fields}, shown
        raise SandboxRefused(f"a fan sends no {kind!r}")

    def _deliver(
        self, fan: Row, kind: str, fields: dict[str, Field], payload: Act, *, window: str
    ) -> Act:
        with self._store.transaction():
            self._windows.open(fan["id"], window)
            callback_id, msg_id = self._callbacks.enqueue(fan, kind, fields)
            item_id = self._chat.add(
                fan["id"],
                direction="fan",
                kind=kind,
                route="callback",
                payload=payload,
                msg_id=msg_id,
            )
        return {"item_id": item_id, "callback_id": callback_id, "msg_id": msg_id}

    def _event(
        self,
        fan: Row,
        event: str,
        fields: dict[str, Field],
        *,
        shown: str = "",
        apologises: bool = True,
    ) -> Act:
        with self._store.transaction():
            callback_id, _ = self._callbacks.enqueue(
                fan, event, {"MsgType": "event", "Event": event, **fields}, apologises=apologises
            )
            if shown:
                self._chat.add(
                    fan["id"],
                    direction="platform",
                    kind="event",
                    route="platform",
                    payload={"content": shown},
                )
        return {"callback_id": callback_id}

    def _follower(self, fan_id: int) -> Row:
        fan = self._fans.get(fan_id)
        if not fan["subscribed"]:
            raise SandboxRefused(f"fan {fan_id} does not follow the account")
        return fan

    def _scene(self, ticket: str) -> str:
        row = self._store.find("SELECT scene, expires_at FROM qr_codes WHERE ticket = ?", ticket)
        if row is None:
            raise SandboxRefused(f"no QR code {ticket!r}")
        if row["expires_at"] is not None and row["expires_at"] <= self._clock.timestamp():
            raise SandboxRefused("the QR code has expired")
        return str(row["scene"])


def _grey_square(side: int = 120) -> bytes:
    """A PNG that stands for whatever picture the customer took."""

    def chunk(name: bytes, body: bytes) -> bytes:
        check = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", check)

    rows = b"".join(b"\x00" + bytes([198, 206, 214]) * side for _ in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    image = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + image
