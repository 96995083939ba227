"""Messages that WeCom took and did not deliver (微信客服 消息发送失败事件)."""

from datetime import datetime
from typing import Final

from sqlmodel import Session, col, update

from bot import reply_window
from bot.kf import sessions
from bot.kf.kf_words import failure_in_words
from bot.kf.tables import KfSession, State
from bot.tables import Conversation, OutboxMessage, OutboxState
from commerce.inserting import affected_rows

MSGID: Final = 32
"""Characters of a row's key that name its message at WeCom; keys of replies are digests."""
TOO_LATE, SESSION_OVER, TOO_MANY, REJECTED = 4, 5, 6, 10
"""`fail_type`s after which we know the conversation better."""
_LEFT: Final = (OutboxState.SENT, OutboxState.SENDING, OutboxState.UNKNOWN)


def note_failure(
    session: Session, conversation_id: int, msgid: str, fail_type: int, now: datetime
) -> bool:
    """Let the row of that message fail, and mend our idea of the window; whether there was one."""
    _learn(session, conversation_id, fail_type, now)
    if len(msgid) != MSGID or not msgid.isalnum():
        return False
    statement = (
        update(OutboxMessage)
        .where(
            # A range, not LIKE: it finds its way through the unique index on both databases.
            col(OutboxMessage.key) >= msgid,
            col(OutboxMessage.key) < f"{msgid}g",
            col(OutboxMessage.kind).in_(("wecom.reply", "wecom.on_event")),
            col(OutboxMessage.state).in_([state.value for state in _LEFT]),
        )
        .values(state=OutboxState.FAILED.value, reason=failure_in_words(fail_type), finished_at=now)
    )
    return affected_rows(session, statement) > 0


def _learn(session: Session, conversation_id: int, fail_type: int, now: datetime) -> None:
    talk = update(Conversation).where(col(Conversation.id) == conversation_id)
    if fail_type == TOO_LATE:
        closed = {"window_opened_by": None, "window_opened_at": None, "window_used": 0}
        affected_rows(session, talk.values(**closed))
    elif fail_type == TOO_MANY:
        affected_rows(session, talk.values(window_used=reply_window.MESSAGE.messages))
    elif fail_type == SESSION_OVER:
        sessions.adopt(session, conversation_id, sessions.Told(State.ENDED), now)
    elif fail_type == REJECTED:
        set_rejects(session, conversation_id, rejects=True)


def set_rejects(session: Session, conversation_id: int, *, rejects: bool) -> None:
    """Whether the customer takes our messages."""
    statement = update(KfSession).where(col(KfSession.conversation_id) == conversation_id)
    affected_rows(session, statement.values(rejects=rejects))
