"""Who is in WeCom: customers with WeChat, the corp's people, and what each chat shows."""

import json
import secrets
from typing import Any

from bot.sandbox.errors import SandboxRefused
from bot.sandbox.ground import Ground
from bot.sandbox.store import Row
from bot.sandbox.wechat.fans import Fans
from bot.sandbox.wecom.errors import WeComError

_FIRST_STAFF = (("LinZhiXia", "林知夏"), ("ZhouZiMo", "周子墨"))
# What a mass task says stands once, in the task; an item's payload is the number of its part then.
_ITEMS = (
    "SELECT i.id, i.person_id, i.account, i.direction, i.kind, i.msgid, i.created_at,"
    " COALESCE(p.payload, i.payload) AS payload FROM wecom_items i"
    " LEFT JOIN mass_parts p ON i.payload NOT LIKE '{%' AND p.id = CAST(i.payload AS INTEGER)"
)


class People:
    """Customers and staff, and their chats."""

    def __init__(self, ground: Ground, fans: Fans) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._feed = ground.feed
        self._fans = fans
        for userid, name in _FIRST_STAFF:
            self.hire(userid, name)

    def create(self, nickname: str = "", fan_id: int | None = None) -> Row:
        """A WeChat user; with `fan_id` the same person as a fan, of the same unionid.

        Somebody who is here already is given as they are.
        """
        fan = None if fan_id is None else self._fans.get(fan_id)
        if fan is not None:
            known = self._store.find("SELECT * FROM wecom_people WHERE fan_id = ?", fan_id)
            if known is not None:
                return known
        person_id = self._store.insert(
            "INSERT INTO wecom_people (nickname, external_userid, unionid, fan_id)"
            " VALUES (?, ?, ?, ?)",
            nickname or (fan["nickname"] if fan is not None else "微信用户"),
            "wm" + secrets.token_urlsafe(22)[:30],
            fan["unionid"] if fan is not None else "o" + secrets.token_urlsafe(21)[:27],
            fan_id,
        )
        self._feed.publish("wecom")
        return self.get(person_id)

    def get(self, person_id: int) -> Row:
        """Somebody by id; SandboxRefused when there is nobody."""
        row = self._store.find("SELECT * FROM wecom_people WHERE id = ?", person_id)
        if row is None:
            raise SandboxRefused(f"nobody in WeCom has the id {person_id}")
        return row

    def fan_of(self, person_id: int) -> int:
        """Who the customer is in the mini-program: a fan of the same unionid, made when needed."""
        person = self.get(person_id)
        if person["fan_id"] is not None:
            return int(person["fan_id"])
        with self._store.transaction():
            fan = self._fans.create(person["nickname"], subscribed=False)
            self._store.run(
                "UPDATE fans SET unionid = ? WHERE id = ?", person["unionid"], fan["id"]
            )
            self._store.run("UPDATE wecom_people SET fan_id = ? WHERE id = ?", fan["id"], person_id)
        return int(fan["id"])

    def called(self, external_userid: object) -> Row:
        """Somebody by external_userid; raises 40096."""
        row = self._store.find(
            "SELECT * FROM wecom_people WHERE external_userid = ?", str(external_userid)
        )
        if row is None:
            raise WeComError(40096)
        return row

    def among(self, external_userids: list[Any]) -> list[Row]:
        """Those of some external_userids who are here."""
        return self._store.rows(
            "SELECT * FROM wecom_people WHERE external_userid IN (SELECT value FROM json_each(?))",
            json.dumps(external_userids),
        )

    def list_latest(self) -> list[Row]:
        """The latest three hundred customers, the newest first."""
        return self._store.rows("SELECT * FROM wecom_people ORDER BY id DESC LIMIT 300")

    def create_many(self, count: int, userid: str) -> list[str]:
        """A crowd of customers at once, each a contact of a member; nobody is told of them.

        Their external_userids are as long as others', their unionids are made from them.
        """
        self.member(userid)
        now, batch = self._clock.timestamp(), secrets.token_hex(6)
        ids = [f"wm{batch}{number:018d}" for number in range(count)]
        with self._store.transaction():
            listed = json.dumps(ids)
            self._store.run(
                "INSERT INTO wecom_people (nickname, external_userid, unionid)"
                " SELECT '群众' || (key + 1), value, 'o' || substr(value, 3)"
                " FROM json_each(?)",
                listed,
            )
            self._store.run(
                "INSERT INTO wecom_contacts (person_id, userid, state, remark, added_at)"
                " SELECT p.id, ?, '', p.nickname, ? FROM json_each(?) j"
                " JOIN wecom_people p ON p.external_userid = j.value",
                userid,
                now,
                listed,
            )
        self._feed.publish("wecom")
        return ids

    def fail_next(self, person_id: int, fail_type: int | None) -> None:
        """The next message to this customer is taken, and then not delivered."""
        self._store.run("UPDATE wecom_people SET fails_next = ? WHERE id = ?", fail_type, person_id)

    def hire(self, userid: str, name: str, *, is_servicer: bool = True) -> None:
        """Somebody of the corp; those who are known stay as they are."""
        self._store.run(
            "INSERT OR IGNORE INTO wecom_staff (userid, name, is_servicer) VALUES (?, ?, ?)",
            userid,
            name,
            int(is_servicer),
        )
        self._feed.publish("wecom")

    def staff(self) -> list[Row]:
        """The corp's people."""
        return self._store.rows("SELECT * FROM wecom_staff ORDER BY rowid")

    def member(self, userid: object) -> Row:
        """One of the corp's people; raises 40003."""
        row = self._store.find("SELECT * FROM wecom_staff WHERE userid = ?", str(userid))
        if row is None:
            raise WeComError(40003)
        return row

    def set_receiving(self, userid: str, *, is_receiving: bool) -> None:
        """接待中, or not."""
        self._store.run(
            "UPDATE wecom_staff SET is_receiving = ? WHERE userid = ?", int(is_receiving), userid
        )
        self._feed.publish("wecom")

    def show(
        self,
        person_id: int,
        account: str,
        direction: str,
        kind: str,
        payload: dict[str, Any],
        msgid: str = "",
    ) -> int:
        """Append to the chat with an account (an open_kfid, or a member's userid); its id."""
        item_id = self._store.insert(
            "INSERT INTO wecom_items (person_id, account, direction, kind, payload, msgid,"
            " created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            person_id,
            account,
            direction,
            kind,
            json.dumps(payload, ensure_ascii=False),
            msgid or secrets.token_hex(16),
            self._clock.timestamp(),
        )
        self._feed.publish("wecom-items", person_id)
        return item_id

    def items(self, person_id: int, after: int = 0) -> list[Row]:
        """What somebody sees, oldest first."""
        return self._store.rows(
            f"{_ITEMS} WHERE i.person_id = ? AND i.id > ? ORDER BY i.id", person_id, after
        )

    def item(self, item_id: int) -> Row:
        """One item; SandboxRefused when there is none."""
        row = self._store.find(f"{_ITEMS} WHERE i.id = ?", item_id)
        if row is None:
            raise SandboxRefused(f"no item {item_id}")
        return row
