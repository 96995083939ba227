"""The shop's calendar: a day begins at midnight in Shanghai."""

from calendar import isleap
from datetime import date, datetime
from typing import Final

from commerce.shanghai import SHANGHAI

_LEAP_DAY: Final = (2, 29)


def day_of(moment: datetime) -> date:
    """The day of a moment in Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def birthdays_on(day: date) -> list[tuple[int, int]]:
    """The birthdays, as month and day, that are kept on a day.

    29 February is kept on the 28th in years that have no 29th.

    >>> birthdays_on(date(2027, 2, 28)), birthdays_on(date(2028, 2, 28))
    ([(2, 28), (2, 29)], [(2, 28)])
    """
    kept = [(day.month, day.day)]
    if (day.month, day.day) == (2, 28) and not isleap(day.year):
        kept.append(_LEAP_DAY)
    return kept
