"""What becomes of slots that passed while nobody ran them. Every dated job states one of these."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.jobs.rhythms import Rhythm


class Overdue(Protocol):
    """A policy for slots that passed."""

    def pick(self, rhythm: Rhythm, done: int, now: datetime) -> int | None:
        """The number of the slot to run next, when `done` was the last that is over with."""


@dataclass(frozen=True, slots=True)
class Once:
    """Only the latest slot is run, however late; those before it are made up for by it."""

    def __str__(self) -> str:
        return "the latest, once"

    def pick(self, rhythm: Rhythm, done: int, now: datetime) -> int | None:
        """The present slot, unless it is over with."""
        present = rhythm.number_at(now)
        return present if present > done else None


ONCE: Final = Once()


@dataclass(frozen=True, slots=True)
class Each:
    """Every slot is run, the earliest first; of more than `at_most` only the latest so many."""

    at_most: int

    def __post_init__(self) -> None:
        if self.at_most < 1:
            raise ValueError("at least the present slot is run")

    def __str__(self) -> str:
        return f"each, {self.at_most} at most"

    def pick(self, rhythm: Rhythm, done: int, now: datetime) -> int | None:
        """The slot after the last one, or the earliest that is still made up for."""
        present = rhythm.number_at(now)
        return max(done + 1, present - self.at_most + 1) if present > done else None


@dataclass(frozen=True, slots=True)
class SkipAfter:
    """The latest slot is run if it began no longer than `tolerance` ago; else it is let go."""

    tolerance: timedelta

    def __str__(self) -> str:
        return f"skipped after {self.tolerance}"

    def pick(self, rhythm: Rhythm, done: int, now: datetime) -> int | None:
        """The present slot, unless it is over with or too late."""
        present = rhythm.number_at(now)
        is_in_time = now - rhythm.begin_of(present) <= self.tolerance
        return present if present > done and is_in_time else None
