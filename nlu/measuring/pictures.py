"""Draws a report's pictures. Runs under Rasa's Python, which brings matplotlib.

`python -m nlu.measuring.pictures FOLDER` reads `report.json` there and writes the PNGs beside it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt  # type: ignore[import-not-found]

_INK = "#1f3a5f"
_WARM = "#c8553d"
_FAINT = "#b8c4d4"
_CURVES = (
    ("covered", _INK, "about the shop: acted upon"),
    ("right", "#3a7d44", "acted upon: right"),
    ("accepted", _WARM, "out of scope: acted upon"),
)


def draw(folder: Path) -> None:
    """A confusion matrix and a calibration curve for every measured parser on every set."""
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    for measured in report["measured"]:
        name = measured["name"]
        _draw_confusion(measured, folder / f"confusion-{name}.png")
        _draw_calibration(measured, folder / f"calibration-{name}.png")


def _draw_confusion(measured: dict[str, Any], file: Path) -> None:
    names, counts = measured["intents"], measured["confusion"]
    shares = [[count / max(sum(row), 1) for count in row] for row in counts]
    figure, axes = plt.subplots(figsize=(13, 12))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, line in enumerate(counts):
        for column, count in enumerate(line):
            if count:
                color = "white" if shares[row][column] > 0.5 else _WARM if row != column else _INK
                axes.text(column, row, count, ha="center", va="center", fontsize=7, color=color)
    axes.set_xticks(range(len(names)), labels=names, rotation=90, fontsize=8)
    axes.set_yticks(range(len(names)), labels=names, fontsize=8)
    axes.set_xlabel("understood as")
    axes.set_ylabel("meant")
    axes.set_title(f"{measured['title']}: accuracy {measured['accuracy']:.3f}")
    _save(figure, file)


def _draw_calibration(measured: dict[str, Any], file: Path) -> None:
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5))
    bins = measured["calibration"]
    confidences = [each["confidence"] for each in bins]
    left.plot([0, 1], [0, 1], color=_FAINT, linestyle="--")
    left.plot(confidences, [each["right"] for each in bins], color=_INK, marker="o")
    for each in bins:
        place = (each["confidence"], each["right"])
        left.annotate(each["messages"], place, (0, 7), textcoords="offset points", fontsize=8)
    left.set_xlabel("confidence")
    left.set_ylabel("right")
    left.set_title(f"{measured['title']}: off by {measured['calibration_error']:.3f} on average")
    curve = measured["thresholds"]
    at = [each["threshold"] for each in curve]
    for name, color, label in _CURVES:
        right.plot(at, [each[name] for each in curve], color=color, label=label)
    right.axvline(measured["threshold"], color=_FAINT, linestyle="--")
    right.set_xlabel("threshold")
    right.set_ylim(0, 1.02)
    right.legend(loc="center left", fontsize=9)
    _save(figure, file)


def _save(figure: Any, file: Path) -> None:
    figure.tight_layout()
    figure.savefig(file, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
