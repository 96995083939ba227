"""What WeCom told, kept once before it is acknowledged, and heard until it has been heard."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Index, text
from sqlmodel import Field, Session, SQLModel, col, delete, select, update

from commerce.columns import BigId, UtcDateTime
from commerce.inserting import affected_rows, insert_once
from commerce.sealing import Place, SealBroken, Sealer

LEFT_BEHIND_AFTER: Final = timedelta(seconds=6)
MOST_ATTEMPTS: Final = 5
KEPT_FOR: Final = timedelta(days=3)
"""After that no delivery is repeated any more: signatures are accepted for ten minutes."""


class EventState(StrEnum):
    """What became of an event."""

    PENDING = "pending"
    HEARD = "heard"
    GIVEN_UP = "given_up"


class WeComEvent(SQLModel, table=True):
    """An event as accepted. Sealed under its digest, the SHA-256 of what was decrypted: system
    events all come from `sys` and have no number of their own."""

    __tablename__ = "wecom_event"
    __table_args__ = (
        Index(
            "ix_wecom_event_pending",
            "next_try_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    digest: str = Field(unique=True)
    fields_sealed: bytes
    state: str = EventState.PENDING
    attempts: int = 1
    """Counted before each try."""
    next_try_at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime)


def accept(
    session: Session, sealer: Sealer, digest: str, fields: Mapping[str, Any], now: datetime
) -> bool:
    """Keep an event; false for one that was kept before."""
    return insert_once(
        session,
        WeComEvent,
        digest=digest,
        fields_sealed=sealer.seal(json.dumps(fields, ensure_ascii=False), _place(digest)),
        state=EventState.PENDING.value,
        attempts=1,
        next_try_at=now + LEFT_BEHIND_AFTER,
        received_at=now,
    )


def finish(session: Session, digest: str) -> None:
    """It was heard."""
    _settle(session, digest, EventState.HEARD)


def take_up_left_behind(
    session: Session, sealer: Sealer, now: datetime
) -> Sequence[tuple[str, dict[str, Any]]]:
    """Events that nobody is hearing any more, counted as tried again: digest and fields.

    The pause grows with every try; after five an event is given up, and stays to be seen.
    So does one that does not open.
    """
    statement = (
        select(WeComEvent)
        .where(WeComEvent.state == EventState.PENDING, col(WeComEvent.next_try_at) <= now)
        .order_by(col(WeComEvent.id))
        .limit(100)
        .with_for_update(skip_locked=True)
    )
    left: list[tuple[str, dict[str, Any]]] = []
    for row in session.exec(statement).all():
        fields = None if row.attempts >= MOST_ATTEMPTS else _fields(sealer, row)
        if fields is None:
            row.state = EventState.GIVEN_UP
        else:
            row.attempts += 1
            row.next_try_at = now + LEFT_BEHIND_AFTER * row.attempts**2
            left.append((row.digest, fields))
        session.add(row)
    return left


def forget_old(session: Session, now: datetime) -> int:
    """Drop what was heard long ago; how many."""
    statement = delete(WeComEvent).where(
        col(WeComEvent.state) == EventState.HEARD, col(WeComEvent.received_at) < now - KEPT_FOR
    )
    return affected_rows(session, statement)


def _fields(sealer: Sealer, row: WeComEvent) -> dict[str, Any] | None:
    """None when its seal is broken: one such must not keep the others from being heard."""
    try:
        fields: dict[str, Any] = json.loads(sealer.open(row.fields_sealed, _place(row.digest)))
    except SealBroken:
        return None
    return fields


def _settle(session: Session, digest: str, state: EventState) -> None:
    statement = update(WeComEvent).where(col(WeComEvent.digest) == digest)
    affected_rows(session, statement.values(state=state.value))


def _place(digest: str) -> Place:
    return Place(WeComEvent.__tablename__, "fields", digest)
