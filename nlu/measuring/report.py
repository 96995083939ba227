"""The report: JSON for machines, HTML with pictures for people, tables for the terminal."""

import html
import json
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from nlu.errors import NluError
from nlu.measuring.scores import (
    CONFIDENCES,
    Answer,
    accuracy,
    at_threshold,
    calibration,
    calibration_error,
    confusions,
    intent_scores,
    macro_f1,
)
from nlu.rasa_environment import RASA_PYTHON, ROOT, rasa_environment

_WORST: Final = 12
_STYLE: Final = (
    "body{font:15px/1.5 system-ui,'Noto Sans CJK SC',sans-serif;margin:2rem auto;max-width:75rem;"
    "color:#1f2933}table{border-collapse:collapse;margin:1rem 0}th,td{padding:.2rem .8rem;"
    "border-bottom:1px solid #d9e2ec;text-align:right}"
    "th:first-child,td:first-child{text-align:left}img{max-width:100%}"
)


class NoPictures(NluError):
    """The pictures could not be drawn; the message ends with the last words of the drawing."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One parser's answers to one set of messages, and the threshold that it acts from."""

    name: str
    title: str
    answers: Sequence[Answer]
    threshold: float
    milliseconds: float | None = None

    def to_json(self) -> dict[str, Any]:
        """All that the pictures and the page show; messages only where they went wrong."""
        scores = intent_scores(self.answers)
        intents = sorted({name for each in self.answers for name in (each.wanted, each.guess)})
        pairs = Counter((each.wanted, each.guess) for each in self.answers)
        return {
            "name": self.name,
            "title": self.title,
            "messages": len(self.answers),
            "accuracy": accuracy(self.answers),
            "macro_f1": macro_f1(self.answers),
            "calibration_error": calibration_error(self.answers),
            "milliseconds": self.milliseconds,
            "threshold": self.threshold,
            "at_threshold": asdict(at_threshold(self.answers, self.threshold)),
            "thresholds": [asdict(at_threshold(self.answers, each)) for each in CONFIDENCES],
            "calibration": [asdict(each) for each in calibration(self.answers)],
            "per_intent": [asdict(score) for score in scores],
            "intents": intents,
            "confusion": [[pairs[wanted, given] for given in intents] for wanted in intents],
            "confusions": confusions(self.answers),
            "errors": [asdict(each) for each in self.answers if not each.is_right],
        }


def write_report(folder: Path, measured: Sequence[Measured]) -> Path:
    """Write `report.json`, the pictures and `report.html`; returns the page. Raises NoPictures."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = [each.to_json() for each in measured]
    (folder / "report.json").write_text(
        json.dumps({"measured": contents}, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    _draw(folder)
    page = folder / "report.html"
    page.write_text(_page(contents), encoding="utf-8")
    return page


def print_tables(measured: Sequence[Measured], console: Console) -> None:
    """What one wants to know at once: the totals, the worst intents, the commonest confusions."""
    table = Table(title="Understood")
    for heading in _HEADINGS:
        table.add_column(heading, justify="left" if heading == "on" else "right")
    for each in measured:
        table.add_row(*_totals(each.to_json()))
    console.print(table)
    for each in measured:
        console.print(f"\n[bold]{each.title}[/bold]")
        scores = intent_scores(each.answers)[:_WORST]
        console.print("  worst: " + ", ".join(f"{one.intent} {one.f1:.2f}" for one in scores))
        common = confusions(each.answers)[:_WORST]
        console.print("  taken for: " + ", ".join(f"{w} → {g} {n}" for w, g, n in common))


_HEADINGS: Final = (
    *("on", "messages", "accuracy", "macro-F1", "calibration off", "threshold", "acted upon"),
    *("right", "out of scope accepted", "转人工 recall", "ms"),
)


def _totals(one: dict[str, Any]) -> list[str]:
    acted = one["at_threshold"]
    shares = [one["accuracy"], one["macro_f1"], one["calibration_error"], one["threshold"]]
    shares += [acted[name] for name in ("covered", "right", "accepted", "handoff_recall")]
    taken = "" if one["milliseconds"] is None else f"{one['milliseconds']:.1f}"
    return [one["title"], str(one["messages"]), *(f"{share:.3f}" for share in shares), taken]


def _draw(folder: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own module
        [str(RASA_PYTHON), "-m", "nlu.measuring.pictures", str(folder.resolve())],
        cwd=ROOT,
        env=rasa_environment(MPLCONFIGDIR=str(folder.resolve()), MPLBACKEND="Agg"),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NoPictures("\n".join(done.stderr.splitlines()[-5:]))


def _page(contents: Sequence[dict[str, Any]]) -> str:
    parts = [
        f"<!doctype html><meta charset=utf-8><title>Understood</title><style>{_STYLE}</style>",
        "<h1>How well customers are understood</h1>",
        _table(_HEADINGS, [_totals(each) for each in contents]),
    ]
    for each in contents:
        parts += [
            f"<h2>{html.escape(each['title'])}</h2>",
            f"<img src='calibration-{each['name']}.png' alt='calibration'>",
            f"<img src='confusion-{each['name']}.png' alt='confusion matrix'>",
            "<h3>Intents</h3>",
            _table_of(each["per_intent"]),
            "<h3>Thresholds</h3>",
            _table_of(each["thresholds"]),
            "<h3>Confusions</h3>",
            _table(("meant", "understood as", "times"), each["confusions"]),
            "<h3>Errors</h3>",
            _table_of(each["errors"]),
        ]
    return "\n".join(parts)


def _table_of(rows: Sequence[dict[str, Any]]) -> str:
    return _table(list(rows[0]), [[*row.values()] for row in rows]) if rows else "<p>none</p>"


def _table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    head = "".join(f"<th>{html.escape(heading)}</th>" for heading in headings)
    body = "".join(f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _cell(cell: Any) -> str:
    return f"{cell:.3f}" if isinstance(cell, float) else html.escape(str(cell))
