"""China's working days: holidays are off, and some weekend days are worked for them (调休)."""

import logging
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final, Literal

HOLIDAYS_FILE: Final = Path(__file__).with_name("holidays.toml")
SATURDAY: Final = 5
_log = logging.getLogger(__name__)

type Kind = Literal["off", "work"]


@dataclass(frozen=True, slots=True)
class Holidays:
    """Days that are not what their place in the week says. `years` are those that are known."""

    years: frozenset[int]
    days: Mapping[date, Kind]

    def kind_of(self, day: date) -> Kind | None:
        """`off` for a public holiday, `work` for a weekend day that is worked; else None.

        Of a year that is not known nothing is said, and one warning logged.
        """
        if day.year not in self.years:
            _warn_of(day.year)
        return self.days.get(day)


def is_working_day(day: date) -> bool:
    """Whether people in offices work that day. A year without a table has plain weekdays."""
    kind = holidays().kind_of(day)
    return day.weekday() < SATURDAY if kind is None else kind == "work"


@cache
def holidays() -> Holidays:
    """The table that comes with the shop."""
    return read_holidays(HOLIDAYS_FILE)


def read_holidays(path: Path) -> Holidays:
    """A table from its TOML file. Raises ValueError on a day that is no date."""
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    days: dict[date, Kind] = {}
    for year in written.values():
        for first, last in year["off"]:
            day = date.fromisoformat(first)
            while day <= date.fromisoformat(last):
                days[day] = "off"
                day += timedelta(days=1)
        days |= dict.fromkeys(map(date.fromisoformat, year["work"]), "work")
    return Holidays(frozenset(map(int, written)), days)


@cache
def _warn_of(year: int) -> None:
    """Once a year and process."""
    _log.warning("the public holidays of %s are not known: plain weekdays are reckoned with", year)
