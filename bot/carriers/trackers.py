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
    """No answer about a parcel. `for_good`: asking again about this one would bring none either.

    `is_misconfigured`: nothing is wrong with the parcel, but with the shop's account.
    """

    def __init__(
        self, reason: str, *, for_good: bool = False, is_misconfigured: bool = False
    ) -> None:
        super().__init__(reason)
        self.for_good = for_good
        self.is_misconfigured = is_misconfigured


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

    def may_ask(self, carrier: str) -> bool:
        """Whether somebody can be asked about this carrier's parcels."""
        return carrier in self.own or self.general is not None

    async def track(self, question: Question) -> Track:
        """Ask the carrier's own source, else the general one. Raises NotTracked."""
        tracker = self.own.get(question.carrier, self.general)
        if tracker is None:
            reason = f"nobody is set up to be asked about {question.carrier}"
            raise NotTracked(reason, is_misconfigured=True)
        return await tracker.track(question)


def in_utc(written: str) -> datetime:
    """A carrier's `2026-11-22 18:02:11`, which is Shanghai's time. Raises ValueError."""
    return datetime.fromisoformat(written).replace(tzinfo=_SHANGHAI).astimezone(UTC)
