"""Moments (客户朋友圈): the corp writes and its people publish them, each from their own phone.

Besides, members write moments of their own.
"""

import json
import secrets
from typing import Any

from bot.sandbox.errors import SandboxRefused
from bot.sandbox.ground import Ground
from bot.sandbox.store import Row
from bot.sandbox.wecom.attachments import check_bytes, read_text
from bot.sandbox.wecom.errors import WECOM_ERRORS, WeComError
from bot.sandbox.wecom.media import CorpMedia
from bot.sandbox.wecom.rules import (
    MOMENT_IMAGES,
    MOMENT_JOB_LIFE,
    MOMENT_TEXT_BYTES,
    MOMENT_TITLE_BYTES,
)
from bot.sandbox.wecom.switches import Switches

type Body = dict[str, Any]

_WORKING, _DONE = 2, 3
_NOBODY = 81013


class Moments:
    """POST add_moment_task and cancel_moment_task, GET get_moment_task_result, and the phones."""

    def __init__(self, ground: Ground, media: CorpMedia, switches: Switches) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._feed = ground.feed
        self._media = media
        self._switches = switches

    def create(self, body: Body) -> str:
        """The jobid of a task for some members or all; raises 40058, 41064, 41065 or 40007."""
        kept = self._checked(body)
        wanted = body.get("visible_range") or {}
        users = (wanted.get("sender_list") or {}).get("user_list") or []
        tags = (wanted.get("external_contact_list") or {}).get("tag_list") or []
        staff = {row["userid"] for row in self._store.rows("SELECT userid FROM wecom_staff")}
        known = {row["id"] for row in self._store.rows("SELECT id FROM wecom_tags")}
        refused = {
            "user_list": [each for each in users if each not in staff],
            "tag_list": [each for each in tags if each not in known],
        }
        senders = sorted(staff.intersection(users) if users else staff)
        with self._store.transaction():
            moment = self._insert(kept, [each for each in tags if each in known], refused)
            if not tags or known.intersection(tags):
                for userid in senders:
                    self._assign(moment, userid)
        self._feed.publish("wecom")
        return str(self.row(moment)["jobid"])

    def result(self, jobid: object) -> Body:
        """What became of a job, for a day; raises 40058."""
        row = self._store.find("SELECT * FROM moments WHERE jobid = ?", str(jobid))
        now = self._clock.timestamp()
        if row is None or now >= row["created_at"] + MOMENT_JOB_LIFE.value:
            raise WeComError(40058, "jobid")
        if now < row["created_at"] + self._switches.dispatch_seconds:
            return {"status": _WORKING, "type": "add_moment_task"}
        refused = json.loads(row["refused"])
        has_sender = self._store.find("SELECT 1 FROM moment_senders WHERE moment = ?", row["id"])
        made = (
            {"errcode": 0, "errmsg": "ok", "moment_id": row["moment_id"]}
            if has_sender
            else {"errcode": _NOBODY, "errmsg": WECOM_ERRORS[_NOBODY]}
        )
        result = {
            **made,
            "invalid_sender_list": {"user_list": refused["user_list"], "department_list": []},
            "invalid_external_contact_list": {"tag_list": refused["tag_list"]},
        }
        return {"status": _DONE, "type": "add_moment_task", "result": result}

    def stop(self, moment_id: object) -> None:
        """Let nobody publish a moment who has not yet; again is harmless. Raises 41059 or 41060."""
        self._store.run(
            "INSERT OR IGNORE INTO moment_stops (moment, stopped_at) VALUES (?, ?)",
            self.find_of_corp(moment_id)["id"],
            self._clock.timestamp(),
        )
        self._feed.publish("wecom")

    def find(self, moment_id: object) -> Row:
        """A moment by its moment_id; raises 41059 or 41060."""
        if not moment_id:
            raise WeComError(41059)
        row = self._store.find(
            "SELECT m.*, c.userid AS creator FROM moments m"
            " LEFT JOIN moment_creators c ON c.moment = m.id WHERE m.moment_id = ?",
            str(moment_id),
        )
        if row is None:
            raise WeComError(41060)
        return row

    def find_of_corp(self, moment_id: object) -> Row:
        """The same; a member's own is 41060 too."""
        row = self.find(moment_id)
        if row["creator"] is not None:
            raise WeComError(41060)
        return row

    def row(self, moment: int) -> Row:
        """A moment by its number; raises 41060."""
        row = self._store.find("SELECT * FROM moments WHERE id = ?", moment)
        if row is None:
            raise WeComError(41060)
        return row

    def of(self, userid: str) -> list[Row]:
        """The latest twenty moments that the corp asks a member to publish, the newest first."""
        return self._store.rows(
            "SELECT m.*, s.published_at, s.declined_at, t.stopped_at,"
            " (SELECT count(*) FROM moment_viewers v"
            " WHERE v.moment = m.id AND v.userid = s.userid) AS viewers"
            " FROM moment_senders s JOIN moments m ON m.id = s.moment"
            " LEFT JOIN moment_stops t ON t.moment = m.id WHERE s.userid = ?"
            " AND m.id NOT IN (SELECT moment FROM moment_creators)"
            " ORDER BY m.id DESC LIMIT 20",
            userid,
        )

    def seen_by(self, person_id: int) -> list[Row]:
        """What a customer finds in 朋友圈, the newest first, with the member's `name`."""
        return self._store.rows(
            "SELECT m.*, s.published_at, w.name FROM moment_viewers v"
            " JOIN moment_senders s ON s.moment = v.moment AND s.userid = v.userid"
            " JOIN moments m ON m.id = v.moment JOIN wecom_staff w ON w.userid = v.userid"
            " WHERE v.person_id = ? AND s.published_at IS NOT NULL"
            " ORDER BY s.published_at DESC LIMIT 50",
            person_id,
        )

    def post(self, userid: str, words: str) -> str:
        """A member publishes words of their own to all their contacts; the moment_id."""
        if self._store.find("SELECT 1 FROM wecom_staff WHERE userid = ?", userid) is None:
            raise SandboxRefused(f"no member {userid!r}")
        with self._store.transaction():
            moment = self._insert({"text": words, "attachments": []}, [], {})
            self._store.run("INSERT INTO moment_creators VALUES (?, ?)", moment, userid)
            self._assign(moment, userid)
            moment_id = str(self.row(moment)["moment_id"])
            self.publish(userid, moment_id)
        return moment_id

    def publish(self, userid: str, moment_id: str) -> None:
        """A member publishes a moment, once, unless it was stopped."""
        self._answer(userid, moment_id, "published_at = ?, declined_at = NULL")

    def decline(self, userid: str, moment_id: str) -> None:
        """A member puts a moment aside; it can be published after all."""
        self._answer(userid, moment_id, "declined_at = ?")

    def _answer(self, userid: str, moment_id: str, change: str) -> None:
        answered = self._store.run(
            f"UPDATE moment_senders SET {change}"  # noqa: S608
            " WHERE userid = ? AND published_at IS NULL"
            " AND moment = (SELECT id FROM moments WHERE moment_id = ?)"
            " AND moment NOT IN (SELECT moment FROM moment_stops)",
            self._clock.timestamp(),
            userid,
            moment_id,
        )
        if not answered:
            raise SandboxRefused("this member has no such moment to publish")
        self._feed.publish("wecom")

    def _insert(self, kept: Body, tags: list[str], refused: Body) -> int:
        return self._store.insert(
            "INSERT INTO moments (moment_id, jobid, body, tags, refused, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            "mom" + secrets.token_urlsafe(24),
            secrets.token_hex(16),
            json.dumps(kept, ensure_ascii=False),
            json.dumps(tags),
            json.dumps(refused, ensure_ascii=False),
            self._clock.timestamp(),
        )

    def _assign(self, moment: int, userid: str) -> None:
        self._store.run("INSERT INTO moment_senders (moment, userid) VALUES (?, ?)", moment, userid)
        self._store.run(
            "INSERT INTO moment_viewers (moment, userid, person_id)"
            " SELECT m.id, c.userid, c.person_id FROM moments m JOIN wecom_contacts c"
            " WHERE m.id = ? AND c.userid = ? AND (m.tags = '[]' OR EXISTS ("
            "  SELECT 1 FROM wecom_marks k WHERE k.person_id = c.person_id"
            "  AND k.userid = c.userid AND k.tag_id IN (SELECT value FROM json_each(m.tags))))"
            " ORDER BY c.person_id",
            moment,
            userid,
        )

    def _checked(self, body: Body) -> Body:
        words = read_text(body, MOMENT_TEXT_BYTES.value)
        attachments = body.get("attachments") or []
        if not isinstance(attachments, list) or not (words or attachments):
            raise WeComError(40058, "text, attachments")
        kinds = {each.get("msgtype") if isinstance(each, dict) else None for each in attachments}
        if len(kinds) > 1 or not kinds.issubset({"image", "video", "link"}):
            raise WeComError(41065)
        if len(attachments) > (MOMENT_IMAGES.value if kinds == {"image"} else 1):
            raise WeComError(41064)
        for each in attachments:
            content = each.get(each["msgtype"])
            if not isinstance(content, dict):
                raise WeComError(41065)
            kind = "image" if each["msgtype"] == "link" else each["msgtype"]  # A link's cover.
            self._media.get_for_moments(content.get("media_id"), kind)
            if each["msgtype"] == "link":
                check_bytes(content, "title", MOMENT_TITLE_BYTES.value, is_needed=False)
                if not str(content.get("url")).startswith(("http://", "https://")):
                    raise WeComError(40058, "url")
        return {"text": words, "attachments": attachments}
