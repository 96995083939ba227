"""The platform's cap: how many mass messages a customer or a customer group may receive.

WeCom refuses what is over it only when a sender confirms. So it is counted here, before a task is
made, by recipient and day of Shanghai (企业微信 创建企业群发: as many in a month as it has days,
which a corp's administrator may narrow to seven a week or one a day).
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, delete, func, literal, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from campaigns.mass.tables import MassReceipt
from commerce.inserting import affected_rows, core
from commerce.shanghai import SHANGHAI

LOCK: Final = 0x6D617373
"""Of PostgreSQL's advisory locks: who counts receipts holds it."""
KEPT_DAYS: Final = 62
"""No period looks back further."""

type Addresses = Select[Any]
"""A statement that gives external_userids or chat ids."""


class CapPolicy(StrEnum):
    """What a corp's administrator has set in WeCom."""

    MONTH_DAYS = "month_days"
    WEEK7 = "week7"
    DAY1 = "day1"
    """Within each of the others too, so the safe one when nobody knows."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days, first to last, in which a recipient may receive `limit` messages."""

    first: date
    last: date
    limit: int


def period_of(policy: str, day: date) -> Period:
    """The period that a day of Shanghai falls into.

    >>> period_of("month_days", date(2026, 11, 23)).limit
    30
    """
    match CapPolicy(policy):
        case CapPolicy.MONTH_DAYS:
            days = monthrange(day.year, day.month)[1]
            return Period(day.replace(day=1), day.replace(day=days), days)
        case CapPolicy.WEEK7:
            monday = day - timedelta(days=day.weekday())
            return Period(monday, monday + timedelta(days=6), 7)
        case CapPolicy.DAY1:
            return Period(day, day, 1)


def day_of(now: datetime) -> date:
    """The day in Shanghai."""
    return now.astimezone(SHANGHAI).date()


def next_period(policy: str, now: datetime) -> datetime:
    """When the next period begins, in UTC."""
    last = period_of(policy, day_of(now)).last
    return datetime.combine(last + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)


def may_receive(address: ColumnElement[str], policy: str, now: datetime) -> ColumnElement[bool]:
    """A condition: whether one more message fits, for the address in the enclosing statement."""
    period = period_of(policy, day_of(now))
    return _received(address, period) < period.limit


def hold(session: Session) -> None:
    """Let nobody else count receipts until the transaction ends.

    Before any mass task is held, and whatever is known of one is read again after it: meanwhile
    another may have counted its recipients on another day.

    A writer of SQLite has the whole file; on PostgreSQL two who count for different days of a
    period would not see each other.
    """
    if session.get_bind().dialect.name == "postgresql":
        core(session).execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))


def take(session: Session, addresses: Addresses, policy: str, now: datetime) -> int:
    """Count one more message today for each address that has room; how many those are.

    The others are left as they are. An address that is given twice is counted once.
    """
    hold(session)
    day = day_of(now)
    period = period_of(policy, day)
    given = addresses.distinct().subquery("given")
    address: ColumnElement[str] = given.c[0]
    rows = select(address, literal(day, _TABLE.c.day.type), literal(1)).where(
        _received(address, period) < period.limit
    )
    return affected_rows(session, _adding(session, rows))


def give_back(session: Session, addresses: Addresses, day: date) -> int:
    """Count one message less on that day for each address: it surely was not sent."""
    hold(session)
    statement = update(_TABLE).where(
        _TABLE.c.day == day, _TABLE.c.taken > 0, _TABLE.c.address.in_(addresses)
    )
    return affected_rows(session, statement.values(taken=_TABLE.c.taken - 1))


def count_again(session: Session, addresses: Addresses, planned: date, sent: date) -> None:
    """Let messages count on the day on which they were sent instead of the planned one."""
    if planned == sent:
        return
    hold(session)
    give_back(session, addresses, planned)
    given = addresses.distinct().subquery("given")
    day = literal(sent, _TABLE.c.day.type)
    rows = select(given.c[0], day, literal(1)).where(literal(1) == 1)
    affected_rows(session, _adding(session, rows))


def fill(session: Session, addresses: Addresses, policy: str, now: datetime) -> None:
    """WeCom says that these have received all they may: nothing more fits in this period."""
    hold(session)
    day = day_of(now)
    period = period_of(policy, day)
    given = addresses.distinct().subquery("given")
    address: ColumnElement[str] = given.c[0]
    missing = period.limit - _received(address, period)
    rows = select(address, literal(day, _TABLE.c.day.type), missing).where(missing > 0)
    affected_rows(session, _adding(session, rows))


def forget(session: Session, now: datetime) -> int:
    """Drop what no period counts any more; how many rows."""
    before = day_of(now) - timedelta(days=KEPT_DAYS)
    return affected_rows(session, delete(_TABLE).where(_TABLE.c.day < before))


def _received(address: ColumnElement[str], period: Period) -> ColumnElement[int]:
    taken = select(func.coalesce(func.sum(_COUNTED.c.taken), 0)).where(
        _COUNTED.c.address == address,
        _COUNTED.c.day.between(period.first, period.last),
    )
    return taken.scalar_subquery()


def _adding(session: Session, rows: Select[Any]) -> Any:
    """Add rows of (address, day, messages) to what is counted."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    # SQLite wants a WHERE in `rows`, else it takes ON CONFLICT for a part of a join.
    inserting = dialect.insert(_TABLE).from_select(["address", "day", "taken"], rows)
    taken = _TABLE.c.taken + inserting.excluded.taken
    adding = inserting.on_conflict_do_update(
        index_elements=["address", "day"], set_={"taken": taken}
    )
    return adding.execution_options(preserve_rowcount=True)  # Else PostgreSQL's gives none.


_TABLE = SQLModel.metadata.tables[MassReceipt.__tablename__]
_COUNTED = _TABLE.alias("counted")
