"""Mass tasks on the members' phones: what waits, what is confirmed, and where it arrives."""

import calendar
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.sandbox.errors import SandboxRefused
from bot.sandbox.ground import Ground
from bot.sandbox.store import Row
from bot.sandbox.wecom.switches import Switches

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_A_WEEK = 7


class MassPhones:
    """A member confirms a task, for all of its recipients or some of its groups, or declines it."""

    def __init__(self, ground: Ground, switches: Switches) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._feed = ground.feed
        self._switches = switches

    def of(self, userid: str) -> list[Row]:
        """The latest fifty tasks of a member, the newest first, with counts by outcome."""
        return self._store.rows(
            "SELECT t.id, t.msgid, t.chat_type, t.body, t.created_at, t.cancelled_at, s.sent_at,"
            " s.declined_at, (SELECT count(*) FROM mass_reminders m WHERE m.task_id = t.id)"
            " AS reminders, count(r.id) AS wanted, sum(r.status = 1) AS sent,"
            " sum(r.status > 1) AS failed FROM mass_senders s JOIN mass_tasks t ON t.id = s.task_id"
            " JOIN mass_recipients r ON r.task_id = t.id AND r.userid = s.userid"
            " WHERE s.userid = ? AND s.id IN (SELECT id FROM mass_senders WHERE userid = ?"
            " ORDER BY id DESC LIMIT 50) GROUP BY t.id ORDER BY t.id DESC",
            userid,
            userid,
        )

    def targets(self, task_id: int, userid: str) -> list[Row]:
        """The first hundred recipients of a member's task, with their names."""
        return self._store.rows(
            "SELECT r.target, r.status, COALESCE(g.name, p.nickname) AS name"
            " FROM mass_recipients r LEFT JOIN wecom_groups g ON g.chat_id = r.target"
            " LEFT JOIN wecom_people p ON p.id = r.person_id"
            " WHERE r.task_id = ? AND r.userid = ? ORDER BY r.id LIMIT 100",
            task_id,
            userid,
        )

    def confirm(self, userid: str, msgid: str, chat_ids: Sequence[str] | None = None) -> int:
        """Send what waits, to all or to some groups; how many it reached.

        Who is no contact any more gets status 2, who has received too much already status 3. A
        task of groups may be confirmed again for those that are left.
        """
        task, now = self._waiting(userid, msgid), self._clock.timestamp()
        most, since = self._cap(now)
        chosen = "" if chat_ids is None else json.dumps(list(chat_ids))
        with self._store.transaction():
            self._store.run(
                "UPDATE mass_recipients SET sent_at = ?, status = CASE WHEN NOT ("
                "  EXISTS (SELECT 1 FROM wecom_contacts c WHERE c.person_id ="
                "   mass_recipients.person_id AND c.userid = mass_recipients.userid) OR"
                "  EXISTS (SELECT 1 FROM wecom_groups g WHERE g.chat_id = mass_recipients.target"
                "   AND g.dismissed_at IS NULL)) THEN 2"
                " WHEN (SELECT count(*) FROM mass_recipients o WHERE o.target ="
                "  mass_recipients.target AND o.status = 1 AND o.sent_at >= ?) >= ? THEN 3"
                " ELSE 1 END WHERE task_id = ? AND userid = ? AND status = 0"
                " AND (? = '' OR target IN (SELECT value FROM json_each(?)))",
                now,
                since,
                most,
                task["id"],
                userid,
                chosen,
                chosen or "[]",
            )
            reached = self._show(task, userid, now)
            self._store.run(
                "UPDATE mass_senders SET sent_at = COALESCE(sent_at, ?), declined_at = NULL"
                " WHERE task_id = ? AND userid = ?",
                now,
                task["id"],
                userid,
            )
        self._feed.publish("wecom")
        return reached

    def decline(self, userid: str, msgid: str) -> None:
        """Put a task aside: the phone shows it as ignored, the platform as 未发送."""
        task = self._waiting(userid, msgid)
        self._store.run(
            "UPDATE mass_senders SET declined_at = ? WHERE task_id = ? AND userid = ?",
            self._clock.timestamp(),
            task["id"],
            userid,
        )
        self._feed.publish("wecom")

    def _waiting(self, userid: str, msgid: str) -> Row:
        task = self._store.find(
            "SELECT t.* FROM mass_tasks t JOIN mass_senders s ON s.task_id = t.id"
            " WHERE t.msgid = ? AND s.userid = ?",
            msgid,
            userid,
        )
        if task is None:
            raise SandboxRefused("this member has no such task")
        if task["cancelled_at"] is not None:
            raise SandboxRefused("the task was cancelled")
        if not self._store.find(
            "SELECT 1 FROM mass_recipients WHERE task_id = ? AND userid = ? AND status = 0 LIMIT 1",
            task["id"],
            userid,
        ):
            raise SandboxRefused("the task was sent already")
        return task

    def _cap(self, now: float) -> tuple[int, float]:
        """How many messages since when: the present month, week or day in China."""
        day = datetime.fromtimestamp(now, _SHANGHAI).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        policy = self._switches.mass_policy
        if policy == "day1":
            return 1, day.timestamp()
        if policy == "week7":
            return _A_WEEK, (day - timedelta(days=day.weekday())).timestamp()
        _, days = calendar.monthrange(day.year, day.month)
        return days, day.replace(day=1).timestamp()

    def _show(self, task: Row, userid: str, now: float) -> int:
        which = (task["id"], userid, now)
        if task["chat_type"] == "group":
            self._store.run(
                "INSERT INTO wecom_group_items (chat_id, sender, kind, payload, created_at)"
                " SELECT r.target, r.userid, p.kind, p.payload, r.sent_at FROM mass_recipients r"
                " JOIN mass_parts p ON p.task_id = r.task_id WHERE r.task_id = ? AND r.userid = ?"
                " AND r.status = 1 AND r.sent_at = ? ORDER BY r.id, p.id",
                *which,
            )
        else:
            # The payload is the part's id: ten thousand chats share one text.
            self._store.run(
                "INSERT INTO wecom_items (person_id, account, direction, kind, payload, msgid,"
                " created_at) SELECT r.person_id, r.userid, 'shop', p.kind, p.id,"
                " 'mass' || p.id || '-' || r.person_id, r.sent_at FROM mass_recipients r"
                " JOIN mass_parts p ON p.task_id = r.task_id WHERE r.task_id = ? AND r.userid = ?"
                " AND r.status = 1 AND r.sent_at = ? ORDER BY r.id, p.id",
                *which,
            )
        row = self._store.find(
            "SELECT count(*) AS many FROM mass_recipients"
            " WHERE task_id = ? AND userid = ? AND status = 1 AND sent_at = ?",
            *which,
        )
        return int(row["many"]) if row is not None else 0
