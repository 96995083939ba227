"""Reminders of live streams: agreed to, withdrawn, and due ten minutes ahead, once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from commerce.inserting import affected_rows, insert_once
from commerce.live.tables import LiveReminder, LiveSession
from commerce.ordering.nudging import is_quiet

AHEAD: Final = timedelta(minutes=10)
"""So long before a stream begins those who agreed are reminded."""
A_ROUND: Final = 200


def may_remind(live: LiveSession, now: datetime) -> bool:
    """Whether a reminder of it can still be promised: it has not begun, and it is no night then."""
    return now < live.starts_at and not is_quiet(live.starts_at - AHEAD)


def agree(session: Session, live_id: int, customer_id: int, now: datetime) -> bool:
    """Keep a customer's consent to be reminded; false when they had agreed before."""
    return insert_once(
        session, LiveReminder, live_session_id=live_id, customer_id=customer_id, agreed_at=now
    )


def has_agreed(session: Session, live_id: int, customer_id: int) -> bool:
    """Whether the customer wants to be reminded of that stream."""
    statement = select(LiveReminder.id).where(
        LiveReminder.live_session_id == live_id, LiveReminder.customer_id == customer_id
    )
    return session.exec(statement).first() is not None


def withdraw(session: Session, customer_id: int) -> int:
    """Drop all the customer's reminders that are still to come; how many these were."""
    waiting = delete(LiveReminder).where(
        col(LiveReminder.customer_id) == customer_id, col(LiveReminder.told_at).is_(None)
    )
    return affected_rows(session, waiting)


def list_due(session: Session, now: datetime) -> Sequence[int]:
    """Ids of reminders whose time has come and whose stream has not begun; none at night."""
    if is_quiet(now):
        return []
    statement = (
        select(LiveReminder.id)
        .join(LiveSession, col(LiveSession.id) == col(LiveReminder.live_session_id))
        .where(
            col(LiveReminder.told_at).is_(None),
            col(LiveSession.is_on),
            col(LiveSession.starts_at) > now,
            col(LiveSession.starts_at) <= now + AHEAD,
        )
        .order_by(col(LiveReminder.id))
        .limit(A_ROUND)
    )
    return [reminder_id for reminder_id in session.exec(statement) if reminder_id is not None]


def claim(session: Session, reminder_id: int, now: datetime) -> LiveSession | None:
    """The stream to remind of, by this caller alone; None when it was withdrawn or is too late."""
    taken = (
        update(LiveReminder)
        .where(col(LiveReminder.id) == reminder_id, col(LiveReminder.told_at).is_(None))
        .values(told_at=now)
    )
    if affected_rows(session, taken) != 1:
        return None
    live = session.exec(
        select(LiveSession)
        .join(LiveReminder, col(LiveReminder.live_session_id) == col(LiveSession.id))
        .where(LiveReminder.id == reminder_id)
    ).one()
    return live if live.is_on and now < live.starts_at else None


def join_reminders(session: Session, kept_id: int, gone_id: int) -> None:
    """Two customers prove to be one person: what both agreed to stays once, told if one was."""
    rows = session.exec(
        select(LiveReminder)
        .where(col(LiveReminder.customer_id).in_((kept_id, gone_id)))
        .execution_options(populate_existing=True)
    ).all()
    kept = {row.live_session_id: row for row in rows if row.customer_id == kept_id}
    for gone in (row for row in rows if row.customer_id == gone_id):
        same = kept.get(gone.live_session_id)
        if same is None:
            gone.customer_id = kept_id
            session.add(gone)
            continue
        same.told_at = same.told_at or gone.told_at
        session.add(same)
        session.delete(gone)
    session.flush()
