"""What WeCom tells by its callback: system events, which all come from `sys`.

WeCom docs 微信客服 接收消息和事件, 客户联系 事件格式, 模板卡片事件推送.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from wecom.xml import JSON

type Fields = Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class KfPoked:
    """An account of 微信客服 has something new. `token` lets it be read freely for ten minutes."""

    open_kfid: str
    token: str


@dataclass(frozen=True, slots=True)
class ContactAdded:
    """A customer and one of the corp's people added each other."""

    userid: str
    external_userid: str
    state: str
    """Of the code that the customer came by."""
    welcome_code: str
    """Good for one message within 20 seconds; empty when the back office welcomes by itself."""
    is_half: bool
    """The customer has added somebody who has not confirmed it yet."""
    at: datetime


@dataclass(frozen=True, slots=True)
class ContactEdited:
    """Remark, tags or the like of a contact were changed."""

    userid: str
    external_userid: str


@dataclass(frozen=True, slots=True)
class ContactDeleted:
    """One of the two deleted the other."""

    userid: str
    external_userid: str
    by_customer: bool
    source: str
    """`DELETE_BY_TRANSFER` when the contact went to a colleague."""


@dataclass(frozen=True, slots=True)
class TransferFailed:
    """A contact did not go over to a colleague."""

    userid: str
    external_userid: str
    reason: str
    """`customer_refused` or `customer_limit_exceed`."""


@dataclass(frozen=True, slots=True)
class ChatChanged:
    """A customer group was made, changed or dissolved."""

    chat_id: str
    change: str
    """`create`, `update` or `dismiss`."""
    detail: str
    """Of an update: `add_member`, `del_member`, `change_owner`, `change_name`, `change_notice`."""
    members: tuple[str, ...]
    """Who joined or left."""
    scene: str
    """How they joined (0 invited, 3 by code) or left (0 by themselves, 1 removed)."""
    last_version: str
    version: str


@dataclass(frozen=True, slots=True)
class CardTapped:
    """Somebody of the corp tapped a button of an app card. `response_code` changes the card."""

    userid: str
    key: str
    task_id: str
    response_code: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything else; its fields are kept as received."""

    name: str


type Event = (
    KfPoked
    | ContactAdded
    | ContactEdited
    | ContactDeleted
    | TransferFailed
    | ChatChanged
    | CardTapped
    | Unknown
)


def event_of(fields: Fields) -> Event:
    """The event that these fields tell; Unknown for one that nobody knows yet."""
    name = _word(fields, "Event")
    read = _READERS.get(name)
    return Unknown(name or _word(fields, "MsgType")) if read is None else read(fields)


def _kf(fields: Fields) -> Event:
    return KfPoked(_word(fields, "OpenKfId"), _word(fields, "Token"))


def _contact(fields: Fields) -> Event:
    change = _word(fields, "ChangeType")
    userid, external_userid = _word(fields, "UserID"), _word(fields, "ExternalUserID")
    match change:
        case "add_external_contact" | "add_half_external_contact":
            return ContactAdded(
                userid,
                external_userid,
                _word(fields, "State"),
                _word(fields, "WelcomeCode"),
                is_half=change == "add_half_external_contact",
                at=_moment(fields),
            )
        case "edit_external_contact":
            return ContactEdited(userid, external_userid)
        case "del_external_contact" | "del_follow_user":
            by_customer = change == "del_follow_user"
            return ContactDeleted(userid, external_userid, by_customer, _word(fields, "Source"))
        case "transfer_fail":
            return TransferFailed(userid, external_userid, _word(fields, "FailReason"))
    return Unknown(f"change_external_contact:{change}")


def _chat(fields: Fields) -> Event:
    return ChatChanged(
        chat_id=_word(fields, "ChatId"),
        change=_word(fields, "ChangeType"),
        detail=_word(fields, "UpdateDetail"),
        members=_members(fields.get("MemChangeList")),
        scene=_word(fields, "JoinScene") or _word(fields, "QuitScene"),
        last_version=_word(fields, "LastMemVer"),
        version=_word(fields, "CurMemVer"),
    )


def _card(fields: Fields) -> Event:
    return CardTapped(
        userid=_word(fields, "FromUserName"),
        key=_word(fields, "EventKey"),
        task_id=_word(fields, "TaskId"),
        response_code=_word(fields, "ResponseCode"),
    )


def _members(listed: JSON | None) -> tuple[str, ...]:
    """From `<Item>` elements as documented, or from a comma-separated text as others have seen."""
    if isinstance(listed, Mapping):
        items = listed.get("Item")
        return tuple(str(each) for each in items) if isinstance(items, list) else ()
    if isinstance(listed, str):
        return tuple(filter(None, map(str.strip, listed.split(","))))
    return ()


def _moment(fields: Fields) -> datetime:
    """When it happened, to the second; the beginning of time when nobody says."""
    written = _word(fields, "CreateTime")
    seconds = int(written) if written.isascii() and written.isdecimal() else 0
    return datetime.fromtimestamp(min(seconds, _LATEST), UTC)


def _word(fields: Fields, name: str) -> str:
    value = fields.get(name, "")
    return value if isinstance(value, str) else ""


_LATEST: Final = 253_402_300_799
_READERS: Final[Mapping[str, Callable[[Fields], Event]]] = {
    "kf_msg_or_event": _kf,
    "change_external_contact": _contact,
    "change_external_chat": _chat,
    "template_card_event": _card,
}
