"""Where the boxes of a journey's picture stand in pixels, and how the ways between them run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from campaigns.journeys.drawing import END, layout
from campaigns.shapes import Node

WIDE: Final = 232
HIGH: Final = 76
ACROSS: Final = 64
"""Pixels between columns,"""
DOWN: Final = 44
"""and between rows."""
EDGE: Final = 20
START: Final = "~start"
"""The box above the first step."""


@dataclass(frozen=True, slots=True)
class Box:
    """A step, the beginning or the end: of the latter two `node` is None."""

    key: str
    column: int
    row: int
    node: Node | None

    @property
    def x(self) -> int:
        """Its left edge."""
        return EDGE + self.column * (WIDE + ACROSS)

    @property
    def y(self) -> int:
        """Its upper edge."""
        return EDGE + self.row * (HIGH + DOWN)


@dataclass(frozen=True, slots=True)
class Way:
    """From a box to one that follows. `label` is empty, `yes` or `no`."""

    begin: Box
    end: Box
    label: str

    @property
    def is_straight(self) -> bool:
        """Whether nothing stands between."""
        return (self.begin.column, self.begin.row + 1) == (self.end.column, self.end.row)

    @property
    def path(self) -> str:
        """Of SVG: straight down, or at the side of what stands between."""
        to_x, to_y = self.end.x + WIDE // 2, self.end.y
        if self.is_straight:
            return f"M{to_x} {self.begin.y + HIGH}V{to_y}"
        side_x, side_y = self.begin.x + WIDE, self.begin.y + HIGH // 2
        if self.end.column > self.begin.column and self.end.row == self.begin.row + 1:
            return f"M{side_x} {side_y}H{to_x}V{to_y}"
        lane, above = side_x + ACROSS // 2, to_y - DOWN // 2
        return f"M{side_x} {side_y}H{lane}V{above}H{to_x}V{to_y}"

    @property
    def label_at(self) -> tuple[int, int]:
        """Where its words begin."""
        if self.is_straight:
            return self.begin.x + WIDE // 2 + 8, self.begin.y + HIGH + DOWN // 2 + 4
        return self.begin.x + WIDE + 8, self.begin.y + HIGH // 2 - 6


@dataclass(frozen=True, slots=True)
class Flow:
    """The whole picture."""

    boxes: Sequence[Box]
    ways: Sequence[Way]

    @property
    def width(self) -> int:
        """Of everything, with the lanes beside the last column."""
        return max(each.x for each in self.boxes) + WIDE + ACROSS

    @property
    def height(self) -> int:
        """Of everything."""
        return max(each.y for each in self.boxes) + HIGH + EDGE


def lay_out(nodes: Sequence[Node]) -> Flow:
    """The steps with a beginning above them. Nodes make no circle."""
    drawn = layout(nodes)
    by_id: Mapping[str, Node] = {node.id: node for node in nodes}
    boxes = {
        each.id: Box(each.id, each.column, each.row + 1, by_id.get(each.id)) for each in drawn.boxes
    }
    first = min(boxes.values(), key=lambda each: (each.row, each.column))
    start = Box(START, first.column, 0, None)
    ways = [Way(boxes[each.start], boxes[each.to], each.way) for each in drawn.arrows]
    return Flow([start, *boxes.values()], [Way(start, first, ""), *ways])


def is_end(box: Box) -> bool:
    """Whether every way ends in it."""
    return box.key == END
