"""The one shape in which every extractor hands over what it found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

Value = str | int | float

SCALARS: Final = frozenset({"price_min", "price_max", "quantity"})
POSITIONS: Final = frozenset({"ordinal"})


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """`value` is the surface for strings and the normalised number for numbers.

    Offsets are characters of the text as the customer sent it.
    """

    start: int
    end: int
    entity: str
    value: Value

    def overlaps(self, other: Finding) -> bool:
        return self.start < other.end and other.start < self.end


def without_overlaps(findings: Iterable[Finding]) -> list[Finding]:
    """Keep the longest of those that overlap (the one given first wins a tie), in text order."""
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda each: each.start - each.end):
        if not any(finding.overlaps(other) for other in kept):
            kept.append(finding)
    return sorted(kept, key=lambda each: (each.start, each.end))
