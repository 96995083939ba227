"""Sent once, or shown as doubtful. A row is written with the change that wants it and sent after.

The life of a row: `held → passive` when it rides in the answer to WeChat's own request, otherwise
`pending → sending → sent | failed | unknown`. A lease that runs out while `sending` means that the
process died between call and record: a keyed effect is called again under the same key, an unkeyed
one becomes `unknown` and is never repeated by itself.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import case, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select, update

from bot import reply_window
from bot.tables import Conversation, OutboxMessage, OutboxState
from commerce.inserting import affected_rows, insert_once
from commerce.sealing import Place, Sealer

LEASE: Final = timedelta(seconds=30)
MOST_ATTEMPTS: Final = 8
BACK_OFF: Final = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 15, 60, 300, 900, 3600))
IN_THE_WAY: Final = (OutboxState.HELD, OutboxState.PENDING, OutboxState.SENDING)
NO_ROUTE: Final = "no reply window is open"


@dataclass(frozen=True, slots=True)
class Post:
    """Something to send or call. `key` names the effect; `kind` who delivers it."""

    key: str
    kind: str
    payload: Mapping[str, Any]
    conversation_id: int | None = None
    inbox_key: str | None = None
    epoch: int = 0
    held_until: datetime | None = None
    not_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row in this process's hands until its lease ends. `attempt` fences late records."""

    id: int
    key: str
    kind: str
    payload: Mapping[str, Any]
    conversation_id: int | None
    external_user: str | None
    attempt: int


@dataclass(frozen=True, slots=True)
class Sent:
    """The effect happened."""

    result: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The effect did not happen and will not: never retried."""

    reason: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """The effect did not happen, or may be repeated under its key: try again after a while."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Doubtful:
    """The call left and nobody knows whether it took effect."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoRoute:
    """The platform says that the customer may not be written to now: wait for their next word."""

    reason: str


Outcome = Sent | Failed | Postponed | Doubtful | NoRoute


def post(session: Session, sealer: Sealer, message: Post, now: datetime) -> bool:
    """Put a message into the outbox; false when its effect is there already."""
    return insert_once(
        session,
        OutboxMessage,
        key=message.key,
        kind=message.kind,
        conversation_id=message.conversation_id,
        inbox_key=message.inbox_key,
        epoch=message.epoch,
        payload_sealed=sealer.seal(
            json.dumps(message.payload, ensure_ascii=False), _place(message.key)
        ),
        state=OutboxState.HELD if message.held_until else OutboxState.PENDING,
        attempts=0,
        not_before=message.held_until or now,
        not_after=message.not_after,
        created_at=now,
        reason="",
    )


def claim_passive(
    session: Session, sealer: Sealer, inbox_key: str, now: datetime
) -> Mapping[str, Any] | None:
    """The answer to ride in the reply to WeChat, or None when it goes another way.

    Claims a held answer; a repeated delivery gets the one that rode before, since its repetition
    means that WeChat did not receive it.
    """
    affected_rows(
        session,
        update(OutboxMessage)
        .where(
            col(OutboxMessage.inbox_key) == inbox_key, col(OutboxMessage.state) == OutboxState.HELD
        )
        .values(state=OutboxState.PASSIVE, finished_at=now),
    )
    row = session.exec(
        select(OutboxMessage).where(
            OutboxMessage.inbox_key == inbox_key, OutboxMessage.state == OutboxState.PASSIVE
        )
    ).first()
    return None if row is None else _payload(sealer, row)


def release_held(session: Session, inbox_key: str, now: datetime) -> None:
    """Let a held answer go through the API at once: the request it could ride in is over."""
    affected_rows(
        session,
        update(OutboxMessage)
        .where(
            col(OutboxMessage.inbox_key) == inbox_key, col(OutboxMessage.state) == OutboxState.HELD
        )
        .values(state=OutboxState.PENDING, not_before=now),
    )


def unpark(session: Session, conversation_id: int, now: datetime) -> None:
    """Send what waited for the customer to write again."""
    affected_rows(
        session,
        update(OutboxMessage)
        .where(
            col(OutboxMessage.conversation_id) == conversation_id,
            col(OutboxMessage.state) == OutboxState.PARKED,
        )
        .values(state=OutboxState.PENDING, not_before=now, reason=""),
    )


def end_lost_leases(session: Session, now: datetime, keyed_kinds: Collection[str]) -> None:
    """Decide about rows whose sender died: keyed ones go again, the others are doubtful."""
    lost = (
        col(OutboxMessage.state) == OutboxState.SENDING,
        col(OutboxMessage.lease_until) < now,
    )
    affected_rows(
        session,
        update(OutboxMessage)
        .where(*lost)
        .values(
            state=case(
                (col(OutboxMessage.kind).in_(keyed_kinds), OutboxState.PENDING.value),
                else_=OutboxState.UNKNOWN.value,
            ),
            not_before=now,
            reason="the sender stopped between call and record",
        ),
    )


def claim_due(
    session: Session, sealer: Sealer, now: datetime, *, limit: int = 32
) -> Sequence[Claimed]:
    """Take what is due, one a conversation at most, so that its messages keep their order."""
    claimed: list[Claimed] = []
    for row, conversation in session.exec(_due(now, limit)).all():
        if row.not_after is not None and row.not_after <= now:
            _settle(session, row, OutboxState.FAILED, now, "came too late")
        elif conversation is not None and (conversation.epoch, conversation.owner) != (
            row.epoch,
            "bot",
        ):
            _settle(
                session, row, OutboxState.SUPERSEDED, now, "somebody else took the conversation"
            )
        elif conversation is not None and not reply_window.is_open(conversation, now):
            _settle(session, row, OutboxState.PARKED, now, NO_ROUTE)
        else:
            claimed.append(_take(session, sealer, row, conversation, now))
    return claimed


def record(session: Session, claimed: Claimed, outcome: Outcome, now: datetime) -> bool:
    """Write down how it went; false when the lease was lost meanwhile and another decided."""
    values = _values_after(claimed, outcome, now)
    statement = (
        update(OutboxMessage)
        .where(
            col(OutboxMessage.id) == claimed.id,
            col(OutboxMessage.state) == OutboxState.SENDING,
            col(OutboxMessage.attempts) == claimed.attempt,
        )
        .values(**values)
    )
    if affected_rows(session, statement) != 1:
        return False
    surely_not_sent = isinstance(outcome, Failed | Postponed | NoRoute)
    if surely_not_sent and claimed.conversation_id is not None:
        reply_window.give_back(session, claimed.conversation_id)
    return True


def next_due_at(session: Session) -> datetime | None:
    """When the next row falls due; None when nothing waits."""
    return session.exec(
        select(OutboxMessage.not_before)
        .where(col(OutboxMessage.state).in_((OutboxState.HELD, OutboxState.PENDING)))
        .order_by(col(OutboxMessage.not_before))
        .limit(1)
    ).first()


def _due(now: datetime, limit: int) -> Any:
    earlier = aliased(OutboxMessage)
    waits_its_turn = (
        select(earlier.id)
        .where(
            col(earlier.conversation_id) == col(OutboxMessage.conversation_id),
            col(earlier.id) < col(OutboxMessage.id),
            col(earlier.state).in_(IN_THE_WAY),
        )
        .exists()
    )
    return (
        select(OutboxMessage, Conversation)
        .outerjoin(Conversation, col(Conversation.id) == col(OutboxMessage.conversation_id))
        .where(
            col(OutboxMessage.state).in_((OutboxState.HELD, OutboxState.PENDING)),
            col(OutboxMessage.not_before) <= now,
            or_(col(OutboxMessage.conversation_id).is_(None), ~waits_its_turn),
        )
        .order_by(col(OutboxMessage.id))
        .limit(limit)
        .with_for_update(skip_locked=True, of=OutboxMessage)
    )


def _take(
    session: Session,
    sealer: Sealer,
    row: OutboxMessage,
    conversation: Conversation | None,
    now: datetime,
) -> Claimed:
    row.state = OutboxState.SENDING
    row.attempts += 1
    row.lease_until = now + LEASE
    session.add(row)
    assert row.id is not None  # noqa: S101 - it came from the database
    if row.conversation_id is not None:
        reply_window.use_one(session, row.conversation_id)
    return Claimed(
        id=row.id,
        key=row.key,
        kind=row.kind,
        payload=_payload(sealer, row),
        conversation_id=row.conversation_id,
        external_user=None if conversation is None else conversation.external_user,
        attempt=row.attempts,
    )


def _settle(
    session: Session, row: OutboxMessage, state: OutboxState, now: datetime, reason: str
) -> None:
    row.state, row.finished_at, row.reason = state, now, reason
    session.add(row)


def _values_after(claimed: Claimed, outcome: Outcome, now: datetime) -> dict[str, Any]:
    match outcome:
        case Sent(result):
            return {"state": OutboxState.SENT, "finished_at": now, "result": result, "reason": ""}
        case Failed(reason):
            return {"state": OutboxState.FAILED, "finished_at": now, "reason": reason}
        case Doubtful(reason):
            return {"state": OutboxState.UNKNOWN, "finished_at": now, "reason": reason}
        case NoRoute(reason):
            return {"state": OutboxState.PARKED, "reason": reason}
        case Postponed(reason, after):
            if claimed.attempt >= MOST_ATTEMPTS:
                return {"state": OutboxState.FAILED, "finished_at": now, "reason": reason}
            wait = after or BACK_OFF[min(claimed.attempt, len(BACK_OFF)) - 1]
            return {"state": OutboxState.PENDING, "not_before": now + wait, "reason": reason}


def _payload(sealer: Sealer, row: OutboxMessage) -> Mapping[str, Any]:
    payload: Mapping[str, Any] = json.loads(sealer.open(row.payload_sealed, _place(row.key)))
    return payload


def _place(key: str) -> Place:
    return Place("outbox", "payload", key)
