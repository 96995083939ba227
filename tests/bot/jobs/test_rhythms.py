"""When slots begin: in UTC by length, in Shanghai by the day and by the month."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs import Daily, Every, Monthly
from bot.jobs.rhythms import EPOCH, Rhythm
from commerce.shanghai import SHANGHAI

RHYTHMS = (
    Every(timedelta(seconds=2)),
    Every(timedelta(days=7)),
    Daily("00:00"),
    Daily("23:59"),
    Monthly(1, "00:00"),
    Monthly(31, "10:00"),
)


def shanghai(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("rhythm", "moment", "begin"),
    [
        (Every(timedelta(minutes=5)), "2026-11-23 12:04:59.999999", "2026-11-23 12:00"),
        (Every(timedelta(minutes=5)), "2026-11-23 12:05", "2026-11-23 12:05"),
        (Every(timedelta(days=1)), "2026-11-23 07:59", "2026-11-22 08:00"),  # Midnight in UTC.
        (Every(timedelta(days=1)), "1969-12-31 23:00", "1969-12-31 08:00"),
        (Daily("10:00"), "2026-11-23 10:00", "2026-11-23 10:00"),
        (Daily("10:00"), "2026-11-23 09:59:59.999999", "2026-11-22 10:00"),
        (Daily("00:00"), "2026-11-23 00:00", "2026-11-23 00:00"),
        (Daily("00:00"), "2026-11-22 23:59:59.999999", "2026-11-22 00:00"),
        (Daily("23:59"), "2027-01-01 00:00", "2026-12-31 23:59"),
        (Daily("10:00"), "2028-03-01 09:00", "2028-02-29 10:00"),  # A leap year.
        (Daily("10:00"), "2027-03-01 09:00", "2027-02-28 10:00"),
        (Monthly(1, "10:00"), "2026-12-01 09:59", "2026-11-01 10:00"),
        (Monthly(1, "10:00"), "2026-12-01 10:00", "2026-12-01 10:00"),
        (Monthly(1, "00:00"), "2027-01-01 00:00", "2027-01-01 00:00"),
        (Monthly(1, "00:00"), "2026-12-31 23:59", "2026-12-01 00:00"),
        (Monthly(31, "10:00"), "2026-11-30 10:00", "2026-11-30 10:00"),
        (Monthly(31, "10:00"), "2026-12-30 10:00", "2026-11-30 10:00"),
        (Monthly(31, "10:00"), "2027-02-28 10:00", "2027-02-28 10:00"),
        (Monthly(29, "10:00"), "2028-02-28 10:00", "2028-01-29 10:00"),
        (Monthly(30, "10:00"), "2028-02-29 10:00", "2028-02-29 10:00"),
    ],
    ids=str,
)
def test_the_slot_of_a_moment(rhythm: Rhythm, moment: str, begin: str) -> None:
    found = rhythm.begin_of(rhythm.number_at(shanghai(moment).astimezone(UTC)))

    assert found == shanghai(begin)
    assert found.tzinfo is UTC


@given(
    st.sampled_from(RHYTHMS),
    st.timedeltas(timedelta(), timedelta(days=50_000)).map(EPOCH.__add__),
)
def test_slots_follow_one_another_without_gap(rhythm: Rhythm, moment: datetime) -> None:
    number = rhythm.number_at(moment)
    begin, end = rhythm.begin_of(number), rhythm.begin_of(number + 1)

    assert begin <= moment < end
    assert rhythm.number_at(begin) == number == rhythm.number_at(end) - 1
    assert rhythm.number_at(end - timedelta(microseconds=1)) == number


@pytest.mark.parametrize("written", ["24:00", "10", "10:60", "", "10:00:00"])
def test_what_is_no_time_of_day_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="no time of day"):
        Daily(written)
    with pytest.raises(ValueError, match="no time of day"):
        Monthly(1, written)


@pytest.mark.parametrize("day", [0, 32])
def test_a_day_that_no_month_has_is_refused(day: int) -> None:
    with pytest.raises(ValueError, match="no month"):
        Monthly(day, "10:00")


def test_a_slot_lasts() -> None:
    with pytest.raises(ValueError, match="does not last"):
        Every(timedelta())
