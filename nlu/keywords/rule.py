"""Keyword rules and the files that they are written in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent

_SECTION: Final = re.compile(r"\[(?P<intent>[a-z_]+)\]")
_START: Final = re.compile(r"\s?(?P<weight>-?\d+) (?P<pattern>\S.*)")


class NotARule(ValueError):
    """A line of a rule file that cannot be read; names the file and the line."""


@dataclass(frozen=True)
class Rule:
    """A pattern of folded text that speaks for an intent, or, below zero, against it."""

    intent: str
    weight: int
    pattern: re.Pattern[str]

    @property
    def reads_entities(self) -> bool:
        """Whether it speaks of found entities: ⟦product⟧ stands where one was found."""
        return "⟦" in self.pattern.pattern


def read_rules(path: Path) -> Iterator[Rule]:
    """The rules of one file, in order.

    `[intent]` opens a section and `weight pattern` a rule; an indented line goes on with the
    pattern. Weights add up: 9 settles the matter, 6 is strong, 3 a hint. Raises NotARule.
    """
    intent, weight, pattern = "", 0, ""
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], start=1):
        if pattern and line.startswith("   "):
            pattern += line.strip()
            continue
        if pattern:
            yield _rule(intent, weight, pattern, f"{path.name}:{number - 1}")
            pattern = ""
        if not line.strip() or line.startswith("#"):
            continue
        section, start = _SECTION.fullmatch(line), _START.fullmatch(line)
        if section:
            intent = section["intent"]
        elif start and intent:
            weight, pattern = int(start["weight"]), start["pattern"]
        else:
            raise NotARule(f"{path.name}:{number}: {line!r}")


def _rule(intent: str, weight: int, pattern: str, place: str) -> Rule:
    try:
        return Rule(intent, weight, re.compile(pattern))
    except re.error as error:
        raise NotARule(f"{place}: {error}") from error
