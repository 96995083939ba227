"""Notifies of WeChat Pay, each one once."""

from datetime import datetime

from sqlmodel import Session

from commerce.inserting import insert_once
from commerce.payments.tables import PayNotice


def find_notice(session: Session, notice_id: str) -> PayNotice | None:
    """The notify of that id, if it came before."""
    return session.get(PayNotice, notice_id)


def keep_notice(
    session: Session,
    *,
    notice_id: str,
    event_type: str,
    number: str,
    outcome: str,
    now: datetime,
) -> bool:
    """Keep a verified notify with what it came to; False when it was kept before."""
    return insert_once(
        session,
        PayNotice,
        notice_id=notice_id,
        event_type=event_type,
        number=number,
        outcome=outcome,
        received_at=now,
    )
