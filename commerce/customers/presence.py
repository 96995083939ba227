"""Who is here now: the customer of a conversation that goes on."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, SQLModel

from commerce.customers.summary import note_seen
from commerce.customers.tables import Customer
from commerce.prepared import Prepared

SEEN_LATELY: Final = timedelta(minutes=1)
"""Last-seen times are kept to the minute: a lively chat does not rewrite its customer each turn."""
_TABLE = SQLModel.metadata.tables[Customer.__tablename__]


def see(session: Session, customer_id: int, now: datetime) -> int:
    """Note that a known customer is here; their present id, should they have been merged."""
    row = _FIND.one(session, wanted=customer_id)
    while row.merged_into_id is not None:
        row = _FIND.one(session, wanted=row.merged_into_id)
    if row.last_seen_at + SEEN_LATELY <= now:
        _SEE.run(session, wanted=row.id, moment=now)
        note_seen(session, row.id, now)
    present: int = row.id
    return present


_FIND: Final = Prepared(
    select(_TABLE.c.id, _TABLE.c.merged_into_id, _TABLE.c.last_seen_at).where(
        _TABLE.c.id == bindparam("wanted")
    )
)
_SEE: Final = Prepared(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("wanted"))
    .values(last_seen_at=bindparam("moment", type_=_TABLE.c.last_seen_at.type))
)
