"""Some days of the shop's calendar, and what SQL needs to count by them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, String, and_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from commerce.shanghai import SHANGHAI

MOST_DAYS: Final = 366
USUAL_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Span:
    """From the first day to the last, both included, in Shanghai; MOST_DAYS at most."""

    first: date
    last: date

    @classmethod
    def of(cls, first: date | None, last: date | None, now: datetime) -> "Span":
        """The days asked for, mended where they make no sense; the last fortnight for none."""
        today = now.astimezone(SHANGHAI).date()
        last = min(last or today, today)
        first = first or last - timedelta(days=USUAL_DAYS - 1)
        first, last = min(first, last), max(first, last)
        return cls(max(first, last - timedelta(days=MOST_DAYS - 1)), last)

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time(), SHANGHAI).astimezone(UTC)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)

    def days(self) -> Iterator[str]:
        """Each day as `shanghai_day` writes it."""
        for number in range((self.last - self.first).days + 1):
            yield str(self.first + timedelta(days=number))

    def holds(self, at: Any) -> ColumnElement[bool]:
        """Whether a column's moment lies in it, in words that an index answers."""
        return and_(at >= self.begins, at < self.ends)


class shanghai_day(FunctionElement[str]):  # noqa: N801 - named as SQL functions are
    """The day of a moment in Shanghai, such as `2026-11-23`. China has no summer time."""

    type = String()
    inherit_cache = True
    name = "shanghai_day"


@compiles(shanghai_day, "sqlite")
def _day_in_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    # To the second: SQLite would round a moment to the millisecond, and into the next day.
    return f"date(substr({compiler.process(element.clauses, **options)}, 1, 19), '+8 hours')"


@compiles(shanghai_day, "postgresql")
def _day_in_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"to_char({moment} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')"


class seconds_between(FunctionElement[int]):  # noqa: N801 - named as SQL functions are
    """Whole seconds from the first moment to the second."""

    type = Integer()
    inherit_cache = True
    name = "seconds_between"


@compiles(seconds_between, "sqlite")
def _seconds_in_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    first, second = (compiler.process(each, **options) for each in element.clauses)
    # julianday is a double that knows a moment to some hundredths of a millisecond.
    return f"CAST(ROUND((julianday({second}) - julianday({first})) * 86400) AS INTEGER)"


@compiles(seconds_between, "postgresql")
def _seconds_in_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    first, second = (compiler.process(each, **options) for each in element.clauses)
    return f"CAST(ROUND(EXTRACT(EPOCH FROM ({second} - {first}))) AS INTEGER)"
