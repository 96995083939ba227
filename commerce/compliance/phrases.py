"""Phrases as the lists have them, made into patterns over plain letters.

A line is a phrase, and may hold

    (a|b)   one of these                 x? (a|b)?   or nothing
    {name}  one of a group of groups.txt             a digit: \\d
    ~ ~3    up to 10, or 3, letters within the sentence, none of which denies (gap_denials.txt)
    ~~      up to 20 letters, across sentences; blanks do not count
    $       at the end of a clause

A pause or a stop between its letters hides nothing. `- phrase` is an exception: a find whose first
or last letter it covers is none. A line that begins with # is a comment.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import digits
from typing import Final

from commerce.compliance.plain import BLANK, MARKS, PAUSE, STOP, WORDS

_TOKEN: Final = re.compile(r"\\d|~~|~\d?|[()|?$]|.")
_GROUP: Final = re.compile(r"\{(\w+)\}")
_BETWEEN: Final = f"[{MARKS}]*"
_AFTER_GAP: Final = f"[{BLANK}{PAUSE}]*"
_CLAUSE_END: Final = f"(?=[呀啦哦了呢啊]?(?:[{MARKS}]|$))"
_USUAL_GAP: Final = "10"
_LONG_GAP: Final = "20"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A line of a list."""

    pattern: re.Pattern[str]
    beginnings: frozenset[str]
    """The letters with which it can begin."""


@dataclass(frozen=True, slots=True)
class PhraseList:
    """A list of phrases with its exceptions."""

    phrases: tuple[Phrase, ...]
    exceptions: tuple[re.Pattern[str], ...]


def read_phrases(path: Path) -> PhraseList:
    """The list in a file. Raises ValueError for a line that cannot be read."""
    lines = list(read_lines(path))
    return PhraseList(
        tuple(compile_phrase(line) for line in lines if not line.startswith("-")),
        tuple(compile_phrase(line[1:].strip()).pattern for line in lines if line.startswith("-")),
    )


def read_lines(path: Path) -> Iterator[str]:
    """The lines of a list that say something."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()


def compile_phrase(line: str) -> Phrase:
    """One line as a pattern. Raises ValueError for an unknown group, or one without beginning."""
    tokens = _TOKEN.findall(_spelled_out(line))
    beginnings = _beginnings(tokens)
    if not beginnings:
        raise ValueError(f"“{line}” must begin with a letter that it needs")
    return Phrase(re.compile("".join(_parts(tokens))), beginnings)


def _spelled_out(line: str) -> str:
    def spell(group: re.Match[str]) -> str:
        return f"({'|'.join(_groups()[group[1]])})"

    try:
        return _GROUP.sub(spell, line)
    except KeyError as unknown:
        raise ValueError(f"“{line}” names a group that is not there: {unknown}") from None


@cache
def _groups() -> Mapping[str, Sequence[str]]:
    lines = (line.partition("=") for line in read_lines(WORDS / "groups.txt"))
    return {name.strip(): words.split() for name, _, words in lines}


@cache
def _gap() -> str:
    denials = "|".join(map(re.escape, read_lines(WORDS / "gap_denials.txt")))
    return f"(?:{BLANK}*(?!{denials})[^{STOP}{BLANK}])"


def _parts(tokens: Sequence[str]) -> Iterator[str]:
    """The tokens as parts of a regular expression, with room for marks between letters."""
    is_first = [True]
    before = ""
    for part, after in zip(tokens, [*tokens[1:], ""], strict=True):
        room = "" if is_first[-1] else _AFTER_GAP if before.startswith("~") else _BETWEEN
        if part == "(":
            yield f"{room}(?:"
            is_first.append(True)
        elif part == ")":
            yield ")"
            is_first.pop()
            is_first[-1] = False
        elif part == "|":
            yield "|"
            is_first[-1] = True
        elif part in "?$":
            yield part if part == "?" else _CLAUSE_END
        elif part.startswith("~"):
            yield _gap_of(part)
        else:
            letter = room + _letter(part, before, after)
            yield f"(?:{letter})" if after == "?" else letter
            is_first[-1] = False
        before = part


def _gap_of(part: str) -> str:
    if part == "~~":
        return f"(?:{BLANK}*[^{BLANK}]){{0,{_LONG_GAP}}}?"
    return f"{_gap()}{{0,{part[1:] or _USUAL_GAP}}}?"


def _letter(part: str, before: str, after: str) -> str:
    """A letter; a number or an English word is not found inside a longer one."""
    if part == r"\d":
        return "[0-9]"
    guard = ""
    if part.isascii() and part.isalpha() and not (before.isascii() and before.isalpha()):
        guard = "(?<![a-z])"
    if part.isdecimal() and not before.isdecimal():
        guard = "(?<![0-9])"
    behind = "(?![0-9])" if part.isdecimal() and not after.isdecimal() else ""
    return guard + re.escape(part) + behind


def _beginnings(tokens: Iterable[str]) -> frozenset[str]:
    """The letters with which the phrase can begin; empty if it may begin with any."""
    found: set[str] = set()
    entered: list[bool] = []
    is_first = was_first = True
    for part in tokens:
        if part == "(":
            entered.append(is_first)
        elif part == "|":
            is_first = entered[-1]
        elif part == ")":
            is_first, was_first = False, entered.pop()
        elif part in "?$" or part.startswith("~"):
            if is_first or (part == "?" and was_first):
                return frozenset()
        else:
            if is_first:
                found.update(digits if part == r"\d" else part)
            is_first, was_first = False, is_first
    return frozenset(found)
