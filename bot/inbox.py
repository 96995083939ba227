"""Accepted once, durably. What is here was committed before WeChat was told so."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, exists, or_, select, update
from sqlmodel import Session, SQLModel

from bot import conversations, received_media
from bot.messages import Incoming
from bot.tables import InboxMessage, InboxState
from commerce.columns import in_state
from commerce.inserting import insert_once
from commerce.prepared import Prepared
from commerce.sealing import Place, Sealer

MOST_ATTEMPTS: Final = 5
LEFT_BEHIND_AFTER: Final = timedelta(seconds=6)
"""Longer than any request waits: a message still pending then has lost the process it came to."""
_TABLE = SQLModel.metadata.tables[InboxMessage.__tablename__]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that is safe and to be answered."""

    incoming: Incoming
    received_at: datetime
    is_given_up: bool = False
    """Tried so often that it is only to be set aside, with an apology."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that is safe now. `is_new` is false for a repeated delivery."""

    conversation_id: int
    is_new: bool
    waiting: Waiting


def accept(session: Session, sealer: Sealer, incoming: Incoming, now: datetime) -> Accepted:
    """Keep a message under its key, once; its file, if it has one, is fetched."""
    conversation_id = conversations.find_or_begin(session, incoming, now)
    is_new = insert_once(
        session,
        InboxMessage,
        key=incoming.key,
        conversation_id=conversation_id,
        kind=incoming.kind,
        incoming_sealed=sealer.seal(incoming_to_json(incoming), _place(incoming.key)),
        sent_at=incoming.sent_at,
        received_at=now,
        state=InboxState.PENDING.value,
        attempts=1,
        next_try_at=now + LEFT_BEHIND_AFTER,
    )
    if is_new:
        received_media.want(session, sealer, incoming, conversation_id, now)
    return Accepted(conversation_id, is_new, Waiting(incoming, now))


def oldest_waiting(session: Session, sealer: Sealer, conversation_id: int) -> Waiting | None:
    """The message to answer next: by the time it was sent, then by arrival."""
    row = _OLDEST.first(session, conversation=conversation_id)
    return None if row is None else _waiting(sealer, row)


def state_of(session: Session, key: str) -> str | None:
    """What became of a message; None when it was never accepted."""
    row = _STATE.first(session, wanted=key)
    return None if row is None else str(row.state)


def find_accepted(session: Session, incoming: Incoming) -> Accepted | None:
    """The message as an earlier delivery brought it; None when there was none."""
    row = _KNOWN.first(session, wanted=incoming.key)
    if row is None:
        return None
    return Accepted(row.conversation_id, False, Waiting(incoming, row.received_at))


def finish(session: Session, key: str, state: InboxState, now: datetime) -> bool:
    """Take a message off the queue; whether it was still on it."""
    return _FINISH.run(session, wanted=key, to=state.value, moment=now) == 1


def take_up_left_behind(session: Session, now: datetime, *, limit: int = 100) -> Sequence[int]:
    """Conversations whose next message nobody is answering any more, counted as tried again.

    The count is committed before the try, so that a message which kills its process is given up
    after five, and quarantined without a word if even the apology does. The pause grows with
    every try: a message that is merely slow is not tried twice.
    """
    left: list[int] = []
    for row in _LEFT_BEHIND.all(session, moment=now, most=limit):
        if row.attempts > MOST_ATTEMPTS:
            finish(session, row.key, InboxState.QUARANTINED, now)
            left.append(row.conversation_id)
            continue
        next_try_at = now + LEFT_BEHIND_AFTER * (row.attempts + 1) ** 2
        if _TRY.run(session, wanted=row.key, counted=row.attempts, then=next_try_at) == 1:
            left.append(row.conversation_id)
    return left


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


def _waiting(sealer: Sealer, row: Any) -> Waiting:
    kept = sealer.open(row.incoming_sealed, _place(row.key))
    return Waiting(incoming_from_json(kept), row.received_at, row.attempts > MOST_ATTEMPTS)


def _place(key: str) -> Place:
    return Place("inbox", "incoming", key)


_PENDING: Final = in_state(_TABLE, InboxState.PENDING)
_EARLIER = _TABLE.alias("earlier")
_LEFT_BEHIND: Final = Prepared(
    select(_TABLE.c.key, _TABLE.c.conversation_id, _TABLE.c.attempts)
    .where(
        _PENDING,
        _TABLE.c.next_try_at <= bindparam("moment", type_=_TABLE.c.next_try_at.type),
        ~exists().where(
            _EARLIER.c.conversation_id == _TABLE.c.conversation_id,
            in_state(_EARLIER, InboxState.PENDING),
            or_(
                _EARLIER.c.sent_at < _TABLE.c.sent_at,
                (_EARLIER.c.sent_at == _TABLE.c.sent_at) & (_EARLIER.c.seq < _TABLE.c.seq),
            ),
        ),
    )
    .order_by(_TABLE.c.next_try_at)
    .limit(bindparam("most"))
)
_TRY: Final = Prepared(
    update(_TABLE)
    .where(_TABLE.c.key == bindparam("wanted"), _PENDING, _TABLE.c.attempts == bindparam("counted"))
    .values(
        attempts=_TABLE.c.attempts + 1,
        next_try_at=bindparam("then", type_=_TABLE.c.next_try_at.type),
    )
)
_OLDEST: Final = Prepared(
    select(_TABLE.c.key, _TABLE.c.incoming_sealed, _TABLE.c.received_at, _TABLE.c.attempts)
    .where(_TABLE.c.conversation_id == bindparam("conversation"), _PENDING)
    .order_by(_TABLE.c.sent_at, _TABLE.c.seq)
    .limit(1)
)
_STATE: Final = Prepared(select(_TABLE.c.state).where(_TABLE.c.key == bindparam("wanted")))
_KNOWN: Final = Prepared(
    select(_TABLE.c.conversation_id, _TABLE.c.received_at).where(
        _TABLE.c.key == bindparam("wanted")
    )
)
_FINISH: Final = Prepared(
    update(_TABLE)
    .where(_TABLE.c.key == bindparam("wanted"), _PENDING)
    .values(state=bindparam("to"), answered_at=bindparam("moment", type_=_TABLE.c.answered_at.type))
)
