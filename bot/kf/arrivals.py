"""One entry of a page of messages, as WeCom gives it (微信客服 接收消息和事件)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from bot.errors import BotError
from bot.messages import Incoming, Kind

CUSTOMER: Final = 3
SERVICER: Final = 5
"""`origin`: who wrote. 4 are events; what the API sent never comes back."""
_KINDS: Final[Mapping[str, Kind]] = {
    "text": "text",
    "image": "image",
    "voice": "voice",
    "video": "video",
    "file": "file",
    "location": "location",
    "link": "link",
    "miniprogram": "mini_program_page",
}
_MEDIA: Final = frozenset({"image", "voice", "video", "file"})
_SPOKEN_OF_AS: Final = {
    "image": "[图片]",
    "voice": "[语音]",
    "video": "[视频]",
    "file": "[文件]",
    "location": "[位置]",
    "link": "[链接]",
    "miniprogram": "[小程序]",
    "business_card": "[名片]",
}


class Unreadable(BotError):
    """An entry without what makes it one; nobody can say whose it is."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A message or an event. `about` is what stands under its type's name."""

    key: str
    open_kfid: str
    external_user: str
    origin: int
    kind: str
    """WeCom's `msgtype`; `event` for an event."""
    about: Mapping[str, Any]
    servicer: str
    sent_at: datetime
    fields: Mapping[str, Any]

    @property
    def words(self) -> str:
        """What it says, for people."""
        if self.kind == "text":
            return str(self.about.get("content") or "")
        return _SPOKEN_OF_AS.get(self.kind, "[消息]")

    def incoming(self) -> Incoming:
        """A customer's message in the neutral vocabulary.

        The id of its file stands under `MediaId` as well, as in other channels.
        """
        kind = _KINDS.get(self.kind, "unknown")
        if kind == "text" and self.about.get("menu_id"):
            kind = "menu_choice"
        payload = dict(self.fields)
        if self.kind in _MEDIA and self.about.get("media_id"):
            payload["MediaId"] = str(self.about["media_id"])
        return Incoming(
            key=self.key,
            channel="wecom",
            account=self.open_kfid,
            external_user=self.external_user,
            kind=kind,
            text=self.words if self.kind == "text" else "",
            sent_at=self.sent_at,
            payload=payload,
        )


def read_entry(open_kfid: str, fields: Mapping[str, Any]) -> Entry:
    """One of `msg_list`. Raises Unreadable."""
    try:
        kind = str(fields["msgtype"])
        about = fields.get(kind)
        about = about if isinstance(about, Mapping) else {}
        holder = about if kind == "event" else fields
        return Entry(
            key=key_of(open_kfid, str(fields["msgid"])),
            open_kfid=open_kfid,
            external_user=str(holder.get("external_userid") or ""),
            origin=int(fields.get("origin") or 0),
            kind=kind,
            about=about,
            servicer=str(holder.get("servicer_userid") or ""),
            sent_at=datetime.fromtimestamp(int(fields["send_time"]), UTC),
            fields=fields,
        )
    except (KeyError, ValueError, TypeError, OverflowError, OSError) as error:
        raise Unreadable(type(error).__name__) from error


def key_of(open_kfid: str, msgid: str) -> str:
    """The inbox key of a message."""
    return f"wecom:{open_kfid}:{msgid}"
