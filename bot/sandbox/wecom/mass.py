"""Mass tasks (企业群发): made by the shop, sent only when whose contacts they are confirms it."""

import json
import secrets
from typing import Any

from bot.sandbox.ground import Ground
from bot.sandbox.rules import DAY
from bot.sandbox.store import Row
from bot.sandbox.wecom.attachments import Attachments, Part
from bot.sandbox.wecom.errors import WeComError
from bot.sandbox.wecom.people import People
from bot.sandbox.wecom.rules import MASS_CUSTOMERS, MASS_GROUPS, MASS_REMINDERS, MASS_TAGS

type Body = dict[str, Any]

_ID_PREFIXES = ("wm", "wo")


class MassTasks:
    """POST add_msg_template, remind_groupmsg_send and cancel_groupmsg_send."""

    def __init__(self, ground: Ground, people: People, attachments: Attachments) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._feed = ground.feed
        self._people = people
        self._attachments = attachments

    def create(self, body: Body) -> Body:
        """A task that waits for its senders; {"msgid", "fail_list"}.

        `fail_list` names who is no contact (of the sender), and groups that are not the sender's.
        Raises 40058, 40003, 40096, 41064, 41065, 40007, or 41048 when nobody is left.
        """
        chat_type = body.get("chat_type", "single")
        parts = self._attachments.parts(body)
        with self._store.transaction():
            if chat_type == "single":
                task_id, failed = self._begin_single(body, parts)
            elif chat_type == "group":
                task_id, failed = self._begin_group(body, parts)
            else:
                raise WeComError(40058, "chat_type")
            self._store.run(
                "INSERT INTO mass_senders (task_id, userid)"
                " SELECT DISTINCT task_id, userid FROM mass_recipients WHERE task_id = ?",
                task_id,
            )
        self._feed.publish("wecom")
        return {"fail_list": failed, "msgid": self._of(task_id)["msgid"]}

    def remind(self, msgid: object) -> None:
        """Tell the senders once more; raises 41046, 41047, 41093 or 41094."""
        task, now = self.find(msgid), self._clock.timestamp()
        if task["cancelled_at"] is not None:
            raise WeComError(41093)
        told = self._store.find(
            "SELECT count(*) AS many FROM mass_reminders WHERE task_id = ? AND at > ?",
            task["id"],
            now - DAY,
        )
        if told is not None and told["many"] >= MASS_REMINDERS.value:
            raise WeComError(41094)
        self._store.run("INSERT INTO mass_reminders (task_id, at) VALUES (?, ?)", task["id"], now)
        self._feed.publish("wecom")

    def cancel(self, msgid: object) -> None:
        """Stop what was not sent yet; raises 41046, 41047 or 41093."""
        task = self.find(msgid)
        changed = self._store.run(
            "UPDATE mass_tasks SET cancelled_at = ? WHERE id = ? AND cancelled_at IS NULL",
            self._clock.timestamp(),
            task["id"],
        )
        if not changed:
            raise WeComError(41093)
        self._feed.publish("wecom")

    def find(self, msgid: object) -> Row:
        """A task by its msgid; raises 41046 or 41047."""
        if not msgid:
            raise WeComError(41046)
        row = self._store.find("SELECT * FROM mass_tasks WHERE msgid = ?", str(msgid))
        if row is None:
            raise WeComError(41047)
        return row

    def _begin_single(self, body: Body, parts: list[Part]) -> tuple[int, list[str]]:
        wanted, sender = body.get("external_userid"), str(body.get("sender") or "")
        if sender:
            self._people.member(sender)
        if wanted is None and not sender:
            raise WeComError(40058, "external_userid or sender")
        if wanted is None:
            return self._begin_all_of(sender, body, parts), []
        if not isinstance(wanted, list) or not 1 <= len(wanted) <= MASS_CUSTOMERS.value:
            raise WeComError(40058, "external_userid")
        if not all(isinstance(each, str) and each.startswith(_ID_PREFIXES) for each in wanted):
            raise WeComError(40096)
        task_id, listed = self._insert("single", body, parts), json.dumps(wanted)
        self._store.run(
            "INSERT INTO mass_recipients (task_id, userid, target, person_id)"
            # The latest contact stands for who chatted with the customer last: of a bare column
            # beside max(), SQLite takes the value of that row.
            " SELECT ?, userid, external_userid, person_id FROM ("
            "  SELECT c.userid, p.external_userid, p.id AS person_id, max(c.added_at)"
            "  FROM json_each(?) j JOIN wecom_people p ON p.external_userid = j.value"
            "  JOIN wecom_contacts c ON c.person_id = p.id"
            "  WHERE ? IN ('', c.userid) GROUP BY p.id ORDER BY j.key)",
            task_id,
            listed,
            sender,
        )
        self._narrow(task_id, body)
        return task_id, self._left_out(task_id, listed)

    def _begin_all_of(self, sender: str, body: Body, parts: list[Part]) -> int:
        task_id = self._insert("single", body, parts)
        self._store.run(
            "INSERT INTO mass_recipients (task_id, userid, target, person_id)"
            " SELECT ?, c.userid, p.external_userid, p.id FROM wecom_contacts c"
            " JOIN wecom_people p ON p.id = c.person_id WHERE c.userid = ? ORDER BY p.id",
            task_id,
            sender,
        )
        self._narrow(task_id, body)
        self._left_out(task_id, "[]")
        return task_id

    def _narrow(self, task_id: int, body: Body) -> None:
        """Keep only who has, of every group of `tag_filter`, at least one tag."""
        self._store.run(
            "DELETE FROM mass_recipients WHERE task_id = ? AND EXISTS (SELECT 1 FROM json_each(?) g"
            " WHERE NOT EXISTS (SELECT 1 FROM wecom_marks k"
            " WHERE k.person_id = mass_recipients.person_id AND k.userid = mass_recipients.userid"
            " AND k.tag_id IN (SELECT value FROM json_each(g.value))))",
            task_id,
            _tag_groups(body),
        )

    def _begin_group(self, body: Body, parts: list[Part]) -> tuple[int, list[str]]:
        sender, wanted = str(body.get("sender") or ""), body.get("chat_id_list")
        if not sender:
            raise WeComError(40058, "sender")
        self._people.member(sender)
        if wanted is not None and not isinstance(wanted, list):
            raise WeComError(40058, "chat_id_list")
        chat_ids = wanted or self._groups_of(sender)
        if len(chat_ids) > MASS_GROUPS.value:
            raise WeComError(40058, "chat_id_list")
        task_id, listed = self._insert("group", body, parts), json.dumps(chat_ids)
        self._store.run(
            "INSERT INTO mass_recipients (task_id, userid, target)"
            " SELECT ?, g.owner, g.chat_id FROM json_each(?) j"
            " JOIN wecom_groups g ON g.chat_id = j.value"
            " WHERE g.owner = ? AND g.dismissed_at IS NULL GROUP BY g.chat_id ORDER BY min(j.key)",
            task_id,
            listed,
            sender,
        )
        return task_id, self._left_out(task_id, listed)

    def _groups_of(self, owner: str) -> list[str]:
        rows = self._store.rows("SELECT chat_id FROM wecom_groups WHERE owner = ?", owner)
        return [row["chat_id"] for row in rows]

    def _left_out(self, task_id: int, listed: str) -> list[str]:
        """Those of a list whom the task does not reach; raises 41048 when it reaches nobody."""
        rows = self._store.rows(
            "SELECT DISTINCT value FROM json_each(?) EXCEPT"
            " SELECT target FROM mass_recipients WHERE task_id = ?",
            listed,
            task_id,
        )
        reached = self._store.find(
            "SELECT 1 FROM mass_recipients WHERE task_id = ? LIMIT 1", task_id
        )
        if reached is None:
            raise WeComError(41048)
        return [str(row["value"]) for row in rows]

    def _insert(self, chat_type: str, body: Body, parts: list[Part]) -> int:
        kept = {
            "text": body.get("text") or {},
            "attachments": body.get("attachments") or [],
            "allow_select": bool(body.get("allow_select")),
        }
        task_id = self._store.insert(
            "INSERT INTO mass_tasks (msgid, chat_type, body, created_at) VALUES (?, ?, ?, ?)",
            "msg" + secrets.token_urlsafe(24),
            chat_type,
            json.dumps(kept, ensure_ascii=False),
            self._clock.timestamp(),
        )
        for kind, content in parts:
            self._store.run(
                "INSERT INTO mass_parts (task_id, kind, payload) VALUES (?, ?, ?)",
                task_id,
                kind,
                json.dumps(content, ensure_ascii=False),
            )
        return task_id

    def _of(self, task_id: int) -> Row:
        row = self._store.find("SELECT * FROM mass_tasks WHERE id = ?", task_id)
        if row is None:
            raise WeComError(41047)
        return row


def _tag_groups(body: Body) -> str:
    """`tag_filter` as JSON, a list of tags for each group; raises 40058."""
    wanted = body.get("tag_filter") or {}
    groups = wanted.get("group_list") if isinstance(wanted, dict) else None
    if groups is None:
        return "[]"
    tags = [each.get("tag_list") if isinstance(each, dict) else None for each in groups]
    if not all(isinstance(each, list) and 1 <= len(each) <= MASS_TAGS.value for each in tags):
        raise WeComError(40058, "tag_filter")
    return json.dumps(tags)
