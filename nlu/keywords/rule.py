"""The one form of a keyword rule."""

import re
from dataclasses import dataclass
from typing import Final

from nlu.understanding import Intent

_LINE: Final = re.compile(r"(?P<weight>-?\d+)\s+(?P<pattern>.+)")


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern of folded text that speaks for an intent, or, with a negative weight, against it."""

    intent: Intent
    weight: int
    pattern: re.Pattern[str]

    @property
    def reads_entities(self) -> bool:
        """Whether it speaks of found entities: ⟦product⟧ stands where one was found."""
        return "⟦" in self.pattern.pattern


def rules(intent: Intent, lines: str) -> list[Rule]:
    """Read `weight pattern` lines. 9 settles the matter, 6 is strong, 3 a hint; they add up."""
    read: list[Rule] = []
    for line in lines.strip().splitlines():
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise ValueError(f"not a keyword rule: {line!r}")
        read.append(Rule(intent, int(match["weight"]), re.compile(match["pattern"])))
    return read
