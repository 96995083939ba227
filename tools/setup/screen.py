"""What set-up shows: a line for what is done, and one that says what goes on."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterable

from tools.setup.step import Job

SECONDS_BETWEEN_LINES = 15
"""Between two lines of progress where nothing can be overwritten, such as in a log."""


class Screen:
    """Prints whole lines; on a terminal the last one is overwritten as work goes on."""

    def __init__(self) -> None:
        self._is_terminal = sys.stdout.isatty()
        self._lock = threading.Lock()
        self._next_line_at = time.monotonic() + SECONDS_BETWEEN_LINES

    def say(self, line: str) -> None:
        """Print a line that stays."""
        with self._lock:
            print(f"\r\033[K{line}" if self._is_terminal else line, flush=True)

    def show_progress(self, jobs: Iterable[Job]) -> None:
        """Show what is going on; where nothing can be overwritten, only now and then."""
        going_on = " · ".join(describe(job) for job in jobs)
        if self._is_terminal:
            with self._lock:
                print(f"\r\033[K  … {going_on}", end="", flush=True)
        elif going_on and time.monotonic() >= self._next_line_at:
            self._next_line_at = time.monotonic() + SECONDS_BETWEEN_LINES
            self.say(f"  … {going_on}")


def describe(job: Job) -> str:
    """A job in a few words: its name, how far it is, and for how long it has been at it."""
    words = (job.name, job.progress(), duration(job.seconds))
    return " ".join(word for word in words if word)


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
