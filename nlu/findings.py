"""The one shape in which every extractor hands over what it found."""

from collections.abc import Iterable
from dataclasses import dataclass

type Value = str | int | float


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """`value` is the surface for strings and the normalised number for numbers.

    Offsets are characters of the text as the customer sent it.
    """

    start: int
    end: int
    entity: str
    value: Value

    def overlaps(self, other: "Finding") -> bool:
        return self.start < other.end and other.start < self.end


def without_overlaps(findings: Iterable[Finding]) -> list[Finding]:
    """Keep the longest where two claim the same characters (the earlier given wins a tie), in text order."""
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda each: each.start - each.end):
        if not any(finding.overlaps(other) for other in kept):
            kept.append(finding)
    return sorted(kept, key=lambda each: (each.start, each.end))
