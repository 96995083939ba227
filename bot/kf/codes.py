"""What may be said by a code: beside the reply window, once, within the code's life.

微信客服 发送欢迎语等事件响应消息 (send_msg_on_event).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select, update

from bot import outbox
from bot.messages import BOT, Choices, Reply, Text, reply_as_words, reply_to_json
from bot.outbox import Post
from bot.speaking import write_down
from bot.tables import ChatMessage, OutboxMessage, OutboxState
from commerce.inserting import affected_rows
from commerce.sealing import Sealer

KIND: Final = "wecom.on_event"
SAFETY: Final = timedelta(seconds=1)
"""So much earlier a code's life ends for us: a call takes time to arrive."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a code was given for, and how long we use it."""

    lasts: timedelta
    takes_menus: bool


WELCOME: Final = Occasion(timedelta(seconds=20), takes_menus=True)
NEWS: Final = timedelta(minutes=10)
"""WeCom takes these codes for 48 hours; who waits, or has come, is no news by then."""
QUEUED: Final = Occasion(NEWS, takes_menus=False)
JOINED: Final = Occasion(NEWS, takes_menus=False)
ENDED: Final = Occasion(timedelta(seconds=20), takes_menus=True)


def lasts_until(occasion: Occasion, given_at: datetime) -> datetime:
    """When a code's life is over for us."""
    return given_at + occasion.lasts - SAFETY


def say_by_code(
    session: Session,
    sealer: Sealer,
    conversation_id: int,
    code: str,
    occasion: Occasion,
    reply: Text | Choices,
    *,
    given_at: datetime,
    now: datetime,
) -> bool:
    """Say something by a code; false when it is used already, or its life is over.

    Where a code takes no menu, the menu's words are said.
    """
    until = lasts_until(occasion, given_at)
    if not code or now >= until:
        return False
    said: Reply = reply if occasion.takes_menus else Text(reply_as_words(reply))
    about = f"kf-code:{code}"
    message = Post(
        key=outbox.answer_key(about, 0),
        kind=KIND,
        payload={"code": code, "reply": reply_to_json(said)},
        not_after=until,
    )
    if not outbox.post(session, sealer, message, now):
        return False
    write_down(session, sealer, conversation_id, None, [said], now, about=about)
    return True


def keep_silent(session: Session, conversation_id: int, now: datetime) -> int:
    """Take back what was to be said by a code and is not begun: somebody takes the conversation.

    Waits for a claim under way, which then was before the takeover.
    """
    said = select(ChatMessage.outbox_key).where(
        ChatMessage.conversation_id == conversation_id,
        ChatMessage.author == BOT,
        ChatMessage.at > now - NEWS,
        col(ChatMessage.outbox_key).is_not(None),
    )
    statement = (
        update(OutboxMessage)
        .where(
            col(OutboxMessage.kind) == KIND,
            col(OutboxMessage.state) == OutboxState.PENDING.value,
            col(OutboxMessage.key).in_(said),
        )
        .values(state=OutboxState.SUPERSEDED.value, reason=outbox.TAKEN_OVER, finished_at=now)
    )
    return affected_rows(session, statement)
