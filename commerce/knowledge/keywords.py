"""Patterns of words by which operators point questions at an entry.

`退/寄回 运费/邮费` fits a text that holds 退 or 寄回, and 运费 or 邮费: blanks part the groups,
slashes what may replace each other. It says nothing of order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from commerce.errors import InvalidInput

MOST_GROUPS: Final = 4
LONGEST_PATTERN: Final = 200


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern: a text fits when each group has a word in it."""

    groups: tuple[tuple[str, ...], ...]

    @classmethod
    def read(cls, written: str) -> Self:
        """The pattern as written. Raises InvalidInput."""
        groups = tuple(
            tuple(word for word in group.split("/") if word) for group in written.lower().split()
        )
        is_whole = groups and all(groups) and len(written) <= LONGEST_PATTERN
        if not is_whole or len(groups) > MOST_GROUPS:
            raise InvalidInput(
                f"关键词“{written}”读不懂，请写成“退/寄回 运费/邮费”这样，最多{MOST_GROUPS}组",
                field="keywords",
            )
        return cls(groups)

    def weight(self, folded: str) -> int:
        """How many characters of the text the pattern accounts for; 0 when it does not fit."""
        total = 0
        for group in self.groups:
            longest = max((len(word) for word in group if word in folded), default=0)
            if not longest:
                return 0
            total += longest
        return total


def best_weight(patterns: Iterable[Pattern], folded: str) -> int:
    """The weight of the pattern that accounts for most of the text."""
    return max((pattern.weight(folded) for pattern in patterns), default=0)
