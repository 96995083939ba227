"""Every night: summaries compared with the books and mended, and everybody scored anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, case, func, or_, select, update
from sqlmodel import Session

from commerce.customers.summary_statements import (
    SUMMARY,
    drop_stray,
    write_bought,
    write_facts,
)
from commerce.inserting import core
from commerce.prepared import Prepared

TILES: Final = 5
SCORED: Final = {"r": SUMMARY.c.last_paid_at, "f": SUMMARY.c.orders, "m": SUMMARY.c.spent}
"""What each score ranks, lowest first."""


@dataclass(frozen=True, slots=True)
class Quintiles:
    """The highest value of each of the four lower fifths of the buyers, by score."""

    tops: dict[str, Sequence[Any]]


def rebuild(session: Session, first: int, last: int) -> int:
    """Mend the summaries of customers `first` to `last`; how many rows said something else.

    Contacts are not among the shop's own books: who keeps them mends them.
    """
    _LOCK.all(session, first=first, last=last)
    mended = write_facts(session, first, last) + write_bought(session, first, last)
    return mended + drop_stray(session, first, last)


def find_quintiles(session: Session) -> Quintiles | None:
    """Where the fifths of all who have bought lie, read in one pass; None while nobody has."""
    tiles = (
        select(
            *(column.label(f"{score}_value") for score, column in SCORED.items()),
            *(
                func.ntile(TILES).over(order_by=column).label(f"{score}_tile")
                for score, column in SCORED.items()
            ),
        )
        .where(SUMMARY.c.orders > 0, SUMMARY.c.last_paid_at.is_not(None))
        .subquery("tiles")
    )
    tops = [
        func.max(case((tiles.c[f"{score}_tile"] <= tile, tiles.c[f"{score}_value"])))
        for score in SCORED
        for tile in range(1, TILES)
    ]
    found = core(session).execute(select(*tops)).one()
    if found[0] is None:
        return None
    per_score = TILES - 1
    return Quintiles(
        {
            score: found[number * per_score : (number + 1) * per_score]
            for number, score in enumerate(SCORED)
        }
    )


def score(session: Session, quintiles: Quintiles | None, first: int, last: int) -> int:
    """Score customers `first` to `last`; how many have another score than before.

    1 to 5; equal customers have equal scores, and 0 is of who has bought nothing.
    """
    wanted: dict[str, ColumnElement[int]] = {
        name: case((SUMMARY.c.orders > 0, _score(column, quintiles.tops[name])), else_=0)
        if quintiles is not None
        else case((SUMMARY.c.orders > 0, 1), else_=0)
        for name, column in SCORED.items()
    }
    differs = or_(*(SUMMARY.c[name] != value for name, value in wanted.items()))
    statement = (
        update(SUMMARY)
        .where(SUMMARY.c.customer_id.between(first, last), differs)
        .values({SUMMARY.c[name]: value for name, value in wanted.items()})
    )
    return core(session).execute(statement).rowcount


def _score(column: ColumnElement[Any], tops: Sequence[Any]) -> ColumnElement[int]:
    """One, and one more for each fifth that the value is beyond."""
    above: ColumnElement[int] = case((column > tops[0], 1), else_=0)
    for top in tops[1:]:
        above = above + case((column > top, 1), else_=0)
    return above + 1


_LOCK: Final = Prepared(
    select(SUMMARY.c.customer_id)
    .where(SUMMARY.c.customer_id >= bindparam("first"), SUMMARY.c.customer_id <= bindparam("last"))
    .order_by(SUMMARY.c.customer_id)
    .with_for_update()
)
