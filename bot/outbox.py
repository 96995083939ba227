"""Sent once, or shown as doubtful. A row is written with the change that wants it and sent after.

The life of a row: `held → passive` when it rides in the answer to WeChat's own request, otherwise
`pending → sending → sent | failed | unknown`. A lease that runs out while `sending` means that the
process died between call and record: a keyed effect is called again under the same key, an unkeyed
one becomes `unknown` and is never repeated by itself.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session

from bot import outbox_statements as statements
from bot import reply_window
from bot.messages import BOT
from bot.outcomes import Doubtful, Failed, NoRoute, Outcome, Postponed, Sent
from bot.pacing import Pace
from bot.tables import OutboxMessage, OutboxState
from campaigns import deliveries
from commerce.inserting import core, insert_once
from commerce.sealing import Place, SealBroken, Sealer

LEASE: Final = timedelta(seconds=30)
BACK_OFF: Final = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 15, 60, 300, 900, 3600))
"""Pauses of a call that concerns no conversation, such as a refund: the last for ever."""
REPLY_BACK_OFF: Final = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 15, 30))
"""Pauses of a reply, which is then given up: what comes after it in its conversation waits."""
NO_ROUTE: Final = deliveries.NO_ROUTE
TAKEN_OVER: Final = deliveries.TAKEN_OVER
UNWANTED: Final = deliveries.UNWANTED


@dataclass(frozen=True, slots=True)
class Post:
    """Something to send or call. `key` names the effect; `kind` who delivers it."""

    key: str
    kind: str
    payload: Mapping[str, Any]
    conversation_id: int | None = None
    inbox_key: str | None = None
    epoch: int = 0
    speaker: str = BOT
    """Whose word it is: it leaves only while the conversation is theirs, in this very epoch."""
    held_until: datetime | None = None
    not_after: datetime | None = None
    run_id: int | None = None
    """The campaign run that wants it: it leaves while that runs, and is never kept for later."""


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
    window_opened_at: datetime | None = None
    """The reply window it was claimed in."""
    run_id: int | None = None


def post(session: Session, sealer: Sealer, message: Post, now: datetime) -> bool:
    """Put a message into the outbox; false when its effect is there already."""
    payload = json.dumps(message.payload, ensure_ascii=False)
    return insert_once(
        session,
        OutboxMessage,
        key=message.key,
        kind=message.kind,
        conversation_id=message.conversation_id,
        inbox_key=message.inbox_key,
        epoch=message.epoch,
        speaker=message.speaker,
        run_id=message.run_id,
        payload_sealed=sealer.seal(payload, _place(message.key)),
        state=(OutboxState.HELD if message.held_until else OutboxState.PENDING).value,
        attempts=0,
        not_before=message.held_until or now,
        not_after=message.not_after,
        created_at=now,
        reason="",
    )


def answer_key(cause: str, position: int) -> str:
    """The key of the row that holds one of the replies to a message or an event."""
    return hashlib.sha256(f"{cause}|{position}".encode()).hexdigest()


def claim_passive(
    session: Session, sealer: Sealer, inbox_key: str, now: datetime
) -> Mapping[str, Any] | None:
    """The answer to ride in the reply to WeChat, or None when it goes another way.

    Claims a held answer; a repeated delivery gets the one that rode before, since its repetition
    means that WeChat did not receive it.
    """
    answer = answer_key(inbox_key, 0)
    row = None
    if _is_still_the_speakers(session, answer):
        row = statements.CLAIM_PASSIVE.first(session, answer=answer, moment=now)
    row = row or statements.RODE.first(session, answer=answer)
    return None if row is None else _payload(sealer, row)


def release_passive(session: Session, inbox_key: str, claimed_at: datetime, now: datetime) -> None:
    """Let an answer that was to ride go through the API: its request was answered without it.

    Only the claim of `claimed_at` is undone: an answer that rode in an earlier response stays so.
    """
    answer = answer_key(inbox_key, 0)
    statements.RELEASE_PASSIVE.run(session, answer=answer, claimed_at=claimed_at, moment=now)


def unpark(session: Session, conversation_id: int, now: datetime) -> bool:
    """Send what waited for the customer to write again; whether anything did."""
    return statements.UNPARK.run(session, talk=conversation_id, moment=now) > 0


def end_lost_leases(session: Session, now: datetime, keyed_kinds: Collection[str]) -> None:
    """Decide about rows whose sender died: keyed ones go again, the others are doubtful."""
    values = {"moment": now, "keyed": list(keyed_kinds)}
    for row in core(session).execute(statements.END_LOST_LEASES, values).all():
        if row.run_id is not None and row.state == OutboxState.UNKNOWN:
            deliveries.settle(session, row.key, row.state, row.reason, now)


type Detour = Callable[[Session, Sealer, Any, Mapping[str, Any], datetime], str | None]
"""Says what may not be said here another way; how, in words, or None when it has to wait."""


def claim_due(
    session: Session,
    sealer: Sealer,
    now: datetime,
    *,
    limit: int = 32,
    detour: Detour | None = None,
) -> Sequence[Claimed]:
    """Take what is due, one a conversation at most, so that its messages keep their order."""
    claimed: list[Claimed] = []
    pace = Pace(session, now)
    rows = statements.DUE.all(session, moment=now, most=limit)
    free = statements.hold_free(session, {row.conversation_id for row in rows})
    for row in rows:
        if row.conversation_id not in free:
            continue  # Somebody changes it at this moment: the next claim sees what became of it.
        if _has_left_the_queue(session, sealer, row, now, pace, detour):
            continue
        try:
            payload = _payload(sealer, row)
        except SealBroken:
            # One row that does not open must not keep the others from leaving.
            _settle(session, row, OutboxState.FAILED, now, "its seal is broken")
            continue
        taken = _take(session, row, payload, now)
        if taken is not None:
            pace.begin(row.kind)
            claimed.append(taken)
    pace.write()
    return claimed


def _has_left_the_queue(
    session: Session, sealer: Sealer, row: Any, now: datetime, pace: Pace, detour: Detour | None
) -> bool:
    """Settle a row that may not be sent now, or at all; whether it was settled or put off."""
    is_reply = row.conversation_id is not None
    if row.not_after is not None and row.not_after <= now:
        _settle(session, row, OutboxState.FAILED, now, _how_late(session, row))
    elif row.run_id is not None:
        return _is_held_back(session, row, now, pace)
    elif is_reply and (row.talk_epoch, row.owner) != (row.epoch, row.speaker):
        how = _another_way(session, sealer, row, now, detour)
        _settle(session, row, OutboxState.SUPERSEDED, now, how or TAKEN_OVER)
    elif is_reply and not reply_window.is_open(row, now):
        _park(session, sealer, row, now, detour)
    else:
        return False
    return True


def _is_held_back(session: Session, row: Any, now: datetime, pace: Pace) -> bool:
    """Look again at what a campaign wants to say: the customer may have turned away meanwhile.

    It takes no detour and waits for no window: whoever planned it decides what comes next.
    """
    is_reply = row.conversation_id is not None
    if deliveries.is_unwanted(session, row.run_id, row.key, row.customer_id):
        _settle(session, row, OutboxState.SUPERSEDED, now, UNWANTED)
    elif is_reply and (row.talk_epoch, row.owner) != (row.epoch, row.speaker):
        _settle(session, row, OutboxState.SUPERSEDED, now, TAKEN_OVER)
    elif is_reply and not _has_room(session, row, now):
        _settle(session, row, OutboxState.FAILED, now, NO_ROUTE)
    elif (next_window := pace.waits_until(row.kind)) is not None:
        statements.PUT_OFF.run(session, wanted=row.id, moment=next_window)
    else:
        return False
    return True


def _has_room(session: Session, row: Any, now: datetime) -> bool:
    """Whether a campaign may speak in a window: another one may have spoken since it was planned.

    The last of a window is for conversations, and for what a campaign has begun to say.
    """
    room = reply_window.room(row, now)
    return room > reply_window.SCARCE or (room > 0 and _has_begun(session, row))


def _has_begun(session: Session, row: Any) -> bool:
    return statements.HAS_BEGUN.first(session, wanted=row.id) is not None


def _how_late(session: Session, row: Any) -> str:
    """What a campaign has not begun to say in its time may still be said at another."""
    # One in doubt may have arrived: under another key it would be another message.
    is_reply = row.run_id is not None and row.conversation_id is not None and not row.attempts
    is_unbegun = is_reply and not _has_begun(session, row)
    return deliveries.NOT_BEGUN if is_unbegun else deliveries.TOO_LATE


def is_sending(session: Session, conversation_id: int) -> bool:
    """Whether a message of the conversation has been begun and its end is not recorded."""
    return statements.SENDING.first(session, talk=conversation_id) is not None


def record(session: Session, claimed: Claimed, outcome: Outcome, now: datetime) -> bool:
    """Write down how it went; false when the lease was lost meanwhile and another decided."""
    surely_not_sent = isinstance(outcome, Failed | Postponed | NoRoute)
    in_window = surely_not_sent and _is_still_in_its_window(session, claimed)
    may_park = in_window and claimed.run_id is None
    values = _values_after(claimed, outcome, now, may_park=may_park)
    if not statements.note_end(session, claimed.id, claimed.attempt, values):
        return False
    if in_window and claimed.conversation_id is not None:
        reply_window.give_back(session, claimed.conversation_id)
    if claimed.run_id is not None and values["state"] != OutboxState.PENDING:
        deliveries.settle(session, claimed.key, values["state"], values["reason"], now)
    return True


def leave_parked(
    session: Session, sealer: Sealer, claimed: Claimed, detour: Detour, now: datetime
) -> None:
    """Say another way, if there is one, what the platform has just not let through."""
    row = statements.PARKED.first(session, wanted=claimed.id)
    how = None if row is None else _another_way(session, sealer, row, now, detour)
    if how is not None:
        _settle(session, row, OutboxState.SUPERSEDED, now, how)


def _is_still_in_its_window(session: Session, claimed: Claimed) -> bool:
    """Whether the customer has not opened another window since; holds the conversation."""
    if claimed.conversation_id is None:
        return True
    talk = statements.WINDOW.one(session, talk=claimed.conversation_id)
    opened_at: datetime | None = talk.window_opened_at
    return opened_at == claimed.window_opened_at


def _is_still_the_speakers(session: Session, answer: str) -> bool:
    """Whether the conversation is still whose word this is; holds it until the end."""
    row = statements.WHOSE.first(session, answer=answer)
    return row is not None and (row.owner, row.talk_epoch) == (row.speaker, row.epoch)


def _take(session: Session, row: Any, payload: Mapping[str, Any], now: datetime) -> Claimed | None:
    """Begin to send it; None when the conversation was taken over since the row was read."""
    talk_id, epoch = row.conversation_id, row.epoch
    if talk_id is not None and not reply_window.use_one(session, talk_id, row.speaker, epoch):
        _settle(session, row, OutboxState.SUPERSEDED, now, TAKEN_OVER)
        return None
    statements.TAKE.run(session, wanted=row.id, until=now + LEASE)
    return Claimed(
        id=row.id,
        key=row.key,
        kind=row.kind,
        payload=payload,
        conversation_id=row.conversation_id,
        external_user=row.external_user,
        attempt=row.attempts + 1,
        window_opened_at=row.window_opened_at,
        run_id=row.run_id,
    )


def _park(session: Session, sealer: Sealer, row: Any, now: datetime, detour: Detour | None) -> None:
    """Let it wait for the customer's next message, unless there is another way now."""
    how = _another_way(session, sealer, row, now, detour)
    if how is None:
        _settle(session, row, OutboxState.PARKED, now, NO_ROUTE)
    else:
        _settle(session, row, OutboxState.SUPERSEDED, now, how)


def _another_way(
    session: Session, sealer: Sealer, row: Any, now: datetime, detour: Detour | None
) -> str | None:
    try:
        return None if detour is None else detour(session, sealer, row, _payload(sealer, row), now)
    except SealBroken:
        return None


def _settle(session: Session, row: Any, state: OutboxState, now: datetime, reason: str) -> None:
    statements.SETTLE.run(session, wanted=row.id, to=state.value, moment=now, why=reason)
    if row.run_id is not None:
        deliveries.settle(session, row.key, state.value, reason, now)


def _values_after(
    claimed: Claimed, outcome: Outcome, now: datetime, *, may_park: bool
) -> dict[str, Any]:
    over = {"finished_at": now}
    match outcome:
        case Sent(result):
            return {**over, "state": OutboxState.SENT.value, "result": result, "reason": ""}
        case Failed(reason):
            return {**over, "state": OutboxState.FAILED.value, "reason": reason}
        case Doubtful(reason):
            return {**over, "state": OutboxState.UNKNOWN.value, "reason": reason}
        case NoRoute(reason) if claimed.run_id is not None:
            return {**over, "state": OutboxState.FAILED.value, "reason": reason}
        case NoRoute(reason) if not may_park:
            # What unparks has run already: parked now, it would wait for yet another message.
            return {"state": OutboxState.PENDING.value, "not_before": now, "reason": reason}
        case NoRoute(reason):
            return {"state": OutboxState.PARKED.value, "reason": reason}
        case Postponed(reason, after):
            is_reply = claimed.conversation_id is not None
            pauses = REPLY_BACK_OFF if is_reply else BACK_OFF
            if is_reply and claimed.attempt > len(pauses):
                return {**over, "state": OutboxState.FAILED.value, "reason": reason}
            wait = pauses[min(claimed.attempt, len(pauses)) - 1] if after is None else after
            not_before = now + wait
            return {"state": OutboxState.PENDING.value, "not_before": not_before, "reason": reason}


def _payload(sealer: Sealer, row: Any) -> Mapping[str, Any]:
    payload: Mapping[str, Any] = json.loads(sealer.open(row.payload_sealed, _place(row.key)))
    return payload


def _place(key: str) -> Place:
    return Place("outbox", "payload", key)
