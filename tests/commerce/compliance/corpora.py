"""Texts of shops, written by hand: what may be said, and what may not, by which rule."""

import csv
from dataclasses import dataclass
from pathlib import Path

from commerce.compliance import TextKind, lint

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sample:
    """A text, and the rule that has to stop it; "" if none may."""

    kind: TextKind
    text: str
    rule: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.text}"

    @property
    def stopped_by(self) -> set[str]:
        return {finding.rule for finding in lint(self.text, self.kind) if finding.blocks}


def read_samples(name: str) -> list[Sample]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Sample(TextKind(row["kind"]), row["text"], row.get("rule", "")) for row in rows]


BAD = read_samples("bad.tsv")
GOOD = read_samples("good.tsv")
