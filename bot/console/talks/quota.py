"""How many messages may still be sent to a customer, and why there are none left."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot import reply_window
from bot.reply_window import HasWindow
from bot.tables import OutboxMessage, OutboxState
from commerce.shanghai import SHANGHAI

NEVER_WROTE: Final = "对方还没说过话，微信不让商家先开口"
OVER: Final = "距离对方上一句太久了，要等对方再开口才能发"
USED_UP: Final = "微信限定的{most}条已经用完，要等对方再开口才能发"


class HasTalk(HasWindow, Protocol):
    """What is known of a conversation: its row, or what was read of it."""

    @property
    def id(self) -> int | None: ...
    @property
    def owner(self) -> str: ...
    @property
    def epoch(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Quota:
    """What the platform still allows. `why_not` is empty while something may be sent."""

    left: int
    until: datetime | None
    why_not: str = ""

    @property
    def until_words(self) -> str:
        """`11月25日 12:00`, in Shanghai; empty where nothing is open."""
        if self.until is None:
            return ""
        local = self.until.astimezone(SHANGHAI)
        return f"{local.month}月{local.day}日 {local:%H:%M}"


def quota_of(session: Session, talk: HasTalk, now: datetime) -> Quota:
    """What may be sent now beside what waits to be sent already."""
    window = reply_window.WINDOWS.get(talk.window_opened_by or "")
    if window is None or talk.window_opened_at is None:
        return Quota(0, None, NEVER_WROTE)
    until = talk.window_opened_at + window.lasts
    if until - reply_window.SAFETY <= now:
        return Quota(0, None, OVER)
    left = max(0, reply_window.room(talk, now) - _on_the_way(session, talk))
    return Quota(left, until, "" if left else USED_UP.format(most=window.messages))


def _on_the_way(session: Session, talk: HasTalk) -> int:
    """Messages that are not begun and will count when they are."""
    statement = (
        select(func.count())
        .select_from(OutboxMessage)
        .where(
            OutboxMessage.conversation_id == talk.id,
            col(OutboxMessage.state).in_((OutboxState.HELD, OutboxState.PENDING)),
            OutboxMessage.speaker == talk.owner,
            OutboxMessage.epoch == talk.epoch,
        )
    )
    return session.exec(statement).one()
