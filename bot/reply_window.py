"""When and how often the shop may write to a customer, channel by channel.

* An official account, outside of passive replies (WeChat 客服消息 documentation, in force since
  2023-06-12): five messages in the 48 hours after a customer's message; three in the minute after a
  follow, a scan or a tap on a menu, the tap on an option of a menu message included.
* A mini-program (小程序客服消息): five in the 48 hours after a message, two in the minute after the
  customer entered the conversation.
* WeCom's customer service (微信客服 发送消息): five in the 48 hours after a message; the tap on an
  option is a message there, and entering allows nothing but the welcome by its code.

Windows do not add up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import bindparam, update
from sqlmodel import Session, SQLModel

from bot.messages import Incoming, Kind
from bot.tables import Conversation
from commerce.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Window:
    """How many messages may be sent, for how long after the customer acted."""

    opened_by: str
    messages: int
    lasts: timedelta


class HasWindow(Protocol):
    """What is known of a conversation's present window."""

    @property
    def channel(self) -> str: ...
    @property
    def window_opened_by(self) -> str | None: ...
    @property
    def window_opened_at(self) -> datetime | None: ...
    @property
    def window_used(self) -> int: ...


type Opened = tuple[str | None, datetime | None, int]
"""What opened the window, when, and how many messages were sent in it."""

MESSAGE: Final = Window("message", 5, timedelta(hours=48))
MENU: Final = Window("menu", 3, timedelta(minutes=1))
FOLLOW: Final = Window("follow", 3, timedelta(minutes=1))
SCAN: Final = Window("scan", 3, timedelta(minutes=1))
ENTER: Final = Window("enter", 2, timedelta(minutes=1))
WINDOWS: Final = {each.opened_by: each for each in (MESSAGE, MENU, FOLLOW, SCAN, ENTER)}
_WRITTEN: Final[tuple[Kind, ...]] = (
    "text",
    "image",
    "voice",
    "video",
    "location",
    "link",
    "file",
    "mini_program_page",
)
_A_MESSAGE: Final[Mapping[Kind, Window]] = dict.fromkeys(_WRITTEN, MESSAGE)
OPENED_BY: Final[Mapping[str, Mapping[Kind, Window]]] = {
    "official_account": {
        **_A_MESSAGE,
        "menu_choice": MENU,
        "menu_click": MENU,
        "follow": FOLLOW,
        "scan": SCAN,
    },
    "mini_program": {**_A_MESSAGE, "enter": ENTER},
    "wecom": {**_A_MESSAGE, "menu_choice": MESSAGE, "unknown": MESSAGE},
}
SCARCE: Final = 2
"""Room for so many messages or fewer is left to conversations, and to the news that comes of what
customers are reminded of."""
SAFETY: Final = timedelta(seconds=2)
"""Windows close this much earlier for us: a call takes time to arrive."""


def is_open(conversation: HasWindow, now: datetime) -> bool:
    """Whether one more message may be sent now."""
    return room(conversation, now) > 0


def room(conversation: HasWindow, now: datetime) -> int:
    """How many more messages may be sent now."""
    window = WINDOWS.get(conversation.window_opened_by or "")
    if window is None or conversation.window_opened_at is None:
        return 0
    closes_at = conversation.window_opened_at + window.lasts - SAFETY
    return max(0, window.messages - conversation.window_used) if now < closes_at else 0


def after(conversation: HasWindow, kind: Kind, at: datetime) -> Opened:
    """The window after what the customer did: afresh, but a tap never shortens a message's."""
    present = (
        conversation.window_opened_by,
        conversation.window_opened_at,
        conversation.window_used,
    )
    if kind == "unfollow":
        return (None, None, 0)
    window = OPENED_BY.get(conversation.channel, {}).get(kind)
    if window is None:
        return present
    has_more = conversation.window_opened_by == MESSAGE.opened_by and is_open(conversation, at)
    if window is not MESSAGE and has_more:
        return present
    return (window.opened_by, at, 0)


def begins_at(incoming: Incoming, received_at: datetime) -> datetime:
    """When the window opens that a message opens.

    WeCom hands messages over when we ask for them, which may be long after they were sent.
    """
    return min(incoming.sent_at, received_at) if incoming.channel == "wecom" else received_at


def use_one(session: Session, conversation_id: int, speaker: str, epoch: int) -> bool:
    """Count a message against the window before it is sent; false when it is not `speaker`'s turn.

    Whoever takes the conversation over waits for the end of this transaction, or was before it.
    """
    return _USE.run(session, wanted=conversation_id, speaker=speaker, seen=epoch) == 1


def give_back(session: Session, conversation_id: int) -> None:
    """Return a message that surely was not sent."""
    _GIVE_BACK.run(session, wanted=conversation_id)


_TABLE = SQLModel.metadata.tables[Conversation.__tablename__]
_USE: Final = Prepared(
    update(_TABLE)
    .where(
        _TABLE.c.id == bindparam("wanted"),
        _TABLE.c.owner == bindparam("speaker"),
        _TABLE.c.epoch == bindparam("seen"),
    )
    .values(window_used=_TABLE.c.window_used + 1)
)
_GIVE_BACK: Final = Prepared(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("wanted"), _TABLE.c.window_used > 0)
    .values(window_used=_TABLE.c.window_used - 1)
)
