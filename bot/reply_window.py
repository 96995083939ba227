"""When and how often an official account may write to a customer outside a passive reply.

WeChat 客服消息 documentation, in force since 2023-06-12: five messages in the 48 hours after a
customer's message; three in the minute after a follow, a scan or a tap on a menu, the tap on an
option of a menu message included. Windows do not add up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, update

from bot.messages import Kind
from bot.tables import Conversation
from commerce.inserting import affected_rows


@dataclass(frozen=True, slots=True)
class Window:
    """How many messages may be sent, for how long after the customer acted."""

    opened_by: str
    messages: int
    lasts: timedelta


MESSAGE: Final = Window("message", 5, timedelta(hours=48))
MENU: Final = Window("menu", 3, timedelta(minutes=1))
FOLLOW: Final = Window("follow", 3, timedelta(minutes=1))
SCAN: Final = Window("scan", 3, timedelta(minutes=1))
WINDOWS: Final = {window.opened_by: window for window in (MESSAGE, MENU, FOLLOW, SCAN)}
OPENED_BY: Final[dict[Kind, Window]] = {
    "text": MESSAGE,
    "image": MESSAGE,
    "voice": MESSAGE,
    "video": MESSAGE,
    "location": MESSAGE,
    "link": MESSAGE,
    "mini_program_page": MESSAGE,
    "menu_choice": MENU,
    "menu_click": MENU,
    "follow": FOLLOW,
    "scan": SCAN,
}
SAFETY: Final = timedelta(seconds=2)
"""Windows close this much earlier for us: a call takes time to arrive."""


def is_open(conversation: Conversation, now: datetime) -> bool:
    """Whether one more message may be sent now."""
    window = WINDOWS.get(conversation.window_opened_by or "")
    if window is None or conversation.window_opened_at is None:
        return False
    closes_at = conversation.window_opened_at + window.lasts - SAFETY
    return now < closes_at and conversation.window_used < window.messages


def open_window(session: Session, conversation: Conversation, kind: Kind, at: datetime) -> None:
    """Note what the customer did. A message opens afresh; less never shortens more."""
    if kind == "unfollow":
        conversation.window_opened_by = None
    window = OPENED_BY.get(kind)
    if window is None or (window is not MESSAGE and is_open(conversation, at)):
        return
    conversation.window_opened_by = window.opened_by
    conversation.window_opened_at = at
    conversation.window_used = 0
    session.add(conversation)


def use_one(session: Session, conversation_id: int) -> None:
    """Count a message against the window before it is sent."""
    _count(session, conversation_id, 1)


def give_back(session: Session, conversation_id: int) -> None:
    """Return a message that surely was not sent."""
    _count(session, conversation_id, -1)


def _count(session: Session, conversation_id: int, change: int) -> None:
    used = col(Conversation.window_used)
    affected_rows(
        session,
        update(Conversation)
        .where(col(Conversation.id) == conversation_id, used + change >= 0)
        .values(window_used=used + change),
    )
