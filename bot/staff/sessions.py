"""Sessions of the console: rows on our side, so that ending one ends it."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlmodel import Session, col, delete, select, update

from bot.staff.login_tables import StaffSession
from bot.staff.permissions import Signed
from bot.staff.tables import Role, Staff
from commerce.inserting import affected_rows

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
SEEN_EVERY: Final = timedelta(minutes=1)
SECRET_BYTES: Final = 32


def begin(session: Session, staff_id: int, address: str, now: datetime) -> str:
    """A new session; what its cookie holds, which is kept nowhere."""
    affected_rows(session, delete(StaffSession).where(col(StaffSession.began_at) <= now - LONGEST))
    secret = secrets.token_urlsafe(SECRET_BYTES)
    session.add(
        StaffSession(
            digest=digest_of(secret),
            staff_id=staff_id,
            address=address[:64],
            began_at=now,
            seen_at=now,
        )
    )
    session.flush()
    return secret


def find(session: Session, secret: str, now: datetime) -> tuple[Signed, Staff, bool] | None:
    """Whose session it is, with their row, and whether it is due to be seen.

    None once it lapsed or was ended, and as soon as its owner is deactivated.
    """
    row = session.exec(
        select(StaffSession, Staff)
        .join(Staff, col(Staff.id) == col(StaffSession.staff_id))
        .where(
            StaffSession.digest == digest_of(secret),
            col(Staff.is_active),
            col(StaffSession.began_at) > now - LONGEST,
            col(StaffSession.seen_at) > now - IDLE,
        )
    ).first()
    if row is None:
        return None
    kept, staff = row
    signed = Signed(kept.staff_id, staff.name, Role(staff.role))
    return signed, staff, now - kept.seen_at >= SEEN_EVERY


def see(session: Session, secret: str, now: datetime) -> None:
    """Keep a session from lapsing."""
    statement = update(StaffSession).where(col(StaffSession.digest) == digest_of(secret))
    affected_rows(session, statement.values(seen_at=now))


def end(session: Session, secret: str) -> None:
    """Log one browser out."""
    affected_rows(
        session, delete(StaffSession).where(col(StaffSession.digest) == digest_of(secret))
    )


def end_all(session: Session, staff_id: int) -> int:
    """Log somebody out everywhere; how many browsers that were."""
    return affected_rows(
        session, delete(StaffSession).where(col(StaffSession.staff_id) == staff_id)
    )


def count_live(session: Session, staff_id: int, now: datetime) -> int:
    """In how many browsers somebody is logged in."""
    return len(
        session.exec(
            select(StaffSession.digest).where(
                StaffSession.staff_id == staff_id,
                col(StaffSession.began_at) > now - LONGEST,
                col(StaffSession.seen_at) > now - IDLE,
            )
        ).all()
    )


def digest_of(secret: str) -> str:
    """What of a session's secret is kept."""
    return sha256(secret.encode()).hexdigest()
