"""What the shop may read of customer groups (获取客户群列表, 获取客户群详情)."""

import json
from typing import Any

from bot.sandbox.ground import Ground
from bot.sandbox.store import Row
from bot.sandbox.wecom.errors import WeComError
from bot.sandbox.wecom.groups import Groups, member_version
from bot.sandbox.wecom.paging import cut_page, read_cursor
from bot.sandbox.wecom.rules import GROUPS_OWNERS, GROUPS_PAGE, GROUPS_SCOPE

type Body = dict[str, Any]

_FOLLOWED = 0  # 跟进人正常: nobody leaves this corp, so no group waits for an heir.
_STATUSES = (0, 1, 2, 3)
_STAFF, _CUSTOMER = 1, 2


class GroupReads:
    """POST externalcontact/groupchat/list and externalcontact/groupchat/get."""

    def __init__(self, ground: Ground, groups: Groups) -> None:
        self._store = ground.store
        self._groups = groups

    def list(self, body: Body) -> Body:
        """A page of groups, of some owners or of all; raises 40058, 50100 or 81017."""
        limit, after = body.get("limit"), read_cursor(body)
        if not isinstance(limit, int) or not 1 <= limit <= GROUPS_PAGE.value:
            raise WeComError(40058, "limit")
        status, owners = body.get("status_filter", 0), self._owners(body)
        if status not in _STATUSES:
            raise WeComError(40058, "status_filter")
        rows = self._store.rows(
            "SELECT rowid AS id, chat_id FROM wecom_groups WHERE dismissed_at IS NULL"
            " AND (? = '[]' OR owner IN (SELECT value FROM json_each(?)))"
            " AND rowid > ? AND ? = 0 ORDER BY rowid LIMIT ?",
            owners,
            owners,
            after,
            status,
            limit + 1,
        )
        page, cursor = cut_page(rows, limit)
        listed = [{"chat_id": row["chat_id"], "status": _FOLLOWED} for row in page]
        return {"group_chat_list": listed, **({"next_cursor": cursor} if cursor else {})}

    def get(self, body: Body) -> Body:
        """A group and everybody in it; raises 40058, 40050 or 49008."""
        if not body.get("chat_id"):
            raise WeComError(40058, "chat_id")
        group = self._groups.get(body["chat_id"])
        members = self._groups.members(group["chat_id"])
        with_name = body.get("need_name") == 1
        return {
            "group_chat": {
                "chat_id": group["chat_id"],
                "name": group["name"],
                "owner": group["owner"],
                "create_time": int(group["created_at"]),
                "notice": group["notice"],
                "member_list": [_member(row, with_name=with_name) for row in members],
                "admin_list": [{"userid": row["userid"]} for row in members if row["is_admin"]],
                "member_version": member_version(group),
            }
        }

    def _owners(self, body: Body) -> str:
        wanted = body.get("owner_filter")
        userids = wanted.get("userid_list") if isinstance(wanted, dict) else None
        if userids:
            if not isinstance(userids, list) or len(userids) > GROUPS_OWNERS.value:
                raise WeComError(40058, "owner_filter")
            return json.dumps(userids)
        staff = self._store.find("SELECT count(*) AS many FROM wecom_staff")
        if staff is not None and staff["many"] > GROUPS_SCOPE.value:
            raise WeComError(81017)
        return "[]"


def _member(row: Row, *, with_name: bool) -> Body:
    shown: Body = {
        "userid": row["userid"],
        "type": _STAFF if row["person_id"] is None else _CUSTOMER,
        "join_time": int(row["joined_at"]),
        "join_scene": row["join_scene"],
        "group_nickname": "",
    }
    if row["invitor"]:
        shown["invitor"] = {"userid": row["invitor"]}
    if row["unionid"]:
        shown["unionid"] = row["unionid"]
    if row["state"]:
        shown["state"] = row["state"]
    return {**shown, "name": row["name"]} if with_name else shown
