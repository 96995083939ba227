"""Who of the shop's people is there."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, update

from bot.staff.tables import Presence, Staff
from commerce.errors import NotFound
from commerce.inserting import affected_rows

SEEN_FOR: Final = timedelta(minutes=2)
"""Their console gives a sign of life every half minute or so."""


def be(session: Session, staff_id: int, presence: Presence, now: datetime) -> None:
    """Take customers from now on, or take none. Raises NotFound."""
    _note(session, staff_id, presence=presence.value, seen_at=now)


def alive(session: Session, staff_id: int, now: datetime) -> None:
    """A sign of life. Raises NotFound for somebody who no longer works here."""
    _note(session, staff_id, seen_at=now)


def is_online(now: datetime) -> ColumnElement[bool]:
    """Of a row of `staff`: they take customers, and were seen just now."""
    return (
        col(Staff.is_active)
        & (col(Staff.presence) == Presence.ONLINE.value)
        & (col(Staff.seen_at) > now - SEEN_FOR)
    )


def _note(session: Session, staff_id: int, **values: Any) -> None:
    who = update(Staff).where(col(Staff.id) == staff_id, col(Staff.is_active))
    if affected_rows(session, who.values(**values)) != 1:
        raise NotFound("没有这位同事")
