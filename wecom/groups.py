"""Customer groups (客户群): which there are, who is in them, and how newcomers are led and met."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from wechatpy.client.api.base import BaseWeChatAPI

from wecom.broadcasts import Rows
from wecom.errors import OutcomeUnknown

PAGE: Final = 1_000
"""Groups of one page (获取客户群列表)."""
MOST_OWNERS: Final = 100
"""That one list may be narrowed to (获取客户群列表)."""
SCOPE_TOO_WIDE: Final = 81017
"""More than a thousand people are in sight: the list is had by its owners alone."""
GONE: Final = frozenset({40050, 49008})
"""The group was never there, or is dissolved."""
NO_SUCH_CODE: Final = 41044
_CHAT: Final = "externalcontact/groupchat/"
_WELCOME: Final = "externalcontact/group_welcome_template/"


class WeComGroups(BaseWeChatAPI):  # type: ignore[misc]  # wechatpy is untyped, its own is of 2019
    """WeCom docs 客户群管理 and 入群欢迎语素材管理. Every method raises WeChatError."""

    async def chats(self, owners: Sequence[str] = (), cursor: str = "") -> Rows:
        """A page of the groups there are (获取客户群列表): `chat_id`, `status`.

        `owners`, 100 at most, narrows it to theirs; without them, Refused with `SCOPE_TOO_WIDE`
        says that they are needed.
        """
        wanted: dict[str, Any] = {"status_filter": 0, "limit": PAGE}
        if owners:
            wanted["owner_filter"] = {"userid_list": list(owners)}
        if cursor:
            wanted["cursor"] = cursor
        answer = await self._post(f"{_CHAT}list", data=wanted)
        return Rows(answer.get("group_chat_list") or [], str(answer.get("next_cursor") or ""))

    async def get(self, chat_id: str, *, need_name: bool = False) -> dict[str, Any]:
        """A group (获取客户群详情): `name`, `owner`, `notice`, `create_time`, `member_list`,
        `member_version`.

        Members bear their names only when asked for. Raises Refused with a code of `GONE`.
        """
        wanted = {"chat_id": chat_id, "need_name": int(need_name)}
        answer = await self._post(f"{_CHAT}get", data=wanted)
        group = answer.get("group_chat")
        if not isinstance(group, dict) or not group.get("member_version"):
            raise OutcomeUnknown(f"/cgi-bin/{_CHAT}get: answer without a group")
        return group

    async def add_join_way(self, body: Mapping[str, Any]) -> str:
        """Make a code into groups (配置客户群进群方式); its `config_id`.

        The call has no key: repeated, it makes another code.
        """
        answer = await self._post(f"{_CHAT}add_join_way", data=dict(body))
        return _id_of(answer, "config_id", f"{_CHAT}add_join_way")

    async def join_way(self, config_id: str) -> dict[str, Any]:
        """A code as WeCom has it (获取客户群进群方式配置): `chat_id_list`, to which WeCom adds the
        groups that it makes itself, `room_base_id` and the picture's address `qr_code`."""
        answer = await self._post(f"{_CHAT}get_join_way", data={"config_id": config_id})
        way = answer.get("join_way")
        if not isinstance(way, dict):
            raise OutcomeUnknown(f"/cgi-bin/{_CHAT}get_join_way: answer without a code")
        return way

    async def update_join_way(self, body: Mapping[str, Any]) -> None:
        """Replace all of a code (更新客户群进群方式配置), by its `config_id`; again is harmless."""
        await self._post(f"{_CHAT}update_join_way", data=dict(body))

    async def delete_join_way(self, config_id: str) -> None:
        """A code leads nowhere from now on (删除客户群进群方式配置)."""
        await self._post(f"{_CHAT}del_join_way", data={"config_id": config_id})

    async def add_welcome(self, body: Mapping[str, Any]) -> str:
        """Keep words for newcomers (添加入群欢迎语素材), a hundred in the corp; its `template_id`.

        The call has no key: repeated, it makes another template.
        """
        answer = await self._post(f"{_WELCOME}add", data=dict(body))
        return _id_of(answer, "template_id", f"{_WELCOME}add")

    async def edit_welcome(self, body: Mapping[str, Any]) -> None:
        """Replace words (编辑入群欢迎语素材), by their `template_id`; again is harmless."""
        await self._post(f"{_WELCOME}edit", data=dict(body))

    async def welcome(self, template_id: str) -> dict[str, Any]:
        """Words as WeCom has them (获取入群欢迎语素材): `text` and one attachment."""
        answer: dict[str, Any] = await self._post(
            f"{_WELCOME}get", data={"template_id": template_id}
        )
        return answer

    async def delete_welcome(self, template_id: str) -> None:
        """Take words away (删除入群欢迎语素材); groups that used them greet nobody any more."""
        await self._post(f"{_WELCOME}del", data={"template_id": template_id})


def _id_of(answer: Mapping[str, Any], name: str, api: str) -> str:
    found = answer.get(name)
    if not found:
        raise OutcomeUnknown(f"/cgi-bin/{api}: answer without an id")
    return str(found)
