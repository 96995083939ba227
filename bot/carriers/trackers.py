"""Who is asked where a parcel is, and what can go wrong in asking."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from bot.errors import BotError
from commerce.parcels.tracking import Question, Track

_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


class NotTracked(BotError):
    """No answer about a parcel. `for_good`: asking again would bring none either."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


class Tracker(Protocol):
    """One source of answers."""

    async def track(self, question: Question) -> Track:
        """What is known of the parcel; a parcel without a scan yet is ANNOUNCED.

        Raises NotTracked.
        """


@dataclass(frozen=True, slots=True)
class Trackers:
    """The sources that are set up: a carrier's own first, the general one for all others."""

    own: Mapping[str, Tracker]
    """By the carrier's code."""
    general: Tracker | None

    @property
    def is_empty(self) -> bool:
        """Whether nobody can be asked at all."""
        return not self.own and self.general is None

    async def track(self, question: Question) -> Track:
        """Ask the carrier's own source, else the general one. Raises NotTracked."""
        tracker = self.own.get(question.carrier, self.general)
        if tracker is None:
            raise NotTracked("nobody is set up to be asked about this carrier", for_good=True)
        return await tracker.track(question)


def in_utc(written: str) -> datetime:
    """A carrier's `2026-11-22 18:02:11`, which is Shanghai's time. Raises ValueError."""
    return datetime.fromisoformat(written).replace(tzinfo=_SHANGHAI).astimezone(UTC)
