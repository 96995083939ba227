"""What the shop may read of moments (获取客户朋友圈全部的发表记录), page by page."""

import json
from typing import Any

from bot.sandbox.ground import Ground
from bot.sandbox.store import Row
from bot.sandbox.wecom.errors import WeComError
from bot.sandbox.wecom.moments import Moments
from bot.sandbox.wecom.paging import cut_page, read_cursor, read_limit
from bot.sandbox.wecom.rules import (
    MOMENT_LIST_DAYS,
    MOMENT_LIST_PAGE,
    MOMENT_SENT_PAGE,
    MOMENT_TASK_PAGE,
)
from bot.sandbox.wecom.switches import Switches

type Body = dict[str, Any]

_BY_CORP, _BY_MEMBER, _BY_ANYBODY = 0, 1, 2


class MomentReads:
    """POST get_moment_list, get_moment_task, get_moment_customer_list, get_moment_send_result."""

    def __init__(self, ground: Ground, moments: Moments, switches: Switches) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._moments = moments
        self._switches = switches

    def made(self, body: Body) -> Body:
        """A page of moments made between two times; raises 40058 or 50100.

        The corp's are among them as soon as they are made, members' own with their `creator`.
        """
        since, until = body.get("start_time"), body.get("end_time")
        if not isinstance(since, int) or not isinstance(until, int):
            raise WeComError(40058, "start_time, end_time")
        wanted = body.get("filter_type", _BY_ANYBODY)
        is_span = 0 <= until - since <= MOMENT_LIST_DAYS.value
        if not is_span or wanted not in (_BY_CORP, _BY_MEMBER, _BY_ANYBODY):
            raise WeComError(40058, "start_time, end_time, filter_type")
        limit = read_limit(body, MOMENT_LIST_PAGE.value)
        rows = self._store.rows(
            "SELECT m.*, c.userid AS creator FROM moments m"
            " LEFT JOIN moment_creators c ON c.moment = m.id"
            " WHERE m.created_at BETWEEN ? AND ? AND m.id > ?"
            " AND (c.userid IS NOT NULL OR m.created_at <= ?)"
            " AND m.id IN (SELECT moment FROM moment_senders)"
            " AND ? IN (2, c.userid IS NOT NULL) AND ? IN ('', c.userid)"
            " ORDER BY m.id LIMIT ?",
            since,
            until + 1,
            read_cursor(body),
            self._clock.timestamp() - self._switches.dispatch_seconds,
            wanted,
            str(body.get("creator") or ""),
            limit + 1,
        )
        page, cursor = cut_page(rows, limit)
        return {"next_cursor": cursor, "moment_list": [_moment(row) for row in page]}

    def senders(self, body: Body) -> Body:
        """A page of who is to publish a moment of the corp; raises 41059, 41060 or 50100.

        Who had not when it was stopped stays 未发表.
        """
        moment = self._moments.find_of_corp(body.get("moment_id"))
        limit = read_limit(body, MOMENT_TASK_PAGE.value)
        rows = self._store.rows(
            "SELECT * FROM moment_senders WHERE moment = ? AND id > ? ORDER BY id LIMIT ?",
            moment["id"],
            read_cursor(body),
            limit + 1,
        )
        page, cursor = cut_page(rows, limit)
        listed = [
            {"userid": row["userid"], "publish_status": int(row["published_at"] is not None)}
            for row in page
        ]
        return {"next_cursor": cursor, "task_list": listed}

    def chosen(self, body: Body) -> Body:
        """A page of who may see a member's moment; raises 41059, 41060, 41061 or 50100."""
        page, cursor = self._viewers(body, MOMENT_TASK_PAGE.value)
        listed = [
            {"userid": row["userid"], "external_userid": row["external_userid"]} for row in page
        ]
        return {"next_cursor": cursor, "customer_list": listed}

    def reached(self, body: Body) -> Body:
        """A page of whom a published moment reached; 41062 besides while it is not published."""
        moment = self._moments.find(body.get("moment_id"))
        if self._sender(moment, body)["published_at"] is None:
            raise WeComError(41062)
        page, cursor = self._viewers(body, MOMENT_SENT_PAGE.value)
        listed = [{"external_userid": row["external_userid"]} for row in page]
        return {"next_cursor": cursor, "customer_list": listed}

    def _viewers(self, body: Body, sizes: dict[str, int]) -> tuple[list[Row], str]:
        moment, limit = self._moments.find(body.get("moment_id")), read_limit(body, sizes)
        sender = self._sender(moment, body)
        rows = self._store.rows(
            "SELECT v.id, v.userid, p.external_userid FROM moment_viewers v"
            " JOIN wecom_people p ON p.id = v.person_id WHERE v.moment = ? AND v.userid = ?"
            " AND v.id > ? ORDER BY v.id LIMIT ?",
            moment["id"],
            sender["userid"],
            read_cursor(body),
            limit + 1,
        )
        return cut_page(rows, limit)

    def _sender(self, moment: Row, body: Body) -> Row:
        row = self._store.find(
            "SELECT * FROM moment_senders WHERE moment = ? AND userid = ?",
            moment["id"],
            str(body.get("userid")),
        )
        if row is None:
            raise WeComError(41061)
        return row


def _moment(row: Row) -> Body:
    kept = json.loads(row["body"])
    shown: Body = {
        "moment_id": row["moment_id"],
        "create_time": int(row["created_at"]),
        "create_type": _BY_CORP if row["creator"] is None else _BY_MEMBER,
        "visible_type": int(row["tags"] == "[]"),
    }
    if row["creator"] is not None:
        shown["creator"] = row["creator"]
    if kept["text"]:
        shown["text"] = {"content": kept["text"]}
    for each in kept["attachments"]:
        if each["msgtype"] == "image":
            shown.setdefault("image", []).append({"media_id": each["image"]["media_id"]})
        else:
            shown[each["msgtype"]] = each[each["msgtype"]]
    return shown
