"""Customer service in WeCom (微信客服): its messages are fetched, its sessions have states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wechatpy.client.api.base import BaseWeChatAPI

from wecom.errors import OutcomeUnknown

A_PAGE: Final = 1000
"""Messages that one call gives at most (微信客服 读取消息)."""


@dataclass(frozen=True, slots=True)
class KfPage:
    """What came since a cursor. `has_more` may be true of a page without messages."""

    next_cursor: str
    has_more: bool
    messages: Sequence[dict[str, Any]]
    """As WeCom has them, oldest first."""


@dataclass(frozen=True, slots=True)
class KfState:
    """A session's state: 0 new, 1 the bot's, 2 in the pool, 3 a servicer's, 4 ended."""

    state: int
    servicer: str
    """Who has it; empty except in state 3."""


@dataclass(frozen=True, slots=True)
class Servicer:
    """Somebody who may take customers of an account."""

    userid: str
    is_receiving: bool


class WeComKf(BaseWeChatAPI):  # type: ignore[misc]  # wechatpy is untyped, and has no such API
    """WeCom docs 微信客服. Every method raises WeChatError."""

    async def sync(
        self, open_kfid: str, cursor: str, token: str = "", limit: int = A_PAGE
    ) -> KfPage:
        """The messages since `cursor`; an empty one begins three days ago.

        `token` is a callback's, good for ten minutes; without one the call is strictly limited.
        Reading again changes nothing. Raises Refused with RESYNC for a token that has lapsed.
        """
        wanted: dict[str, Any] = {"open_kfid": open_kfid, "limit": limit, "voice_format": 0}
        wanted |= {name: value for name, value in (("cursor", cursor), ("token", token)) if value}
        answer = await self._post("kf/sync_msg", data=wanted)
        messages = answer.get("msg_list") or []
        if not isinstance(messages, list):
            raise OutcomeUnknown("/cgi-bin/kf/sync_msg: answer without messages")
        next_cursor = str(answer.get("next_cursor") or cursor)
        return KfPage(next_cursor, answer.get("has_more") == 1, messages)

    async def send(self, body: Mapping[str, Any]) -> str:
        """Send a message (发送消息); its `msgid`, ours if `body` brings one: then a repetition
        under it is absorbed."""
        return str((await self._post("kf/send_msg", data=dict(body))).get("msgid", ""))

    async def send_on_event(self, body: Mapping[str, Any]) -> str:
        """Send by the code of an event (发送欢迎语等事件响应消息); each code is good once."""
        return str((await self._post("kf/send_msg_on_event", data=dict(body))).get("msgid", ""))

    async def state(self, open_kfid: str, external_userid: str) -> KfState:
        """Where a session is (获取会话状态)."""
        wanted = {"open_kfid": open_kfid, "external_userid": external_userid}
        answer = await self._post("kf/service_state/get", data=wanted)
        state = answer.get("service_state")
        if not isinstance(state, int):
            raise OutcomeUnknown("/cgi-bin/kf/service_state/get: answer without a state")
        return KfState(state, str(answer.get("servicer_userid") or ""))

    async def move(
        self, open_kfid: str, external_userid: str, state: int, servicer: str = ""
    ) -> str:
        """Change a session's state (变更会话状态); the code for a message about it, or nothing."""
        wanted: dict[str, Any] = {
            "open_kfid": open_kfid,
            "external_userid": external_userid,
            "service_state": state,
        }
        if servicer:
            wanted["servicer_userid"] = servicer
        return str((await self._post("kf/service_state/trans", data=wanted)).get("msg_code") or "")

    async def accounts(self) -> list[dict[str, Any]]:
        """The accounts that the app may use (获取客服账号列表): `open_kfid`, `name` …"""
        answer = await self._post("kf/account/list", data={"offset": 0, "limit": 100})
        return list(answer.get("account_list") or [])

    async def servicers(self, open_kfid: str) -> list[Servicer]:
        """Who may take customers of an account (获取接待人员列表).

        The list says 0 of somebody who takes customers, where events say 1.
        """
        answer = await self._get("kf/servicer/list", params={"open_kfid": open_kfid})
        return [
            Servicer(str(each["userid"]), each.get("status") == 0)
            for each in answer.get("servicer_list") or []
            if each.get("userid")
        ]

    async def add_contact_way(self, open_kfid: str, scene: str) -> str:
        """A link into an account (获取客服账号链接); `scene` has 32 bytes at most."""
        wanted = {"open_kfid": open_kfid, "scene": scene}
        return str((await self._post("kf/add_contact_way", data=wanted)).get("url", ""))

    async def customers(self, external_userids: Sequence[str]) -> list[dict[str, Any]]:
        """Who customers are (获取客户基础信息), a hundred at most: `external_userid`, `nickname`,
        and `unionid` where the corp is bound to an open-platform account."""
        wanted = {"external_userid_list": list(external_userids), "need_enter_session_context": 0}
        answer = await self._post("kf/customer/batchget", data=wanted)
        return list(answer.get("customer_list") or [])
