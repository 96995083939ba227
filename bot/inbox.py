"""Accepted once, durably. What is here was committed before WeChat was told so."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, select, update
from sqlmodel.sql.expression import SelectOfScalar

from bot.messages import Incoming
from bot.reply_window import open_window
from bot.tables import Conversation, InboxMessage, InboxState
from commerce.inserting import affected_rows, insert_once
from commerce.sealing import Place, Sealer

MOST_ATTEMPTS: Final = 5
LEFT_BEHIND_AFTER: Final = timedelta(seconds=6)
"""Longer than any request waits: a message still pending then has lost the process it came to."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that is safe now. `is_new` is false for a repeated delivery."""

    conversation_id: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """The message whose turn it is in a conversation."""

    incoming: Incoming
    received_at: datetime
    attempts: int


def accept(session: Session, sealer: Sealer, incoming: Incoming, now: datetime) -> Accepted:
    """Keep a message under its key, once, and note the reply window it opens."""
    conversation = ensure_conversation(session, incoming, now)
    assert conversation.id is not None  # noqa: S101 - it came from the database
    is_new = insert_once(
        session,
        InboxMessage,
        key=incoming.key,
        conversation_id=conversation.id,
        kind=incoming.kind,
        incoming_sealed=sealer.seal(incoming_to_json(incoming), _place(incoming.key)),
        sent_at=incoming.sent_at,
        received_at=now,
        state=InboxState.PENDING,
        attempts=1,
    )
    if is_new:
        open_window(session, conversation, incoming.kind, now)
    return Accepted(conversation.id, is_new)


def ensure_conversation(session: Session, incoming: Incoming, now: datetime) -> Conversation:
    """The one conversation of this customer on this channel, begun if need be."""
    statement = select(Conversation).where(
        Conversation.channel == incoming.channel,
        Conversation.account == incoming.account,
        Conversation.external_user == incoming.external_user,
    )
    conversation = session.exec(statement).first()
    if conversation is None:
        insert_once(
            session,
            Conversation,
            channel=incoming.channel,
            account=incoming.account,
            external_user=incoming.external_user,
            owner="bot",
            epoch=0,
            step="",
            memory={},
            window_used=0,
            updated_at=now,
        )
        conversation = session.exec(statement).one()
    return conversation


def oldest_waiting(session: Session, sealer: Sealer, conversation_id: int) -> Waiting | None:
    """The message to answer next: by the time it was sent, then by arrival."""
    row = session.exec(_oldest(conversation_id)).first()
    return None if row is None else _waiting(sealer, row)


def state_of(session: Session, key: str) -> str | None:
    """What became of a message; None when it was never accepted."""
    return session.exec(select(InboxMessage.state).where(InboxMessage.key == key)).first()


def finish(session: Session, key: str, state: InboxState, now: datetime) -> bool:
    """Take a message off the queue; whether it was still on it."""
    statement = (
        update(InboxMessage)
        .where(col(InboxMessage.key) == key, col(InboxMessage.state) == InboxState.PENDING)
        .values(state=state, answered_at=now)
    )
    return affected_rows(session, statement) == 1


def take_up_left_behind(session: Session, now: datetime, *, limit: int = 100) -> Sequence[int]:
    """Conversations with messages that nobody is answering any more, each counted as tried again.

    The count is committed before the try, so that a message which kills its process is
    quarantined after five.
    """
    overdue = (
        select(InboxMessage)
        .where(
            InboxMessage.state == InboxState.PENDING,
            # The wait grows with every try: a message that is merely slow is not tried twice.
            col(InboxMessage.received_at) <= now - LEFT_BEHIND_AFTER,
        )
        .order_by(col(InboxMessage.seq))
        .limit(limit)
    )
    conversations: dict[int, None] = {}
    for row in session.exec(overdue):
        if now < row.received_at + LEFT_BEHIND_AFTER * row.attempts * row.attempts:
            continue
        if row.attempts >= MOST_ATTEMPTS:
            finish(session, row.key, InboxState.QUARANTINED, now)
        else:
            row.attempts += 1
            session.add(row)
        conversations[row.conversation_id] = None
    return list(conversations)


def incoming_to_json(incoming: Incoming) -> str:
    """An incoming message as kept."""
    kept: dict[str, Any] = {
        "key": incoming.key,
        "channel": incoming.channel,
        "account": incoming.account,
        "external_user": incoming.external_user,
        "kind": incoming.kind,
        "text": incoming.text,
        "sent_at": incoming.sent_at.isoformat(),
        "payload": incoming.payload,
    }
    return json.dumps(kept, ensure_ascii=False)


def incoming_from_json(kept: str) -> Incoming:
    """The message that `incoming_to_json` kept."""
    fields = json.loads(kept)
    return Incoming(**{**fields, "sent_at": datetime.fromisoformat(fields["sent_at"])})


def _oldest(conversation_id: int) -> SelectOfScalar[InboxMessage]:
    return (
        select(InboxMessage)
        .where(
            InboxMessage.conversation_id == conversation_id,
            InboxMessage.state == InboxState.PENDING,
        )
        .order_by(col(InboxMessage.sent_at), col(InboxMessage.seq))
        .limit(1)
    )


def _waiting(sealer: Sealer, row: InboxMessage) -> Waiting:
    kept = sealer.open(row.incoming_sealed, _place(row.key))
    return Waiting(incoming_from_json(kept), row.received_at, row.attempts)


def _place(key: str) -> Place:
    return Place("inbox", "incoming", key)
