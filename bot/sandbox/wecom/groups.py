"""Customer groups (客户群): who is in them, what is said there, and what the shop is told."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from typing import Any

from bot.sandbox.errors import SandboxRefused
from bot.sandbox.ground import Ground
from bot.sandbox.store import Row
from bot.sandbox.wechat.xml import Field
from bot.sandbox.wecom.callbacks import CorpCallbacks
from bot.sandbox.wecom.errors import WeComError
from bot.sandbox.wecom.group_welcomes import GroupWelcomes
from bot.sandbox.wecom.people import People

type Body = dict[str, Any]

INVITED, BY_LINK, BY_CODE = 1, 2, 3
"""`join_scene` of groupchat/get; the event's JoinScene is 0 for the first two, else 3."""


class Groups:
    """The hands of owners and members; every change is told by change_external_chat."""

    def __init__(
        self, ground: Ground, people: People, callbacks: CorpCallbacks, welcomes: GroupWelcomes
    ) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._feed = ground.feed
        self._people = people
        self._callbacks = callbacks
        self._welcomes = welcomes

    def create(self, name: str, owner: str, person_ids: Sequence[int]) -> Row:
        """The owner makes a group with customers in it."""
        self._people.member(owner)
        chat_id, now = "wr" + secrets.token_urlsafe(23)[:30], self._clock.timestamp()
        with self._store.transaction():
            self._store.run(
                "INSERT INTO wecom_groups (chat_id, name, owner, created_at) VALUES (?, ?, ?, ?)",
                chat_id,
                name,
                owner,
                now,
            )
            self._put(chat_id, owner, None, INVITED, "", "")
            for person_id in person_ids:
                who = self._people.get(person_id)["external_userid"]
                self._put(chat_id, who, person_id, INVITED, owner, "")
            self._tell(chat_id, "create", {})
        return self.get(chat_id)

    def get(self, chat_id: object) -> Row:
        """A group that is there; raises 40050, or 49008 when it was dismissed."""
        row = self._store.find("SELECT * FROM wecom_groups WHERE chat_id = ?", str(chat_id))
        if row is None:
            raise WeComError(40050)
        if row["dismissed_at"] is not None:
            raise WeComError(49008)
        return row

    def list_all(self) -> list[Row]:
        """Every group, also the dismissed, the oldest first, with `people` in it."""
        return self._store.rows(
            "SELECT g.*, (SELECT count(*) FROM wecom_group_members m WHERE m.chat_id = g.chat_id)"
            " AS people FROM wecom_groups g ORDER BY g.rowid"
        )

    def join(
        self,
        chat_id: str,
        person_ids: Sequence[int],
        scene: int = BY_CODE,
        *,
        invitor: str = "",
        state: str = "",
    ) -> None:
        """Customers come in; who is in already stays. Each reads the welcome in the group."""
        group = self.get(chat_id)
        joined = []
        with self._store.transaction():
            for person_id in person_ids:
                person = self._people.get(person_id)
                by = invitor or ("" if scene == BY_CODE else group["owner"])
                if self._put(chat_id, person["external_userid"], person_id, scene, by, state):
                    joined.append(person)
            if joined:
                self._tell_members(
                    chat_id, joined, "add_member", JoinScene=3 if scene == BY_CODE else 0
                )
            for kind, content in self._welcomes.parts(group["welcome_id"], joined):
                self.show(chat_id, group["owner"], kind, content)

    def leave(self, chat_id: str, person_ids: Sequence[int], *, is_removed: bool = False) -> None:
        """Customers go, or are removed by the owner."""
        self.get(chat_id)
        with self._store.transaction():
            left = [
                self._people.get(person_id)
                for person_id in person_ids
                if self._store.run(
                    "DELETE FROM wecom_group_members WHERE chat_id = ? AND person_id = ?",
                    chat_id,
                    person_id,
                )
            ]
            if not left:
                raise SandboxRefused("they are not in the group")
            self._tell_members(chat_id, left, "del_member", QuitScene=int(is_removed))

    def change(self, chat_id: str, body: Body) -> None:
        """The owner changes `name`, `notice` or `owner`; each is an event of its own."""
        self.get(chat_id)
        with self._store.transaction():
            for column, detail in _DETAILS.items():
                if column not in body:
                    continue
                value = str(body[column])
                if column == "owner":
                    self._people.member(value)
                    self._put(chat_id, value, None, INVITED, "", "")
                self._store.run(
                    f"UPDATE wecom_groups SET {column} = ? WHERE chat_id = ?",  # noqa: S608
                    value,
                    chat_id,
                )
                self._tell(chat_id, "update", {"UpdateDetail": detail})

    def promote(self, chat_id: str, userid: str, *, is_admin: bool) -> None:
        """The owner makes one of the corp's people an administrator of the group, or no more."""
        self.get(chat_id)
        self._people.member(userid)
        self._put(chat_id, userid, None, INVITED, "", "")
        self._store.run(
            "UPDATE wecom_group_members SET is_admin = ? WHERE chat_id = ? AND userid = ?",
            int(is_admin),
            chat_id,
            userid,
        )

    def select_welcome(self, chat_id: str, template_id: str) -> None:
        """The owner selects a template, which newcomers read from then on; empty for none."""
        self.get(chat_id)
        if template_id:
            self._welcomes.get(template_id)
        self._store.run(
            "UPDATE wecom_groups SET welcome_id = ? WHERE chat_id = ?", template_id, chat_id
        )

    def dismiss(self, chat_id: str) -> None:
        """The owner dismisses the group: everybody is out of it."""
        self.get(chat_id)
        with self._store.transaction():
            self._store.run(
                "UPDATE wecom_groups SET dismissed_at = ? WHERE chat_id = ?",
                self._clock.timestamp(),
                chat_id,
            )
            self._store.run("DELETE FROM wecom_group_members WHERE chat_id = ?", chat_id)
            self._tell(chat_id, "dismiss", {})

    def show(self, chat_id: str, sender: str, kind: str, content: Body) -> int:
        """Say something in the group, as one of its members; the item's id."""
        return self._store.insert(
            "INSERT INTO wecom_group_items (chat_id, sender, kind, payload, created_at)"
            " VALUES (?, ?, ?, ?, ?)",
            chat_id,
            sender,
            kind,
            json.dumps(content, ensure_ascii=False),
            self._clock.timestamp(),
        )

    def members(self, chat_id: str) -> list[Row]:
        """Who is in a group, with `name` and, of customers, `unionid`."""
        return self._store.rows(
            "SELECT m.*, COALESCE(p.nickname, s.name) AS name, p.unionid"
            " FROM wecom_group_members m LEFT JOIN wecom_people p ON p.id = m.person_id"
            " LEFT JOIN wecom_staff s ON s.userid = m.userid WHERE m.chat_id = ? ORDER BY m.rowid",
            chat_id,
        )

    def items(self, chat_id: str, after: int = 0) -> list[Row]:
        """What was said, oldest first, with the `name` of who said it."""
        return self._store.rows(
            "SELECT i.*, COALESCE(p.nickname, s.name, '') AS name, p.id AS person_id"
            " FROM wecom_group_items i LEFT JOIN wecom_people p ON p.external_userid = i.sender"
            " LEFT JOIN wecom_staff s ON s.userid = i.sender"
            " WHERE i.chat_id = ? AND i.id > ? ORDER BY i.id",
            chat_id,
            after,
        )

    def _put(
        self, chat_id: str, userid: str, person_id: int | None, scene: int, by: str, state: str
    ) -> int:
        return self._store.run(
            "INSERT OR IGNORE INTO wecom_group_members (chat_id, userid, person_id, joined_at,"
            " join_scene, invitor, state) VALUES (?, ?, ?, ?, ?, ?, ?)",
            chat_id,
            userid,
            person_id,
            self._clock.timestamp(),
            scene,
            by,
            state,
        )

    def _tell_members(self, chat_id: str, people: list[Row], detail: str, **scene: int) -> None:
        last = member_version(self.get(chat_id))
        self._store.run("UPDATE wecom_groups SET version = version + 1 WHERE chat_id = ?", chat_id)
        changed: Field = {"Item": tuple(each["external_userid"] for each in people)}
        fields: dict[str, Field] = {
            "UpdateDetail": detail,
            **scene,
            "MemChangeCnt": len(people),
            "MemChangeList": changed,
            "LastMemVer": last,
            "CurMemVer": member_version(self.get(chat_id)),
        }
        self._tell(chat_id, "update", fields)

    def _tell(self, chat_id: str, change: str, fields: dict[str, Field]) -> None:
        about: dict[str, Field] = {"ChatId": chat_id, "ChangeType": change}
        self._callbacks.enqueue("change_external_chat", {**about, **fields})
        self._feed.publish("wecom")


_DETAILS = {"name": "change_name", "notice": "change_notice", "owner": "change_owner"}


def member_version(group: Row) -> str:
    """The version of a group's members, as events and groupchat/get name it."""
    return hashlib.sha256(f"{group['chat_id']}:{group['version']}".encode()).hexdigest()[:32]
