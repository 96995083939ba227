"""The rules and their lists of phrases, read once from the files beside this one."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from re import Pattern
from typing import Any, Final

from commerce.compliance.findings import TextKind
from commerce.compliance.phrases import Phrase, read_phrases
from commerce.compliance.plain import WORDS

RULES: Final = Path(__file__).with_name("rules.toml")


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that a text must not say or, where it is a duty, must say."""

    key: str
    source: str
    """The official name of what demands it, with its article."""
    reason: str
    fix: str
    blocks: frozenset[TextKind]
    advises: frozenset[TextKind]
    is_duty: bool
    may_be_denied: bool
    """Whether a denial before a phrase takes it back."""
    phrases: tuple[Phrase, ...]
    exceptions: tuple[Pattern[str], ...]

    def looks_at(self, kind: TextKind) -> bool:
        """Whether texts of that kind are read against it."""
        return kind in self.blocks or kind in self.advises


@cache
def rules_for(kind: TextKind) -> tuple[Rule, ...]:
    """The rules against which a text of that kind is read, in the order of the file."""
    return tuple(rule for rule in all_rules() if rule.looks_at(kind))


@cache
def phrases_for(kind: TextKind) -> Mapping[str, Sequence[tuple[str, Pattern[str]]]]:
    """By a first letter the patterns that may begin with it, each with the key of its rule."""
    index: dict[str, list[tuple[str, Pattern[str]]]] = {}
    for rule in rules_for(kind):
        for phrase in rule.phrases:
            for letter in phrase.beginnings:
                index.setdefault(letter, []).append((rule.key, phrase.pattern))
    return index


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule. Raises ValueError or KeyError for a file that somebody broke."""
    written = tomllib.loads(RULES.read_text(encoding="utf-8"))
    return tuple(_rule(each) for each in written["rule"])


def _rule(written: Mapping[str, Any]) -> Rule:
    phrases = read_phrases(WORDS / f"{written['key']}.txt")
    return Rule(
        key=written["key"],
        source=written["source"],
        reason=written["reason"],
        fix=written["fix"],
        blocks=frozenset(map(TextKind, written.get("blocks", ()))),
        advises=frozenset(map(TextKind, written.get("advises", ()))),
        is_duty=written.get("is_duty", False),
        may_be_denied=written.get("may_be_denied", True),
        phrases=phrases.phrases,
        exceptions=phrases.exceptions,
    )
