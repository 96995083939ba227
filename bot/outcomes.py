"""How a delivery ended, as the outbox understands it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Sent:
    """The effect happened."""

    result: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The effect did not happen and will not: never retried."""

    reason: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """The effect did not happen, or may be repeated under its key: try again after a while."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Doubtful:
    """The call left and nobody knows whether it took effect."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoRoute:
    """The platform says that the customer may not be written to now: wait for their next word."""

    reason: str


Outcome = Sent | Failed | Postponed | Doubtful | NoRoute
