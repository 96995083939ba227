"""How far the installation of an environment is: by far the longest waits of a first start."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from tools.setup.step import Job


@dataclass(frozen=True)
class Size:
    """How much work the packages of a lock file are, measured on Linux."""

    bytes_unpacked: int
    seconds_to_compile: int
    """On one core; it spreads over all."""


BOT = Size(bytes_unpacked=500_000_000, seconds_to_compile=30)
RASA = Size(bytes_unpacked=2_750_000_000, seconds_to_compile=70)


class Installation:
    """Watches uv at work on an environment."""

    def __init__(self, job: Job, size: Size) -> None:
        self._job = job
        self._size = size
        self._began_at = job.seconds
        self._compiling_since: float | None = None

    def describe(self) -> str:
        """What it does now, and about how long is left."""
        log = self._job.log.read_text(errors="replace")
        compiling = self._size.seconds_to_compile / (os.cpu_count() or 1)
        if re.search(r"^Installed ", log, re.MULTILINE):
            since = self._compiling_since = self._compiling_since or self._job.seconds
            return f"compiling, {about(compiling - (self._job.seconds - since))}"
        total = self._size.bytes_unpacked
        written = self._bytes_written()
        if not written:
            return gigabytes(total)
        share = min(written / total, 0.99)
        downloading = (self._job.seconds - self._began_at) * (1 - share) / share
        return f"{gigabytes(min(written, total), total)}, {about(downloading + compiling)}"

    def _bytes_written(self) -> int:
        """What uv has written so far; 0 where the system does not tell."""
        if self._job.process is None:
            return 0
        try:
            counters = Path(f"/proc/{self._job.process.pid}/io").read_text()
        except OSError:
            return 0
        found = re.search(r"^wchar: (\d+)", counters, re.MULTILINE)
        return int(found[1]) if found else 0


def gigabytes(*amounts: int) -> str:
    """Amounts of bytes, such as `0.4 of 2.8 GB`."""
    return " of ".join(f"{amount / 1e9:.1f}" for amount in amounts) + " GB"


def about(seconds: float) -> str:
    """The wait that is left, as precise as it is known."""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 90:
        return f"about {round(seconds, -1):.0f} s left"
    return f"about {seconds / 60:.0f} min left"
