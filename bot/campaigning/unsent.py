"""What a run has put into the outbox and has not left: counted, and taken back."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select, update
from sqlmodel import Session

from bot.notices import wallet
from bot.notices.posting import APPS
from bot.outbox_statements import TABLE, has_begun
from bot.tables import OutboxState
from commerce.columns import in_state
from commerce.inserting import core
from commerce.prepared import Prepared
from commerce.sealing import Place, Sealer

WAITING: Final = (OutboxState.HELD, OutboxState.PENDING)
TOOK_A_CREDIT: Final = frozenset(f"{app}.notice" for app in APPS)
"""Subscription messages; text messages and template messages cost the customer none."""


def count(session: Session, run_id: int) -> int:
    """Rows of a run that have not left, or of which nobody knows yet."""
    number: int = _COUNT.one(session, run=run_id).waiting
    return number


def take_back(
    session: Session,
    sealer: Sealer,
    run_id: int,
    why: str,
    now: datetime,
    *,
    begun: bool,
    only: Collection[str] | None = None,
) -> Collection[str]:
    """Supersede a run's letters that have not left; the keys of their rows.

    A letter of which a row has left goes on unless `begun`: its customer would hear it twice.
    `only` are the keys of the letters' last rows; None means all letters.
    """
    which = [TABLE.c.run_id == run_id, in_state(TABLE, *WAITING)]
    if only is not None:
        which.append(_of_letters(only))
    # Held first: whether one of their letter has begun is asked of what is true after that.
    held = select(TABLE.c.id).where(*which)
    core(session).execute(held.order_by(TABLE.c.id).with_for_update(of=TABLE)).all()
    statement = update(TABLE).where(
        *which,
        # Mass tasks are stopped by who keeps their state.
        or_(TABLE.c.kind.like("%.reply"), TABLE.c.kind.like("%.notice")),
    )
    if not begun:
        # One in doubt goes on under its own key, by which the platform knows it again.
        statement = statement.where(TABLE.c.attempts == 0, ~_HAS_BEGUN)
    values = {"state": OutboxState.SUPERSEDED.value, "reason": why, "finished_at": now}
    superseding = statement.values(**values).returning(
        TABLE.c.key, TABLE.c.kind, TABLE.c.payload_sealed
    )
    keys = []
    for row in core(session).execute(superseding).all():
        keys.append(row.key)
        if row.kind in TOOK_A_CREDIT:
            told = json.loads(sealer.open(row.payload_sealed, Place("outbox", "payload", row.key)))
            wallet.add(session, told["account"], told["openid"], told["template_id"], now)
    return keys


def _of_letters(ends: Collection[str]) -> ColumnElement[bool]:
    """Whether a row belongs to a letter that one of these rows ends: they were said together."""
    return exists().where(
        _LAST.c.key.in_(ends),
        _LAST.c.run_id == TABLE.c.run_id,
        or_(
            _LAST.c.id == TABLE.c.id,
            and_(
                _LAST.c.conversation_id == TABLE.c.conversation_id,
                _LAST.c.created_at == TABLE.c.created_at,
            ),
        ),
    )


_LAST = TABLE.alias("last")
_HAS_BEGUN: Final = has_begun(*(each for each in OutboxState if each not in WAITING))
_COUNT: Final = Prepared(
    select(func.count().label("waiting")).where(
        TABLE.c.run_id == bindparam("run"), in_state(TABLE, *WAITING, OutboxState.SENDING)
    )
)
