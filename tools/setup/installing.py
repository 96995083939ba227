"""How far the Rasa environment is: by far the longest wait of a first start."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tools.setup.step import Job

BYTES_UNPACKED = 2_750_000_000
"""What uv writes for the lock file of Rasa 3.6.21, measured on Linux."""
COMPILING_ON_ONE_CORE = 70
"""Seconds, measured; it spreads over all cores."""


class RasaInstallation:
    """Watches uv at work on the Rasa environment."""

    def __init__(self, job: Job, folder: Path) -> None:
        self._job = job
        self._folder = folder
        self._compiling_since: float | None = None

    def describe(self) -> str:
        """What it does now, and about how long is left."""
        log = self._job.log.read_text(errors="replace")
        compiling = COMPILING_ON_ONE_CORE / (os.cpu_count() or 1)
        if re.search(r"^Installed ", log, re.MULTILINE):
            since = self._compiling_since = self._compiling_since or self._job.seconds
            return f"compiling, {about(compiling - (self._job.seconds - since))}"
        written = self._bytes_written()
        if not written:
            return "over 2 GB"
        share = min(written / BYTES_UNPACKED, 0.99)
        downloading = self._job.seconds * (1 - share) / share
        amount = f"{written / 1e9:.1f} of {BYTES_UNPACKED / 1e9:.1f} GB"
        return f"{amount}, {about(downloading + compiling)}"

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


def about(seconds: float) -> str:
    """The wait that is left, as precise as it is known."""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 90:
        return f"about {round(seconds, -1):.0f} s left"
    return f"about {seconds / 60:.0f} min left"
