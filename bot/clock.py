"""The one clock. Due times, leases, tokens, windows and signed links ask it; SQL `now()` never."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

LOOK_AGAIN_SECONDS = 0.05


class Clock(Protocol):
    """Tells the shop's time, always as aware UTC."""

    def now(self) -> datetime:
        """The shop's present moment."""


class SystemClock:
    """Real time, plus the offset (decimal seconds) that a file holds, if one is given.

    The file lets a developer move a whole shop, several processes of it, into the future; a
    production start refuses it. A missing or unreadable file means no offset.
    """

    def __init__(self, offset_file: Path | None = None) -> None:
        self._offset_file = offset_file
        self._offset = timedelta() if offset_file is None else read_offset(offset_file)
        self._look_again_at = time.monotonic() + LOOK_AGAIN_SECONDS

    def now(self) -> datetime:
        """Real time in UTC, moved by the offset file."""
        if self._offset_file is not None and time.monotonic() >= self._look_again_at:
            self._look_again_at = time.monotonic() + LOOK_AGAIN_SECONDS
            self._offset = read_offset(self._offset_file)
        return real_now() + self._offset


class FrozenClock:
    """A clock for tests that moves only when told to."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """The moment it was set to."""
        return self._at

    def advance(self, **duration: float) -> None:
        """Move forward by `timedelta(**duration)`."""
        self._at += timedelta(**duration)


def read_offset(offset_file: Path) -> timedelta:
    """The offset that a file holds as decimal seconds; none when it holds anything else."""
    try:
        return timedelta(seconds=float(offset_file.read_text()))
    except (OSError, ValueError, OverflowError):
        return timedelta()


def real_now() -> datetime:
    """Real time in UTC. WeChat Pay checks outgoing signatures against it."""
    return datetime.now(UTC)
