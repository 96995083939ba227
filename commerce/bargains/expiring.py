"""Bargains whose time is up."""

from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, or_, select

from commerce.bargains.queries import LIVE
from commerce.bargains.tables import Bargain, BargainState
from commerce.events import announce
from commerce.inserting import core

AT_ONCE: Final = 500


def expire_over(session: Session, now: datetime) -> int:
    """Close bargains whose time is up; how many. Some are left when it is AT_ONCE.

    One with an order that waits to be paid is not among them: it expires when that closes.
    Announces bargain_expired for each.
    """
    is_live = or_(*(col(Bargain.state) == each for each in LIVE))
    over = (
        select(Bargain.id)
        .where(is_live, col(Bargain.expires_at) <= now)
        .order_by(col(Bargain.expires_at))
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    ids = session.exec(over).all()
    closed = (
        update(Bargain)
        .where(col(Bargain.id).in_(ids), is_live)
        .values(state=BargainState.EXPIRED)
        .returning(col(Bargain.id), col(Bargain.customer_id))
    )
    rows = core(session).execute(closed).all()
    for row in sorted(rows):
        announce(
            session, "bargain_expired", now=now, bargain_id=row.id, customer_id=row.customer_id
        )
    return len(rows)
