"""Messages of the corp's own app to its people, with buttons (发送应用消息)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wechatpy.client.api.base import BaseWeChatAPI

DUPLICATE_SECONDS: Final = 1800
"""Within so long the same card to the same people is sent once."""


@dataclass(frozen=True, slots=True)
class SentCard:
    """A card that was sent. `response_code` changes it once, for 72 hours."""

    msgid: str
    response_code: str
    invalid_users: tuple[str, ...] = ()


class AppMessages(BaseWeChatAPI):  # type: ignore[misc]  # wechatpy is untyped, its own is of 2019
    """WeCom docs 发送应用消息, 更新模版卡片消息. Every method raises WeChatError."""

    async def send_card(
        self, agent_id: str, userids: Sequence[str], card: Mapping[str, Any]
    ) -> SentCard:
        """Send a `template_card`; the same one again within half an hour is dropped there."""
        wanted = {
            "touser": "|".join(userids),
            "msgtype": "template_card",
            "agentid": int(agent_id),
            "template_card": dict(card),
            "enable_duplicate_check": 1,
            "duplicate_check_interval": DUPLICATE_SECONDS,
        }
        answer = await self._post("message/send", data=wanted)
        invalid = tuple(filter(None, str(answer.get("invaliduser") or "").split("|")))
        return SentCard(
            str(answer.get("msgid", "")), str(answer.get("response_code") or ""), invalid
        )

    async def send_text(self, agent_id: str, userids: Sequence[str], content: str) -> None:
        """Send plain words."""
        wanted = {
            "touser": "|".join(userids),
            "msgtype": "text",
            "agentid": int(agent_id),
            "text": {"content": content},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": DUPLICATE_SECONDS,
        }
        await self._post("message/send", data=wanted)

    async def update_card(
        self, agent_id: str, userids: Sequence[str], response_code: str, replace_name: str
    ) -> None:
        """Put words in the place of a card's buttons, for these people."""
        wanted = {
            "userids": list(userids),
            "agentid": int(agent_id),
            "response_code": response_code,
            "button": {"replace_name": replace_name},
        }
        await self._post("message/update_template_card", data=wanted)
