"""Two customers that proved to be one person are one member. Their points are the ledger's."""

from typing import Final

from sqlalchemy import Table, delete, exists, update
from sqlmodel import Session, SQLModel, col, select

from commerce.inserting import affected_rows
from commerce.membership.tables import BirthdayReward, Member, Redemption, SignIn, TaskDone

_ONCE: Final[tuple[tuple[type[SQLModel], tuple[str, ...]], ...]] = (
    (Member, ()),
    (SignIn, ("day",)),
    (BirthdayReward, ("year",)),
    (TaskDone, ("kind",)),
)
"""Tables that hold one row a customer for each value of these columns."""


def join_members(session: Session, kept_id: int, gone_id: int) -> None:
    """Move all that one member has to the other; what both have is kept once."""
    _join_streaks(session, kept_id, gone_id)
    for table, names in _ONCE:
        rows = SQLModel.metadata.tables[str(table.__tablename__)]
        _join_rows(session, rows, names, kept_id, gone_id)
    used = select(Redemption.idempotency_key).where(Redemption.customer_id == kept_id)
    of_gone = col(Redemption.customer_id) == gone_id
    renamed = col(Redemption.idempotency_key) + f" of {gone_id}"
    clashes = of_gone & col(Redemption.idempotency_key).in_(used)
    affected_rows(session, update(Redemption).where(clashes).values(idempotency_key=renamed))
    affected_rows(session, update(Redemption).where(of_gone).values(customer_id=kept_id))


def _join_streaks(session: Session, kept_id: int, gone_id: int) -> None:
    """On a day when both signed in, the longer streak counts."""
    theirs = {
        each.day: each.streak
        for each in session.exec(select(SignIn).where(SignIn.customer_id == gone_id))
    }
    for each in session.exec(select(SignIn).where(SignIn.customer_id == kept_id)):
        each.streak = max(each.streak, theirs.get(each.day, 0))
        session.add(each)
    session.flush()


def _join_rows(
    session: Session, rows: Table, names: tuple[str, ...], kept_id: int, gone_id: int
) -> None:
    """Move the rows that the other does not have yet, and drop the rest."""
    mine = rows.alias()
    had = exists().where(
        mine.c.customer_id == kept_id, *(mine.c[name] == rows.c[name] for name in names)
    )
    of_gone = rows.c.customer_id == gone_id
    affected_rows(session, delete(rows).where(of_gone, had))
    affected_rows(session, update(rows).where(of_gone).values(customer_id=kept_id))
