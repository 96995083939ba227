"""When a job is due. A rhythm numbers its slots, so that what was missed is a difference."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar, Final, Protocol

from commerce.shanghai import SHANGHAI

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MONTHS: Final = 12
LONGEST_MONTH: Final = 31


class Rhythm(Protocol):
    """Slots one after the other, numbered without gaps; each lasts until the next begins."""

    @property
    def begins_at_once(self) -> bool:
        """Whether a new job runs in the slot it is first seen in, or waits for the next."""

    def number_at(self, moment: datetime) -> int:
        """The number of the slot that a moment falls into."""

    def begin_of(self, number: int) -> datetime:
        """When a slot begins, in UTC."""


@dataclass(frozen=True, slots=True)
class Every:
    """Slots of one length, counted from 1970 in UTC."""

    length: timedelta

    begins_at_once: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.length <= timedelta():
            raise ValueError(f"a slot of {self.length} does not last")

    def __str__(self) -> str:
        return f"every {self.length}"

    def number_at(self, moment: datetime) -> int:
        """Counted from 1970."""
        return (moment - EPOCH) // self.length

    def begin_of(self, number: int) -> datetime:
        """A whole number of lengths after 1970."""
        return EPOCH + number * self.length


@dataclass(frozen=True, slots=True)
class Daily:
    """A slot a day, from a time `HH:MM` in Shanghai on."""

    at: str
    _time: time = field(init=False, repr=False, compare=False)

    begins_at_once: ClassVar[bool] = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "_time", _time_of(self.at))

    def __str__(self) -> str:
        return f"daily at {self.at}"

    def number_at(self, moment: datetime) -> int:
        """The day in Shanghai on which the slot began, as an ordinal."""
        local = moment.astimezone(SHANGHAI)
        return local.toordinal() - (local.time() < self._time)

    def begin_of(self, number: int) -> datetime:
        """That time of that day."""
        return _moment(date.fromordinal(number), self._time)


@dataclass(frozen=True, slots=True)
class Monthly:
    """A slot a month, from a day and a time `HH:MM` in Shanghai on.

    In a month too short for the day it begins on the last one.
    """

    day: int
    at: str
    _time: time = field(init=False, repr=False, compare=False)

    begins_at_once: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not 1 <= self.day <= LONGEST_MONTH:
            raise ValueError(f"no month has a day {self.day}")
        object.__setattr__(self, "_time", _time_of(self.at))

    def __str__(self) -> str:
        return f"monthly on day {self.day} at {self.at}"

    def number_at(self, moment: datetime) -> int:
        """The month in Shanghai in which the slot began, counted from the year 0."""
        local = moment.astimezone(SHANGHAI)
        number = local.year * MONTHS + local.month - 1
        return number - (moment < self.begin_of(number))

    def begin_of(self, number: int) -> datetime:
        """That time of that day of the month, or of its last day."""
        year, month = number // MONTHS, number % MONTHS + 1
        return _moment(date(year, month, min(self.day, monthrange(year, month)[1])), self._time)


def _time_of(written: str) -> time:
    try:
        return datetime.strptime(written, "%H:%M").time()  # noqa: DTZ007 - a time of day alone
    except ValueError:
        raise ValueError(f"{written!r} is no time of day as HH:MM") from None


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, SHANGHAI).astimezone(UTC)
