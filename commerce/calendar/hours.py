"""When somebody is there, and how much working time lies between two moments."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import delete
from sqlmodel import Session, col, select

from commerce.calendar.tables import HolidayOverride, OpeningSpan
from commerce.calendar.workdays import SATURDAY, holidays
from commerce.errors import InvalidInput
from commerce.inserting import core
from commerce.shanghai import SHANGHAI

LOOKED_AHEAD: Final = 60
"""Days. Longer no shop is closed in a row."""
A_DAY: Final = 1440
MONDAY: Final = 0

type Span = tuple[int, int]
"""Minutes after midnight: opens, closes."""


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The week, and the days that are otherwise. A shop without a week is always open."""

    week: Mapping[int, Sequence[Span]] = field(default_factory=dict)
    """By day of the week, 0 for Monday."""
    overrides: Mapping[date, bool] = field(default_factory=dict)
    """Days on which the shop works, or does not, whatever the calendar says."""

    def spans_on(self, day: date) -> Sequence[Span]:
        """The hours of one day, in order: none on a public holiday; a weekend day that is worked
        for one has its own hours, or else Monday's."""
        if not self.week:
            return [(0, A_DAY)]
        own = self.week.get(day.weekday(), ())
        works = self.overrides.get(day)
        if works is None:
            kind = holidays().kind_of(day)
            works = None if kind is None else kind == "work"
        if works is None:
            return own
        return (own or self._of_a_weekday()) if works else ()

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is there at a moment."""
        return any(opens <= at < closes for opens, closes in self._openings(at))

    def next_opening(self, at: datetime) -> datetime | None:
        """The moment somebody is there again, or `at` itself; None when that is months away."""
        for opens, closes in self._openings(at):
            if at < closes:
                return max(at, opens)
        return None

    def working_seconds(self, start: datetime, end: datetime) -> float:
        """How much working time lies between two moments."""
        total = timedelta()
        for opens, closes in self._openings(start, end):
            if opens >= end:
                break
            total += max(timedelta(), min(closes, end) - max(opens, start))
        return total.total_seconds()

    def after_working(self, start: datetime, seconds: float) -> datetime | None:
        """The moment at which so much working time is over; None when that is months away."""
        left = timedelta(seconds=seconds)
        for opens, closes in self._openings(start):
            begins = max(opens, start)
            if begins + left <= closes and begins < closes:
                return begins + left
            left -= max(timedelta(), closes - begins)
        return None

    def _openings(
        self, start: datetime, end: datetime | None = None
    ) -> Iterator[tuple[datetime, datetime]]:
        day = start.astimezone(SHANGHAI).date()
        last = end.astimezone(SHANGHAI).date() if end else day + timedelta(days=LOOKED_AHEAD)
        while day <= last:
            midnight = datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
            for opens, closes in self.spans_on(day):
                yield midnight + timedelta(minutes=opens), midnight + timedelta(minutes=closes)
            day += timedelta(days=1)

    def _of_a_weekday(self) -> Sequence[Span]:
        hours = (self.week.get(day) for day in range(MONDAY, SATURDAY))
        return next((each for each in hours if each), ())


def get_hours(session: Session) -> OpeningHours:
    """The hours as operators set them."""
    week: dict[int, list[Span]] = {}
    spans = select(OpeningSpan).order_by(col(OpeningSpan.weekday), col(OpeningSpan.opens_minute))
    for span in session.exec(spans):
        week.setdefault(span.weekday, []).append((span.opens_minute, span.closes_minute))
    days = {each.day: each.is_working for each in session.exec(select(HolidayOverride))}
    return OpeningHours(week, days)


def set_week(session: Session, week: Mapping[int, Sequence[Span]]) -> None:
    """Change the week's hours. Raises InvalidInput; hours of a day must not overlap."""
    for weekday, spans in week.items():
        ends_at = -1
        for opens, closes in sorted(spans):
            if weekday not in range(7) or not max(ends_at, 0) <= opens < closes <= A_DAY:
                raise InvalidInput("营业时间要在一天之内，开始早于结束，不能重叠", field="week")
            ends_at = closes
    core(session).execute(delete(OpeningSpan))
    for weekday, spans in week.items():
        for opens, closes in spans:
            session.add(OpeningSpan(weekday=weekday, opens_minute=opens, closes_minute=closes))
    session.flush()


def set_override(session: Session, day: date, is_working: bool | None, note: str = "") -> None:
    """Say that the shop works that day, or does not; None leaves it to the calendar again."""
    found = session.get(HolidayOverride, day)
    if is_working is None:
        if found is not None:
            session.delete(found)
    else:
        row = found or HolidayOverride(day=day, is_working=is_working)
        row.is_working, row.note = is_working, note
        session.add(row)
    session.flush()


def list_overrides(session: Session) -> list[HolidayOverride]:
    """The days that are otherwise, in order."""
    return list(session.exec(select(HolidayOverride).order_by(col(HolidayOverride.day))))
