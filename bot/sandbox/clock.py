"""The sandbox's clock: real time plus an offset that tests and the page move forward.

The offset lives in a file of decimal seconds that the shop's own clock reads too, so both ends
agree on the time without talking about it.
"""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bot.sandbox.errors import SandboxRefused


class SandboxClock:
    """Time as the platform sees it."""

    def __init__(self, offset_file: Path) -> None:
        self._file = offset_file
        self._seen: tuple[int, int] | None = None
        self._offset = 0.0

    @property
    def offset(self) -> float:
        """Seconds ahead of real time; the file is read again whenever it has changed."""
        try:
            stat = self._file.stat()
        except FileNotFoundError:
            self._seen, self._offset = None, 0.0
            return 0.0
        seen = (stat.st_mtime_ns, stat.st_ino)
        if seen != self._seen:
            self._offset = _read_seconds(self._file)
            self._seen = seen
        return self._offset

    def real_timestamp(self) -> float:
        """Seconds since the epoch on the machine's clock; request signatures of Pay use it."""
        return datetime.now(UTC).timestamp()

    def timestamp(self) -> float:
        """Seconds since the epoch, offset included."""
        return self.real_timestamp() + self.offset

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def move(self, seconds: float) -> None:
        """Go forward. Time never runs back: windows and expiries would reopen."""
        if seconds < 0:
            raise SandboxRefused("time only moves forward")
        self._file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._file.parent, prefix=".clock-")
        with os.fdopen(handle, "w") as file:
            file.write(f"{self.offset + seconds:.3f}\n")
        Path(name).replace(self._file)

    def move_to(self, instant: datetime) -> None:
        """Go forward to an aware instant."""
        self.move(instant.timestamp() - self.timestamp())


def _read_seconds(file: Path) -> float:
    try:
        return float(file.read_text().strip() or "0")
    except ValueError as error:
        raise SandboxRefused(f"{file} holds no number of seconds") from error
