"""What became of mass tasks (获取企业的全部群发记录): lists, senders, recipients, page by page."""

import json
from typing import Any

from bot.sandbox.ground import Ground
from bot.sandbox.store import Row
from bot.sandbox.wecom.errors import WeComError
from bot.sandbox.wecom.mass import MassTasks
from bot.sandbox.wecom.paging import cut_page, read_cursor, read_limit
from bot.sandbox.wecom.rules import MASS_LIST_DAYS, MASS_LIST_PAGE, MASS_RESULTS_PAGE
from bot.sandbox.wecom.switches import Switches

type Body = dict[str, Any]

_BY_CORP, _BY_MEMBER, _BY_ANYBODY = 0, 1, 2
_UNSENT, _SENT = 0, 2  # Of a sender; a recipient's 2 means something else.


class MassResults:
    """POST get_groupmsg_list_v2, get_groupmsg_task and get_groupmsg_send_result."""

    def __init__(self, ground: Ground, tasks: MassTasks, switches: Switches) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._tasks = tasks
        self._switches = switches

    def list(self, body: Body) -> Body:
        """A page of tasks made between two times; raises 40058 or 50100."""
        chat_type, since, until = (
            body.get("chat_type"),
            body.get("start_time"),
            body.get("end_time"),
        )
        if chat_type not in ("single", "group"):
            raise WeComError(40058, "chat_type")
        if not isinstance(since, int) or not isinstance(until, int):
            raise WeComError(40058, "start_time, end_time")
        if not 0 <= until - since <= MASS_LIST_DAYS.value:
            raise WeComError(40058, "start_time, end_time")
        wanted = body.get("filter_type", _BY_ANYBODY)
        if wanted not in (_BY_CORP, _BY_MEMBER, _BY_ANYBODY):
            raise WeComError(40058, "filter_type")
        limit = read_limit(body, MASS_LIST_PAGE.value)
        # A task that an API made has no creator, and nobody here makes one by hand.
        by_hand = wanted == _BY_MEMBER or bool(body.get("creator"))
        rows = self._store.rows(
            "SELECT * FROM mass_tasks WHERE chat_type = ? AND created_at BETWEEN ? AND ?"
            " AND id > ? AND NOT ? ORDER BY id LIMIT ?",
            chat_type,
            since,
            until + 1,
            read_cursor(body),
            int(by_hand),
            limit + 1,
        )
        page, cursor = cut_page(rows, limit)
        return {"next_cursor": cursor, "group_msg_list": [_task(row) for row in page]}

    def senders(self, body: Body) -> Body:
        """A page of who is to confirm a task; raises 41046, 41047, 41063 or 50100."""
        task, limit = self._settled(body), read_limit(body, MASS_RESULTS_PAGE.value)
        rows = self._store.rows(
            "SELECT * FROM mass_senders WHERE task_id = ? AND id > ? ORDER BY id LIMIT ?",
            task["id"],
            read_cursor(body),
            limit + 1,
        )
        page, cursor = cut_page(rows, limit)
        return {"next_cursor": cursor, "task_list": [_sender(row) for row in page]}

    def recipients(self, body: Body) -> Body:
        """A page of what became of one sender's recipients, of groups only those sent to.

        Raises 41046, 41047, 40003, 41063 or 50100.
        """
        task, limit = self._settled(body), read_limit(body, MASS_RESULTS_PAGE.value)
        userid, is_group = str(body.get("userid") or ""), task["chat_type"] == "group"
        is_sender = self._store.find(
            "SELECT 1 FROM mass_senders WHERE task_id = ? AND userid = ?", task["id"], userid
        )
        if is_sender is None:
            raise WeComError(40003)
        rows = self._store.rows(
            "SELECT * FROM mass_recipients WHERE task_id = ? AND userid = ? AND id > ?"
            " AND status >= ? ORDER BY id LIMIT ?",
            task["id"],
            userid,
            read_cursor(body),
            int(is_group),
            limit + 1,
        )
        page, cursor = cut_page(rows, limit)
        named = "chat_id" if is_group else "external_userid"
        return {"next_cursor": cursor, "send_list": [_recipient(row, named) for row in page]}

    def _settled(self, body: Body) -> Row:
        task = self._tasks.find(body.get("msgid"))
        if self._clock.timestamp() < task["created_at"] + self._switches.dispatch_seconds:
            raise WeComError(41063)
        return task


def _task(row: Row) -> Body:
    kept = json.loads(row["body"])
    said = {"text": kept["text"]} if kept["text"] else {}
    return {
        "msgid": row["msgid"],
        "create_time": str(int(row["created_at"])),
        "create_type": _BY_CORP,
        **said,
        "attachments": kept["attachments"],
    }


def _sender(row: Row) -> Body:
    if row["sent_at"] is None:
        return {"userid": row["userid"], "status": _UNSENT}
    return {"userid": row["userid"], "status": _SENT, "send_time": int(row["sent_at"])}


def _recipient(row: Row, name: str) -> Body:
    sent = {"send_time": int(row["sent_at"])} if row["status"] == 1 else {}
    return {name: row["target"], "userid": row["userid"], "status": row["status"], **sent}
