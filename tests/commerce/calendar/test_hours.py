"""Public holidays, worked Sundays, and working time to the second."""

import logging
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from commerce.calendar import workdays
from commerce.calendar.hours import (
    OpeningHours,
    get_hours,
    list_overrides,
    set_override,
    set_week,
)
from commerce.calendar.workdays import HOLIDAYS_FILE, is_working_day, read_holidays
from commerce.errors import InvalidInput
from commerce.shanghai import SHANGHAI

OFFICE = {day: [(9 * 60, 12 * 60), (13 * 60, 18 * 60)] for day in range(5)}
HOURS = OpeningHours(OFFICE)


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2024-02-09", True),
        ("2024-02-10", False),
        ("2024-02-18", True),
        ("2024-10-12", True),
        ("2025-01-26", True),
        ("2025-02-04", False),
        ("2025-10-08", False),
        ("2025-09-28", True),
        ("2026-01-04", True),
        ("2026-02-14", True),
        ("2026-02-23", False),
        ("2026-09-20", True),
        ("2026-10-01", False),
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),
        ("2026-10-11", False),
    ],
)
def test_holidays_are_off_and_the_weekend_days_worked_for_them_are_not(
    day: str, works: bool
) -> None:
    assert is_working_day(date.fromisoformat(day)) is works


def test_every_worked_day_is_of_a_weekend_and_no_holiday_is_worked() -> None:
    table = read_holidays(HOLIDAYS_FILE)
    worked = [day for day, kind in table.days.items() if kind == "work"]

    assert table.years == {2024, 2025, 2026}
    assert all(day.weekday() >= 5 for day in worked)
    assert {year: sum(day.year == year for day in worked) for year in table.years} == {
        2024: 8,
        2025: 5,
        2026: 6,
    }
    assert {
        year: sum(kind == "off" and day.year == year for day, kind in table.days.items())
        for year in table.years
    } == {2024: 28, 2025: 28, 2026: 33}


def test_an_unknown_year_has_plain_weekdays_and_one_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    workdays._warn_of.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert is_working_day(date(2031, 10, 1))
        assert not is_working_day(date(2031, 10, 4))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "2031" in caplog.text


def test_national_day_is_closed_and_the_sunday_worked_for_it_is_open() -> None:
    assert HOURS.is_open(at("2026-09-20T10:00"))
    assert not HOURS.is_open(at("2026-09-27T10:00"))
    assert not HOURS.is_open(at("2026-10-01T10:00"))
    assert HOURS.next_opening(at("2026-09-30T18:00")) == at("2026-10-08T09:00")


def test_working_time_leaps_over_lunch_the_night_and_the_holiday() -> None:
    start = at("2026-09-30T17:58:30")

    assert HOURS.after_working(start, 90) == at("2026-09-30T18:00")
    assert HOURS.after_working(start, 91) == at("2026-10-08T09:00:01")
    assert HOURS.after_working(at("2026-10-08T11:59:59"), 2) == at("2026-10-08T13:00:01")
    assert HOURS.working_seconds(start, at("2026-10-08T09:00:01")) == 91
    assert HOURS.working_seconds(at("2026-10-03T00:00"), at("2026-10-04T00:00")) == 0


def test_a_shop_without_hours_is_always_open() -> None:
    midnight = at("2026-10-01T00:00")

    assert OpeningHours().is_open(midnight)
    assert OpeningHours().next_opening(midnight) == midnight
    assert OpeningHours().after_working(midnight, 60) == midnight + timedelta(minutes=1)


def test_what_the_shop_says_of_a_day_goes_before_the_calendar(session: Session) -> None:
    set_week(session, OFFICE)
    set_override(session, date(2026, 10, 1), True, "值班")
    set_override(session, date(2026, 10, 9), False)

    hours = get_hours(session)
    assert hours.is_open(at("2026-10-01T10:00"))
    assert not hours.is_open(at("2026-10-09T10:00"))
    assert [each.note for each in list_overrides(session)] == ["值班", ""]

    set_override(session, date(2026, 10, 9), None)
    assert get_hours(session).is_open(at("2026-10-09T10:00"))


@pytest.mark.parametrize(
    "week", [{0: [(600, 600)]}, {0: [(0, 1441)]}, {7: [(0, 60)]}, {1: [(0, 60), (30, 90)]}]
)
def test_hours_that_cannot_be_are_refused(
    session: Session, week: dict[int, list[tuple[int, int]]]
) -> None:
    with pytest.raises(InvalidInput):
        set_week(session, week)


moments = st.integers(0, 49 * 86_400).map(
    lambda seconds: at("2026-09-01T00:00") + timedelta(seconds=seconds)
)


@given(start=moments, seconds=st.integers(1, 90_000))
def test_so_much_working_time_lies_before_the_moment_it_is_over(
    start: datetime, seconds: int
) -> None:
    end = HOURS.after_working(start, seconds)

    assert end is not None
    assert HOURS.working_seconds(start, end) == seconds
    assert HOURS.working_seconds(start, end - timedelta(seconds=1)) == seconds - 1
