"""Customers who added one of the corp's people (客户联系)."""

from collections.abc import Mapping, Sequence
from typing import Any

from wechatpy.client.api.base import BaseWeChatAPI

from wecom.errors import OutcomeUnknown


class WeComContacts(BaseWeChatAPI):  # type: ignore[misc]  # wechatpy is untyped, its own is of 2019
    """WeCom docs 客户联系. Every method raises WeChatError."""

    async def send_welcome(self, body: Mapping[str, Any]) -> None:
        """Welcome a new contact by the event's code (发送新客户欢迎语): once, within 20 seconds.

        Raises Refused with FINISHED when the code has lapsed or another app was first.
        """
        await self._post("externalcontact/send_welcome_msg", data=dict(body))

    async def get(self, external_userid: str) -> dict[str, Any]:
        """A contact (获取客户详情): `external_contact` with `unionid`, `follow_user` with `userid`,
        `remark`, `state` and `tags` of each who has them."""
        answer: dict[str, Any] = await self._get(
            "externalcontact/get", params={"external_userid": external_userid}
        )
        return answer

    async def follow_users(self) -> list[str]:
        """The people of the corp who may have contacts (获取配置了客户联系功能的成员列表)."""
        answer = await self._get("externalcontact/get_follow_user_list")
        return [str(each) for each in answer.get("follow_user") or []]

    async def corp_tags(self) -> list[dict[str, Any]]:
        """The corp's tags (获取企业标签库): groups with `group_name` and `tag` of `id`, `name`."""
        answer = await self._post("externalcontact/get_corp_tag_list", data={})
        return list(answer.get("tag_group") or [])

    async def add_corp_tag(self, group: str, names: Sequence[str]) -> dict[str, str]:
        """Make tags in a group (添加企业客户标签); each name's id."""
        wanted = {"group_name": group, "tag": [{"name": name} for name in names]}
        answer = await self._post("externalcontact/add_corp_tag", data=wanted)
        made = (answer.get("tag_group") or {}).get("tag") or []
        return {str(each["name"]): str(each["id"]) for each in made}

    async def mark_tags(
        self, userid: str, external_userid: str, add: Sequence[str], remove: Sequence[str]
    ) -> None:
        """Tag a contact with the corp's tags, and untag (编辑客户企业标签); again is harmless."""
        wanted: dict[str, Any] = {"userid": userid, "external_userid": external_userid}
        if add:
            wanted["add_tag"] = list(add)
        if remove:
            wanted["remove_tag"] = list(remove)
        await self._post("externalcontact/mark_tag", data=wanted)

    async def add_way(self, body: Mapping[str, Any]) -> tuple[str, str]:
        """Make a code (配置客户联系「联系我」方式); its `config_id` and its picture's address."""
        answer = await self._post("externalcontact/add_contact_way", data=dict(body))
        config_id = answer.get("config_id")
        if not config_id:
            raise OutcomeUnknown("/cgi-bin/externalcontact/add_contact_way: answer without an id")
        return str(config_id), str(answer.get("qr_code", ""))

    async def update_way(self, body: Mapping[str, Any]) -> None:
        """Change a code (更新企业已配置的「联系我」方式), by its `config_id`; again is harmless."""
        await self._post("externalcontact/update_contact_way", data=dict(body))
