"""Sketches: shapes kept as text (see sketches/README.md), found by a title and painted."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageDraw, ImageFont

from bot.seeds.palettes import Ink, Palette

SKETCH_FOLDER = Path(__file__).parent / "sketches"

type Point = tuple[float, float]
type Lettering = Callable[[float], ImageFont.FreeTypeFont | None]
"""Gives the font for a height in pixels, or None where there is none for Chinese."""

_CURVE_STEPS = 14
_PATH_STEP = re.compile(r"([MLCZ])([^MLCZ]*)")


@dataclass(frozen=True)
class Mark:
    """One shape of one tone, in the sketch's own 100 × 100 units."""

    tone: str
    kind: str
    numbers: tuple[float, ...] = ()
    points: tuple[Point, ...] = ()
    width: float = 0

    def mirrored(self) -> "Mark":
        """Return the mark as seen in a mirror standing at x = 50."""
        numbers = self.numbers
        if self.kind == "box":
            numbers = (100 - numbers[0] - numbers[2], *numbers[1:])
        elif self.kind == "oval":
            numbers = (100 - numbers[0], *numbers[1:])
        points = tuple((100 - x, y) for x, y in self.points)
        return Mark(self.tone, self.kind, numbers, points, self.width)


@dataclass(frozen=True)
class Sketch:
    """A shape and the word a product must be called to look like it."""

    noun: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Easel:
    """Where a sketch goes on the picture, and what it is painted with."""

    draw: ImageDraw.ImageDraw
    palette: Palette
    left: float
    top: float
    unit: float
    """Pixels to one unit of the sketch."""

    def place(self, x: float, y: float) -> Point:
        return self.left + x * self.unit, self.top + y * self.unit


def find_sketch(title: str) -> Sketch | None:
    """Return the sketch of what a title sells, or None when no word of it is known.

    Chinese titles name the thing first and praise it after, and a noun's head
    is its end: the first word with a known noun decides, by the noun ending last.
    """
    shapes = _sketches()
    for word in title.split():
        found = [(word.rfind(noun) + len(noun), len(noun), noun) for noun in shapes if noun in word]
        if found:
            noun = max(found)[2]
            return Sketch(noun, shapes[noun])
    return None


def paint(sketch: Sketch, easel: Easel, brand: str, lettering: Lettering) -> None:
    """Paint every mark of the sketch, the brand where the sketch has room for it."""
    for mark in sketch.marks:
        ink = easel.palette.ink(mark.tone)
        if mark.kind == "text":
            _paint_brand(mark, easel, ink, brand, lettering)
        elif mark.kind == "path":
            easel.draw.polygon([easel.place(*point) for point in mark.points], fill=ink)
        elif mark.kind == "stroke":
            _paint_stroke(mark, easel, ink)
        else:
            _paint_rounded(mark, easel, ink)


def _paint_stroke(mark: Mark, easel: Easel, ink: Ink) -> None:
    points = [easel.place(*point) for point in mark.points]
    width = max(1, round(mark.width * easel.unit))
    easel.draw.line(points, fill=ink, width=width, joint="curve")
    if ink[3] < 255:
        return  # A round end would show through the line it closes.
    for x, y in (points[0], points[-1]):
        radius = width / 2
        easel.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)


def _paint_rounded(mark: Mark, easel: Easel, ink: Ink) -> None:
    if mark.kind == "oval":
        x, y, across, down = mark.numbers
        corners = easel.place(x - across, y - down) + easel.place(x + across, y + down)
        easel.draw.ellipse(corners, fill=ink)
        return
    x, y, width, height, radius = mark.numbers
    corners = easel.place(x, y) + easel.place(x + width, y + height)
    easel.draw.rounded_rectangle(corners, radius * easel.unit, fill=ink)


def _paint_brand(mark: Mark, easel: Easel, ink: Ink, brand: str, lettering: Lettering) -> None:
    x, y, size = mark.numbers
    font = lettering(size * easel.unit * min(1, 3 / max(1, len(brand))))
    if font is not None:
        easel.draw.text(easel.place(x, y), brand, font=font, fill=ink, anchor="mm")


@cache
def _sketches() -> dict[str, tuple[Mark, ...]]:
    shapes: dict[str, tuple[Mark, ...]] = {}
    for file in sorted(SKETCH_FOLDER.glob("*.txt")):
        for block in file.read_text("utf-8").split("\n\n"):
            heading, *lines = block.strip().splitlines()
            marks = tuple(mark for line in lines for mark in read_marks(line))
            shapes.update(dict.fromkeys(heading.strip("[]").split(), marks))
    return shapes


def read_marks(line: str) -> list[Mark]:
    """Read one line of a sketch: one mark, or two where it is mirrored."""
    tone, kind, rest = line.split(maxsplit=2)
    name = kind.removesuffix("~")
    if name.startswith("stroke"):
        mark = Mark(tone, "stroke", points=_flatten(rest), width=float(name[6:]))
    elif name == "path":
        mark = Mark(tone, "path", points=_flatten(rest))
    else:
        mark = Mark(tone, name, numbers=tuple(float(number) for number in rest.split()))
    return [mark, mark.mirrored()] if kind.endswith("~") else [mark]


def _flatten(outline: str) -> tuple[Point, ...]:
    points: list[Point] = []
    for command, numbers in _PATH_STEP.findall(outline):
        values = [float(number) for number in numbers.split()]
        corners = list(zip(values[::2], values[1::2], strict=True))
        if command == "C":
            for start in range(0, len(corners), 3):
                points.extend(_curve(points[-1], *corners[start : start + 3]))
        else:
            points.extend(corners if command != "Z" else points[:1])
    return tuple(points)


def _curve(start: Point, pull: Point, push: Point, end: Point) -> list[Point]:
    """Return points along a cubic Bézier curve, its start left out."""
    curve: list[Point] = []
    for step in range(1, _CURVE_STEPS + 1):
        t = step / _CURVE_STEPS
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        pairs = list(zip(weights, (start, pull, push, end), strict=True))
        curve.append((sum(w * p[0] for w, p in pairs), sum(w * p[1] for w, p in pairs)))
    return curve
