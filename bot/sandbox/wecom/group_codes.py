"""Codes by which customers come into groups (客户群「加入群聊」管理)."""

import json
import secrets
from typing import Any

from bot.sandbox.errors import SandboxRefused
from bot.sandbox.ground import Ground
from bot.sandbox.wecom.errors import WeComError
from bot.sandbox.wecom.groups import BY_CODE, Groups
from bot.sandbox.wecom.rules import (
    GROUP_PEOPLE,
    JOIN_GROUPS,
    JOIN_NAME_CHARACTERS,
    JOIN_REMARK_CHARACTERS,
    JOIN_STATE_CHARACTERS,
)

type Body = dict[str, Any]

_IN_MINI_PROGRAM, _AS_PICTURE = 1, 2


class GroupCodes:
    """The four paths below externalcontact/groupchat/ that end in join_way."""

    def __init__(self, ground: Ground, groups: Groups) -> None:
        self._store = ground.store
        self._groups = groups

    def put(self, body: Body, config_id: str = "") -> str:
        """A code, new or changed; its config_id. Raises 41044, 40058, 40050 or 49008."""
        if config_id:
            self._find(config_id)
        way = self._checked(body)
        config_id = config_id or secrets.token_hex(16)
        self._keep(config_id, way)
        return config_id

    def get(self, config_id: object) -> Body:
        """A code as `join_way` shows it; raises 41044."""
        way = self._find(config_id)
        picture = f"https://wework.qpic.cn/wwpic/{config_id}/0"
        shown = {"qr_code": picture} if way["scene"] == _AS_PICTURE else {}
        return {"config_id": config_id, **way, **shown}

    def delete(self, config_id: object) -> None:
        """The code leads nowhere from then on; raises 41044."""
        self._find(config_id)
        self._store.run("DELETE FROM wecom_join_ways WHERE config_id = ?", str(config_id))

    def list_all(self) -> list[Body]:
        """Every code."""
        rows = self._store.rows("SELECT config_id FROM wecom_join_ways ORDER BY rowid")
        return [self.get(row["config_id"]) for row in rows]

    def scan(self, person_id: int, config_id: str) -> str:
        """Come into the first of the code's groups that has room; its chat_id.

        When all are full, a new one is made if the code says so.
        """
        way = self._find(config_id)
        with self._store.transaction():
            chat_id = self._roomy(way) or self._begin_another(config_id, way)
            self._groups.join(chat_id, [person_id], BY_CODE, state=way["state"])
        return chat_id

    def _roomy(self, way: Body) -> str:
        for chat_id in way["chat_id_list"]:
            row = self._store.find(
                "SELECT count(m.userid) AS people FROM wecom_groups g"
                " JOIN wecom_group_members m ON m.chat_id = g.chat_id"
                " WHERE g.chat_id = ? AND g.dismissed_at IS NULL",
                chat_id,
            )
            if row is not None and 0 < row["people"] < GROUP_PEOPLE.value:
                return str(chat_id)
        return ""

    def _begin_another(self, config_id: str, way: Body) -> str:
        if not way["auto_create_room"]:
            raise SandboxRefused("every group of the code is full")
        first = self._store.find(
            "SELECT name, owner FROM wecom_groups WHERE chat_id = ?", way["chat_id_list"][0]
        )
        if first is None:
            raise SandboxRefused("the code's groups are gone")
        number = way["room_base_id"]
        name = f"{way['room_base_name']}{number}" if way["room_base_name"] else first["name"]
        group = self._groups.create(name, first["owner"], [])
        kept = [*way["chat_id_list"], group["chat_id"]][-JOIN_GROUPS.value :]
        self._keep(config_id, {**way, "chat_id_list": kept, "room_base_id": number + 1})
        return str(group["chat_id"])

    def _find(self, config_id: object) -> Body:
        row = self._store.find(
            "SELECT body FROM wecom_join_ways WHERE config_id = ?", str(config_id)
        )
        if row is None:
            raise WeComError(41044)
        way: Body = json.loads(row["body"])
        return way

    def _keep(self, config_id: str, way: Body) -> None:
        self._store.run(
            "INSERT OR REPLACE INTO wecom_join_ways (config_id, body) VALUES (?, ?)",
            config_id,
            json.dumps(way, ensure_ascii=False),
        )

    def _checked(self, body: Body) -> Body:
        chat_ids = body.get("chat_id_list")
        if not isinstance(chat_ids, list) or not 1 <= len(chat_ids) <= JOIN_GROUPS.value:
            raise WeComError(40058, "chat_id_list")
        for chat_id in chat_ids:
            self._groups.get(chat_id)
        if body.get("scene") not in (_IN_MINI_PROGRAM, _AS_PICTURE):
            raise WeComError(40058, "scene")
        state, name = str(body.get("state", "")), str(body.get("room_base_name", ""))
        if len(state) > JOIN_STATE_CHARACTERS.value:
            raise WeComError(40058, "state")
        if len(name) > JOIN_NAME_CHARACTERS.value:
            raise WeComError(40058, "room_base_name")
        return {
            "scene": body["scene"],
            "remark": str(body.get("remark", ""))[: JOIN_REMARK_CHARACTERS.value],
            "auto_create_room": int(body.get("auto_create_room", 1)),
            "room_base_name": name,
            "room_base_id": int(body.get("room_base_id", 1)),
            "chat_id_list": [str(each) for each in chat_ids],
            "state": state,
        }
