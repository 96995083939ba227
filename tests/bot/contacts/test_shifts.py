"""Who stands behind a channel code, minute by minute."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.contacts.shifts import DAY, check_shifts, is_within, minute_of, on_duty
from commerce.errors import InvalidInput
from commerce.shanghai import SHANGHAI

WEEKDAYS = [1, 2, 3, 4, 5]
SHIFTS: list[dict[str, Any]] = [
    {"weekdays": WEEKDAYS, "from": "09:00", "to": "18:00", "userids": ["wang", "li"]},
    {"weekdays": WEEKDAYS, "from": "18:00", "to": "02:00", "userids": ["zhao"]},
    {"weekdays": [6, 7], "from": "00:00", "to": "24:00", "userids": ["li"]},
]
MONDAY = datetime(2026, 11, 23, tzinfo=SHANGHAI)


def at(days: int = 0, **time: float) -> datetime:
    return (MONDAY + timedelta(days=days, **time)).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "people"),
    [
        (at(hours=8, minutes=59), ("boss",)),
        (at(hours=9), ("wang", "li")),
        (at(hours=17, minutes=59), ("wang", "li")),
        (at(hours=18), ("zhao",)),
        (at(days=1, hours=1, minutes=59), ("zhao",)),
        (at(days=1, hours=2), ("boss",)),
        (at(days=5, hours=1), ("zhao", "li")),
        (at(days=5, hours=3), ("li",)),
        (at(hours=1), ("boss",)),
    ],
    ids=[
        "before work",
        "first minute",
        "last minute",
        "evening",
        "past midnight",
        "night",
        "Friday's night into Saturday",
        "weekend",
        "Sunday's night has no shift",
    ],
)
def test_the_shift_of_the_moment_takes_customers(moment: datetime, people: tuple[str, ...]) -> None:
    assert on_duty(SHIFTS, ["boss"], 0, {}, moment) == people


@pytest.mark.parametrize(
    ("added", "people"),
    [
        ({}, ("wang", "li")),
        ({"wang": 9}, ("wang", "li")),
        ({"wang": 10}, ("li",)),
        ({"wang": 10, "li": 11}, ("boss",)),
    ],
)
def test_whoever_has_added_enough_today_makes_room(
    added: dict[str, int], people: tuple[str, ...]
) -> None:
    assert on_duty(SHIFTS, ["boss"], 10, added, at(hours=10)) == people


def test_without_a_backup_a_customer_still_meets_somebody() -> None:
    assert on_duty(SHIFTS, [], 1, {"wang": 1, "li": 1}, at(hours=10)) == ("wang", "li")


@given(st.integers(0, DAY - 1), st.integers(1, DAY), st.integers(0, 6), st.integers(0, 7 * DAY - 1))
def test_a_stretch_covers_each_of_its_minutes_once(
    start: int, end: int, weekday: int, minute: int
) -> None:
    begins = weekday * DAY + start
    length = (end - start) if start < end else end - start + DAY
    covered = any(begins <= minute + week < begins + length for week in (0, 7 * DAY))

    assert is_within([weekday + 1], start, end, MONDAY + timedelta(minutes=minute)) == covered


@pytest.mark.parametrize("written", ["", "9", "9:00", "24:01", "25:00", "12:60", "一点"])
def test_a_time_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput):
        minute_of(written, "from")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": [0]}, "weekdays"),
        ({"userids": []}, "userids"),
        ({"from": "8点"}, "from"),
        ({"to": ""}, "to"),
    ],
)
def test_a_wrong_shift_is_refused_at_its_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_shifts([{**SHIFTS[0], **change}])

    assert refusal.value.details["field"] == field
