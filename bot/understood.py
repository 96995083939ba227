"""What the bot made of a message, kept sealed beside the customer's words, for people to read."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlmodel import Session, col, select

from bot.tables import ChatMessage, Conversation
from bot.turn import Turn
from commerce.sealing import Place, Sealer

MOST_LINES: Final = 200


def as_kept(turn: Turn) -> dict[str, Any]:
    """How a turn is kept: what was understood, who answered, which question was and is open."""
    said = turn.understanding
    return {
        **said.to_json(),
        "guess": str(said.guess),
        "handler": turn.answered_by,
        "asked": turn.asked,
        "asks": turn.step,
    }


def seal(sealer: Sealer, kept: Mapping[str, Any], row_key: str) -> bytes:
    """The kept form, sealed for the transcript's row."""
    return sealer.seal(json.dumps(dict(kept), ensure_ascii=False), _place(row_key))


def list_lines(
    session: Session, sealer: Sealer, channel: str, external_user: str, after: int = 0
) -> list[dict[str, Any]]:
    """The last lines of somebody's conversation after line `after`, oldest first.

    A line is `id, author, kind, words, at` and, of a customer's, `understood` as `as_kept` made it.
    """
    statement = (
        select(ChatMessage)
        .join(Conversation, col(Conversation.id) == col(ChatMessage.conversation_id))
        .where(
            Conversation.channel == channel,
            Conversation.external_user == external_user,
            col(ChatMessage.id) > after,
        )
        .order_by(col(ChatMessage.id).desc())
        .limit(MOST_LINES)
    )
    rows: Sequence[ChatMessage] = session.exec(statement).all()
    return [_line(sealer, row) for row in reversed(rows)]


def _line(sealer: Sealer, row: ChatMessage) -> dict[str, Any]:
    kept = row.understood_sealed
    return {
        "id": row.id,
        "author": row.author,
        "kind": row.kind,
        "words": sealer.open(row.words_sealed, Place("chat_message", "words", row.row_key)),
        "at": row.at.isoformat(),
        "understood": None if kept is None else json.loads(sealer.open(kept, _place(row.row_key))),
    }


def _place(row_key: str) -> Place:
    return Place("chat_message", "understood", row_key)
