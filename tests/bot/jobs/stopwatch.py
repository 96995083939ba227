"""Elapsed time that passes only when told to."""

from dataclasses import dataclass


@dataclass
class Stopwatch:
    """In the place of the monotonic clock."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds
