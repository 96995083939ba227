"""Which slot is run next, after some have passed."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.jobs import Each, Every, Once, SkipAfter
from bot.jobs.overdue import Overdue

MINUTELY = Every(timedelta(minutes=1))
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
PRESENT = MINUTELY.number_at(NOON)


@pytest.mark.parametrize(
    ("overdue", "missed", "late", "ahead"),
    [
        # Missed slots, the present one among them; seconds into it; which one, counted from it.
        (Once(), 1, 59, 0),
        (Once(), 500, 59, 0),
        (Once(), 0, 0, None),
        (Once(), -3, 0, None),  # The clock has stepped back.
        (Each(3), 1, 0, 0),
        (Each(3), 2, 0, -1),
        (Each(3), 3, 0, -2),
        (Each(3), 500, 0, -2),
        (Each(1), 500, 0, 0),
        (Each(3), 0, 0, None),
        (Each(3), -3, 0, None),
        (SkipAfter(timedelta(seconds=30)), 1, 30, 0),
        (SkipAfter(timedelta(seconds=30)), 500, 30, 0),
        (SkipAfter(timedelta(seconds=30)), 1, 31, None),
        (SkipAfter(timedelta(seconds=30)), 0, 0, None),
        (SkipAfter(timedelta(seconds=30)), -3, 0, None),
    ],
    ids=str,
)
def test_the_policy_picks(overdue: Overdue, missed: int, late: int, ahead: int | None) -> None:
    picked = overdue.pick(MINUTELY, PRESENT - missed, NOON + timedelta(seconds=late))

    assert picked == (None if ahead is None else PRESENT + ahead)


def test_each_of_none_is_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        Each(0)
