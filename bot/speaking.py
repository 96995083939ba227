"""What is said in a conversation: into the outbox, and into the transcript."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, insert
from sqlmodel import Session, SQLModel

from bot import outbox, understood
from bot.conversations import ConversationView
from bot.inbox import Waiting
from bot.messages import BOT, Incoming, Reply, Text, reply_as_words, reply_to_json
from bot.notices.kinds import Notice
from bot.outbox import Post
from bot.tables import ChatMessage
from commerce.prepared import Prepared
from commerce.sealing import Place, Sealer

PASSIVE_UNTIL: Final = timedelta(seconds=5)
"""WeChat waits five seconds for an answer that rides in its own request."""
PASSIVE_CHANNELS: Final = frozenset({"official_account"})


def say(
    session: Session,
    sealer: Sealer,
    conversation: ConversationView,
    replies: Sequence[Reply],
    now: datetime,
    *,
    answering: Waiting | None = None,
    about: str = "",
    until: datetime | None = None,
    speaker: str = BOT,
    notice: Notice | None = None,
) -> bool:
    """Put replies into the outbox; false when they were there already.

    An answer that is one text is held back for the passive reply while WeChat still waits.
    `about` names the effect when nothing is answered: saying the same again changes nothing.
    After `until` they are not sent any more. `speaker` is whose words they are, as
    `conversation.owner` names them: they leave only while the conversation is theirs. `notice` is
    the same news for a subscription message, should the reply window be closed.
    """
    inbox_key = answering.incoming.key if answering else None
    held_until = passive_until(conversation, replies, answering, now)
    is_new = True
    for position, reply in enumerate(replies):
        message = Post(
            key=outbox.answer_key(inbox_key or about, position),
            kind=f"{conversation.channel}.reply",
            payload=_payload(reply, notice if position == 0 else None),
            conversation_id=conversation.id,
            inbox_key=inbox_key,
            epoch=conversation.epoch,
            speaker=speaker,
            held_until=held_until,
            not_after=until,
        )
        is_new = outbox.post(session, sealer, message, now) and is_new
    return is_new


def _payload(reply: Reply, notice: Notice | None) -> dict[str, Any]:
    kept = reply_to_json(reply)
    return kept if notice is None else {**kept, "notice": notice.to_json()}


def passive_until(
    conversation: ConversationView,
    replies: Sequence[Reply],
    answering: Waiting | None,
    now: datetime,
) -> datetime | None:
    """Until when the answer may ride in a passive reply; None when it may not.

    A passive reply carries one message and never a card or a menu (WeChat 被动回复 documentation).
    """
    if answering is None or conversation.channel not in PASSIVE_CHANNELS:
        return None
    if len(replies) != 1 or not isinstance(replies[0], Text):
        return None
    until = answering.received_at + PASSIVE_UNTIL
    return until if now < until else None


def write_down(
    session: Session,
    sealer: Sealer,
    conversation_id: int,
    incoming: Incoming | None,
    replies: Sequence[Reply],
    now: datetime,
    kept: Mapping[str, Any] | None = None,
    *,
    about: str = "",
    author: str = BOT,
) -> None:
    """Add what the customer said and what was answered to the transcript.

    `kept` is what was understood of it, as `bot.understood` keeps it; `about` names the effect as
    it did when the replies were said.
    """
    lines: list[dict[str, Any]] = []
    if incoming is not None:
        line = _line(sealer, conversation_id, now, "customer", incoming.kind, incoming.text)
        lines.append({**line, **_as_understood(sealer, kept, line["row_key"])})
        lines[0]["inbox_key"] = incoming.key
    cause = about if incoming is None else incoming.key
    for position, reply in enumerate(replies):
        kind, words = reply_to_json(reply)["type"], reply_as_words(reply)
        line = _line(sealer, conversation_id, now, author, kind, words)
        lines.append({**line, "outbox_key": outbox.answer_key(cause, position)})
    if lines:
        _WRITE.run_many(session, lines)


def _line(
    sealer: Sealer, conversation_id: int, now: datetime, author: str, kind: str, words: str
) -> dict[str, Any]:
    row_key = uuid.uuid4().hex
    return {
        "row_key": row_key,
        "conversation_id": conversation_id,
        "author": author,
        "kind": kind,
        "words_sealed": sealer.seal(words, Place("chat_message", "words", row_key)),
        "intent": "",
        "understood_sealed": None,
        "outbox_key": None,
        "inbox_key": None,
        "at": now,
    }


def _as_understood(sealer: Sealer, kept: Mapping[str, Any] | None, row_key: str) -> dict[str, Any]:
    if kept is None:
        return {}
    return {
        "intent": str(kept["intent"]),
        "understood_sealed": understood.seal(sealer, kept, row_key),
    }


_TABLE = SQLModel.metadata.tables[ChatMessage.__tablename__]
_WRITE: Final = Prepared(
    insert(_TABLE).values(
        {
            name: bindparam(name, type_=_TABLE.c[name].type)
            for name in (
                "row_key",
                "conversation_id",
                "author",
                "kind",
                "words_sealed",
                "intent",
                "understood_sealed",
                "outbox_key",
                "inbox_key",
                "at",
            )
        }
    )
)
