"""Customers who added one of the corp's people: welcome, details, tags, codes (客户联系)."""

import json
import secrets
from typing import Any

from bot.sandbox.errors import SandboxRefused
from bot.sandbox.ground import Ground
from bot.sandbox.store import Row
from bot.sandbox.wechat.xml import Field
from bot.sandbox.wecom.callbacks import CorpCallbacks
from bot.sandbox.wecom.errors import WeComError
from bot.sandbox.wecom.people import People
from bot.sandbox.wecom.rules import (
    CONTACT_ATTACHMENTS,
    CONTACT_WELCOME_BYTES,
    CONTACT_WELCOME_LIFE,
    WAY_STATE_CHARACTERS,
    WELCOME_CLAIM,
)

type Body = dict[str, Any]

_ATTACHMENTS = ("image", "link", "miniprogram", "video", "file")


class Contacts:
    """The paths below externalcontact/, and what customers do with the corp's people."""

    def __init__(self, ground: Ground, people: People, callbacks: CorpCallbacks) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._people = people
        self._callbacks = callbacks

    def add(self, person_id: int, userid: str, state: str, *, is_half: bool) -> Body:
        """A customer adds a member; {"welcome_code"} as the event has it."""
        person, now = self._people.get(person_id), self._clock.timestamp()
        self._people.member(userid)
        code = secrets.token_urlsafe(24)
        self._store.run(
            "INSERT OR REPLACE INTO wecom_contacts (person_id, userid, state, remark, added_at)"
            " VALUES (?, ?, ?, ?, ?)",
            person_id,
            userid,
            state,
            person["nickname"],
            now,
        )
        self._store.run(
            "INSERT INTO wecom_welcomes (code, person_id, userid, expires_at) VALUES (?, ?, ?, ?)",
            code,
            person_id,
            userid,
            now + CONTACT_WELCOME_LIFE.value,
        )
        change = "add_half_external_contact" if is_half else "add_external_contact"
        given: dict[str, Field] = {"State": state} if state else {}
        self._tell(person, userid, change, {**given, "WelcomeCode": code})
        return {"welcome_code": code}

    def delete(self, person_id: int, userid: str, by: str) -> None:
        """The end of a contact, by the `customer`, the `member`, or a `transfer`."""
        person = self._people.get(person_id)
        if not self._forget(person_id, userid):
            raise SandboxRefused("they are no contact")
        change = "del_follow_user" if by == "customer" else "del_external_contact"
        self._tell(
            person, userid, change, {"Source": "DELETE_BY_TRANSFER"} if by == "transfer" else {}
        )

    def list_latest(self) -> list[Row]:
        """Who has whom, of the latest three hundred customers."""
        return self._store.rows(
            "SELECT * FROM wecom_contacts WHERE person_id IN"
            " (SELECT id FROM wecom_people ORDER BY id DESC LIMIT 300) ORDER BY added_at"
        )

    def welcome(self, body: Body) -> None:
        """POST send_welcome_msg; raises 41050, 41051, 41096, 41064, 41065 or 40058."""
        code, now = str(body.get("welcome_code")), self._clock.timestamp()
        row = self._store.find("SELECT * FROM wecom_welcomes WHERE code = ?", code)
        if row is None or row["expires_at"] <= now:
            raise WeComError(41050)
        claim = self._store.find("SELECT * FROM wecom_welcome_claims WHERE code = ?", code)
        if claim is not None and now < claim["delivered_at"]:
            raise WeComError(41096)
        if row["used_at"] is not None or claim is not None:
            raise WeComError(41051)
        words, attachments = _welcome(body)
        with self._store.transaction():
            self._store.run("UPDATE wecom_welcomes SET used_at = ? WHERE code = ?", now, code)
            if words:
                self._show(row, "text", {"content": words})
            for each in attachments:
                self._show(row, each["msgtype"], each[each["msgtype"]])

    def claim(self, code: str) -> None:
        """Another app of the corp welcomes first: 41096 while it does, 41051 from then on."""
        self._store.run(
            "INSERT INTO wecom_welcome_claims (code, delivered_at) VALUES (?, ?)",
            code,
            self._clock.timestamp() + WELCOME_CLAIM.value,
        )

    def edit(self, person_id: int, userid: str, change: Body) -> None:
        """A member changes a contact's `remark` or tags (`add_tag`, `remove_tag`) by hand."""
        person = self._people.get(person_id)
        about = {"external_userid": person["external_userid"], "userid": userid, **change}
        with self._store.transaction():
            if "remark" in change:
                self.remark(about)
            self.mark(about)
            self._tell(person, userid, "edit_external_contact", {})

    def details(self, external_userid: str) -> Body:
        """GET externalcontact/get; raises 40096 or 84061."""
        person = self._people.called(external_userid)
        rows = self._store.rows(
            "SELECT * FROM wecom_contacts WHERE person_id = ? ORDER BY added_at", person["id"]
        )
        if not rows:
            raise WeComError(84061)
        return {
            "external_contact": {
                "external_userid": external_userid,
                "name": person["nickname"],
                "type": 1,
                "unionid": person["unionid"],
            },
            "follow_user": [self._follower(row) for row in rows],
        }

    def follow_users(self) -> list[str]:
        """GET get_follow_user_list."""
        return [str(each["userid"]) for each in self._people.staff()]

    def corp_tags(self) -> list[Body]:
        """POST get_corp_tag_list: groups with their tags."""
        groups: dict[str, Body] = {}
        for row in self._store.rows("SELECT * FROM wecom_tags ORDER BY rowid"):
            group = groups.setdefault(
                row["group_id"],
                {"group_id": row["group_id"], "group_name": row["group_name"], "tag": []},
            )
            group["tag"].append({"id": row["id"], "name": row["name"]})
        return list(groups.values())

    def add_corp_tag(self, body: Body) -> Body:
        """POST add_corp_tag: the group with what was made; raises 40058 or 40071."""
        name, tags = str(body.get("group_name") or ""), body.get("tag")
        if not name or not isinstance(tags, list) or not tags:
            raise WeComError(40058, "group_name, tag")
        known = next((each for each in self.corp_tags() if each["group_name"] == name), None)
        group_id = known["group_id"] if known else "et" + secrets.token_urlsafe(20)
        made = [{"id": "et" + secrets.token_urlsafe(20), "name": str(t["name"])} for t in tags]
        if known and {t["name"] for t in made} & {t["name"] for t in known["tag"]}:
            raise WeComError(40071)
        for tag in made:
            self._store.run(
                "INSERT INTO wecom_tags (id, group_id, group_name, name) VALUES (?, ?, ?, ?)",
                tag["id"],
                group_id,
                name,
                tag["name"],
            )
        return {"group_id": group_id, "group_name": name, "tag": made}

    def mark(self, body: Body) -> None:
        """POST mark_tag; raises 40096, 84061 or 40068."""
        person, userid = self._contact(body)
        known = {row["id"] for row in self._store.rows("SELECT id FROM wecom_tags")}
        added, removed = body.get("add_tag") or [], body.get("remove_tag") or []
        if not known.issuperset([*added, *removed]):
            raise WeComError(40068)
        for tag in added:
            self._store.run(
                "INSERT OR IGNORE INTO wecom_marks (person_id, userid, tag_id) VALUES (?, ?, ?)",
                person["id"],
                userid,
                tag,
            )
        for tag in removed:
            self._store.run(
                "DELETE FROM wecom_marks WHERE person_id = ? AND userid = ? AND tag_id = ?",
                person["id"],
                userid,
                tag,
            )

    def remark(self, body: Body) -> None:
        """POST remark; raises 40096 or 84061."""
        person, userid = self._contact(body)
        self._store.run(
            "UPDATE wecom_contacts SET remark = ? WHERE person_id = ? AND userid = ?",
            str(body.get("remark", "")),
            person["id"],
            userid,
        )

    def put_way(self, body: Body, config_id: str = "") -> str:
        """A 联系我 code, new or changed; its config_id. Raises 40058 or 40003."""
        if config_id and not self._store.find(
            "SELECT 1 FROM wecom_ways WHERE config_id = ?", config_id
        ):
            raise WeComError(40058, "config_id")
        if len(str(body.get("state", ""))) > WAY_STATE_CHARACTERS.value:
            raise WeComError(40058, "state")
        for userid in body.get("user") or []:
            self._people.member(userid)
        config_id = config_id or secrets.token_hex(16)
        self._store.run(
            "INSERT OR REPLACE INTO wecom_ways (config_id, body) VALUES (?, ?)",
            config_id,
            json.dumps(body, ensure_ascii=False),
        )
        return config_id

    def scan_way(self, person_id: int, config_id: str) -> Body:
        """A customer scans a code and adds its first member."""
        row = self._store.find("SELECT body FROM wecom_ways WHERE config_id = ?", config_id)
        if row is None:
            raise SandboxRefused(f"no code {config_id}")
        way = json.loads(row["body"])
        return self.add(person_id, way["user"][0], str(way.get("state", "")), is_half=False)

    def _contact(self, body: Body) -> tuple[Row, str]:
        person, userid = self._people.called(body.get("external_userid")), str(body.get("userid"))
        if not self._store.find(
            "SELECT 1 FROM wecom_contacts WHERE person_id = ? AND userid = ?", person["id"], userid
        ):
            raise WeComError(84061)
        return person, userid

    def _follower(self, row: Row) -> Body:
        tags = self._store.rows(
            "SELECT t.* FROM wecom_marks m JOIN wecom_tags t ON t.id = m.tag_id"
            " WHERE m.person_id = ? AND m.userid = ?",
            row["person_id"],
            row["userid"],
        )
        return {
            "userid": row["userid"],
            "remark": row["remark"],
            "state": row["state"],
            "createtime": int(row["added_at"]),
            "tags": [
                {
                    "group_name": tag["group_name"],
                    "tag_name": tag["name"],
                    "type": 1,
                    "tag_id": tag["id"],
                }
                for tag in tags
            ],
        }

    def _forget(self, person_id: int, userid: str) -> int:
        return self._store.run(
            "DELETE FROM wecom_contacts WHERE person_id = ? AND userid = ?", person_id, userid
        )

    def _show(self, row: Row, kind: str, payload: Body) -> None:
        self._people.show(row["person_id"], row["userid"], "shop", kind, payload)

    def _tell(self, person: Row, userid: str, change: str, fields: dict[str, Field]) -> None:
        about: dict[str, Field] = {
            "ChangeType": change,
            "UserID": userid,
            "ExternalUserID": person["external_userid"],
        }
        self._callbacks.enqueue("change_external_contact", {**about, **fields})


def _welcome(body: Body) -> tuple[str, list[Body]]:
    words = str((body.get("text") or {}).get("content") or "")
    attachments = body.get("attachments") or []
    if len(words.encode()) > CONTACT_WELCOME_BYTES.value or not (words or attachments):
        raise WeComError(40058, "text")
    if len(attachments) > CONTACT_ATTACHMENTS.value:
        raise WeComError(41064)
    for each in attachments:
        kind = each.get("msgtype")
        if kind not in _ATTACHMENTS or not isinstance(each.get(kind), dict):
            raise WeComError(41065)
    return words, attachments
