"""The people on the platform, and the chat each of them sees."""

import json
import secrets
import string
from typing import Any

from bot.sandbox.errors import SandboxRefused
from bot.sandbox.ground import Ground
from bot.sandbox.store import Row

_ID_CHARACTERS = string.ascii_letters + string.digits + "_-"
_SURNAMES = "陈林黄周吴徐孙朱高何"
_GIVEN = ("小满", "知夏", "一诺", "子墨", "安然", "嘉禾", "若溪", "景明", "思远", "青禾")


class Fans:
    """People: an openid for the official account, another for the mini-program, one unionid."""

    def __init__(self, ground: Ground) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._feed = ground.feed

    def create(self, nickname: str = "", *, subscribed: bool = True) -> Row:
        """A new person, who follows the account already unless told otherwise."""
        now = self._clock.timestamp()
        name = nickname or secrets.choice(_SURNAMES) + secrets.choice(_GIVEN)
        fan_id = self._store.insert(
            "INSERT INTO fans (nickname, openid, mini_openid, unionid, subscribed,"
            " subscribed_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            name,
            _platform_id(),
            _platform_id(),
            _platform_id(),
            int(subscribed),
            now if subscribed else None,
            now,
        )
        self._feed.publish("fans")
        return self.get(fan_id)

    def get(self, fan_id: int) -> Row:
        """The person with this id; SandboxRefused when there is none."""
        row = self._store.find("SELECT * FROM fans WHERE id = ?", fan_id)
        if row is None:
            raise SandboxRefused(f"no fan {fan_id}")
        return row

    def find_by_openid(self, openid: str) -> Row | None:
        """Whose openid of the official account this is."""
        return self._store.find("SELECT * FROM fans WHERE openid = ?", openid)

    def find_by_mini_openid(self, openid: str) -> Row | None:
        """Whose openid of the mini-program this is."""
        return self._store.find("SELECT * FROM fans WHERE mini_openid = ?", openid)

    def list_all(self) -> list[Row]:
        """Everyone, the newest first."""
        return self._store.rows("SELECT * FROM fans ORDER BY id DESC")

    def follow(self, fan_id: int, scene: str) -> None:
        """Begin to follow the account."""
        self._store.run(
            "UPDATE fans SET subscribed = 1, subscribed_at = ?, subscribe_scene = ? WHERE id = ?",
            self._clock.timestamp(),
            scene,
            fan_id,
        )
        self._feed.publish("fans")

    def unfollow(self, fan_id: int) -> None:
        """Stop following; every reply window closes with it."""
        with self._store.transaction():
            self._store.run("UPDATE fans SET subscribed = 0 WHERE id = ?", fan_id)
            self._store.run("DELETE FROM grants WHERE fan_id = ?", fan_id)
        self._feed.publish("fans")

    def set_traits(self, fan_id: int, *, refuses_templates: bool, account_closed: bool) -> None:
        """What tests may want of a person: refuses template messages, closed the pay account."""
        self._store.run(
            "UPDATE fans SET refuses_templates = ?, account_closed = ? WHERE id = ?",
            int(refuses_templates),
            int(account_closed),
            fan_id,
        )

    def set_typing(self, fan_id: int, until: float) -> None:
        """Show 对方正在输入 until a time."""
        self._store.run("UPDATE fans SET typing_until = ? WHERE id = ?", until, fan_id)
        self._feed.publish("typing", fan_id)


class Chat:
    """What a person sees in the conversation with the account, in order."""

    def __init__(self, ground: Ground) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._feed = ground.feed

    def add(
        self,
        fan_id: int,
        *,
        direction: str,
        kind: str,
        route: str,
        payload: dict[str, Any],
        msg_id: str | None = None,
    ) -> int:
        """Append one item; return its id."""
        item_id = self._store.insert(
            "INSERT INTO items (fan_id, direction, kind, route, payload, msg_id, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            fan_id,
            direction,
            kind,
            route,
            json.dumps(payload, ensure_ascii=False),
            msg_id,
            self._clock.timestamp(),
        )
        if direction == "shop":
            self._store.run("UPDATE fans SET typing_until = 0 WHERE id = ?", fan_id)
        self._feed.publish("items", fan_id)
        return item_id

    def list_items(self, fan_id: int, after: int = 0) -> list[Row]:
        """The items of one person after an item id, oldest first."""
        return self._store.rows(
            "SELECT * FROM items WHERE fan_id = ? AND id > ? ORDER BY id", fan_id, after
        )

    def list_sent(self, after: int = 0) -> list[Row]:
        """What the account's API sent after an item id, to anybody, in the order of acceptance."""
        return self._store.rows(
            "SELECT items.*, fans.openid FROM items JOIN fans ON fans.id = items.fan_id"
            " WHERE items.id > ? AND route = 'api' ORDER BY items.id",
            after,
        )

    def find(self, item_id: int) -> Row | None:
        """One item."""
        return self._store.find("SELECT * FROM items WHERE id = ?", item_id)


def _platform_id() -> str:
    """28 characters that begin with 'o', the form of an openid."""
    return "o" + "".join(secrets.choice(_ID_CHARACTERS) for _ in range(27))
