"""Reading a text against the rules."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from commerce.compliance.findings import Finding, TextKind
from commerce.compliance.phrases import read_lines
from commerce.compliance.plain import MARKS, PAUSE, STOP, WORDS, Plain, plain
from commerce.compliance.rules import Rule, phrases_for, rules_for
from commerce.errors import InvalidInput

type Span = tuple[int, int]

_DENIED_WITHIN: Final = 12
"""So many letters before a phrase are looked through for a denial."""
_BETWEEN_AT_MOST: Final = 4
"""Letters between a denial and what it denies."""


def lint(text: str, kind: TextKind) -> tuple[Finding, ...]:
    """What the rules for this kind of text find in it, in its order; empty if it may go out."""
    read = plain(text)
    found = [_finding(text, read, rule, span, kind) for rule, span in _finds(read.letters, kind)]
    return tuple(sorted(found, key=lambda finding: (finding.start, finding.end)))


def check(text: str, kind: TextKind, field: str) -> None:
    """Let a text pass that no rule blocks.

    Raises InvalidInput with `field`, which tells the phrase, the reason and the fix; `details`
    also has the `rule`.
    """
    for finding in lint(text, kind):
        if finding.blocks:
            raise InvalidInput(told(finding), field=field, rule=finding.rule)


def told(finding: Finding) -> str:
    """A finding as the operator reads it."""
    where = f"“{finding.phrase}”不能这样写：" if finding.phrase else ""
    return f"{where}{finding.reason}。改法：{finding.fix}"


def _finding(text: str, read: Plain, rule: Rule, span: Span, kind: TextKind) -> Finding:
    start, end = (len(text), len(text)) if rule.is_duty else read.span(*span)
    return Finding(
        rule=rule.key,
        phrase=text[start:end],
        start=start,
        end=end,
        reason=rule.reason,
        fix=rule.fix,
        blocks=kind in rule.blocks,
    )


def _finds(letters: str, kind: TextKind) -> Iterator[tuple[Rule, Span]]:
    matched = _matched(letters, kind)
    for rule in rules_for(kind):
        if rule.is_duty:
            if rule.key not in matched:
                yield rule, (len(letters), len(letters))
        elif rule.key in matched:
            spans = _widest(_standing(letters, rule, matched[rule.key]))
            yield from ((rule, span) for span in spans)


def _matched(letters: str, kind: TextKind) -> Mapping[str, Sequence[Span]]:
    """Where phrases stand, by the key of their rule: one walk over the text for all rules."""
    matched: dict[str, list[Span]] = {}
    phrases = phrases_for(kind)
    for start, letter in enumerate(letters):
        for key, pattern in phrases.get(letter, ()):
            if match := pattern.match(letters, start):
                end = start + len(match[0].rstrip(MARKS))
                matched.setdefault(key, []).append((start, end))
    return matched


def _standing(letters: str, rule: Rule, spans: Sequence[Span]) -> Iterator[Span]:
    """Those that neither an exception nor a denial takes back."""
    excepted = [match.span() for each in rule.exceptions for match in each.finditer(letters)]
    for start, end in spans:
        if any(begin <= at < stop for begin, stop in excepted for at in (start, end - 1)):
            continue
        if not (rule.may_be_denied and _is_denied(letters, start)):
            yield start, end


def _is_denied(letters: str, start: int) -> bool:
    return _denial().search(letters, max(0, start - _DENIED_WITHIN), start) is not None


@cache
def _denial() -> re.Pattern[str]:
    """A denial close before the end of what is looked at, in the same clause, not taken back."""
    denials = "|".join(map(re.escape, read_lines(WORDS / "negations.txt")))
    undone = "|".join(map(re.escape, read_lines(WORDS / "undenied.txt")))
    return re.compile(rf"(?:{denials})(?:(?!{undone})[^{PAUSE}{STOP}]){{0,{_BETWEEN_AT_MOST}}}\Z")


def _widest(spans: Iterable[Span]) -> Sequence[Span]:
    """Of those that overlap the widest, the first of equals."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: span[0] - span[1]):
        if all(span[1] <= start or end <= span[0] for start, end in kept):
            kept.append(span)
    return kept
