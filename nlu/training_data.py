"""The annotated sentences of nlu/data, read without Rasa."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nlu.findings import Finding
from nlu.rasa_environment import ROOT

DATA: Final = ROOT / "nlu/data"

_INTENT: Final = re.compile(r"^\s*- intent:\s*(?P<intent>\S+)\s*$")
_OTHER: Final = re.compile(r"^\s*- (?:lookup|synonym|regex):")
_EXAMPLE: Final = re.compile(r"^\s+- (?P<sentence>.+?)\s*$")
_ANNOTATION: Final = re.compile(
    r"\[(?P<surface>[^\]]+)\](?:\((?P<entity>\w+)\)|\{[^}]*?\"entity\":\s*\"(?P<named>\w+)\"[^}]*\})"
)


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence as a customer writes it, with what it means and where its entities stand."""

    intent: str
    text: str
    findings: tuple[Finding, ...]


def read_examples(folder: Path = DATA) -> list[Example]:
    """All examples of all intents, file by file."""
    return [each for path in sorted(folder.glob("**/*.yml")) for each in _examples(path)]


def _examples(path: Path) -> Iterator[Example]:
    intent = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if (head := _INTENT.match(line)) or _OTHER.match(line):
            intent = head["intent"] if head else ""
        elif intent and (match := _EXAMPLE.match(line)):
            yield _example(intent, match["sentence"])


def _example(intent: str, annotated: str) -> Example:
    text, findings, edge = "", [], 0
    for match in _ANNOTATION.finditer(annotated):
        text += annotated[edge : match.start()]
        surface, entity = match["surface"], match["entity"] or match["named"]
        findings.append(Finding(len(text), len(text) + len(surface), entity, surface))
        text, edge = text + surface, match.end()
    return Example(intent, text + annotated[edge:], tuple(findings))
