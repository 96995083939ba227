"""Where the boxes of a journey's picture stand, and how the ways between them run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from campaigns.shapes import Condition, Node, Send, Wait

WIDE: Final = 232
HIGH: Final = 76
ACROSS: Final = 64
"""Pixels between columns,"""
DOWN: Final = 44
"""and between rows."""
EDGE: Final = 20
START: Final = "~start"


@dataclass(frozen=True, slots=True)
class Box:
    """A step, the beginning or an end. `node` is None for the latter two."""

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
    def path(self) -> str:
        """Of SVG: straight down, or round what stands between."""
        x, y = self.begin.x + WIDE // 2, self.begin.y + HIGH
        to_x, to_y = self.end.x + WIDE // 2, self.end.y
        if self.begin.column == self.end.column and self.end.row == self.begin.row + 1:
            return f"M{x} {y}V{to_y}"
        side_x, side_y = self.begin.x + WIDE, self.begin.y + HIGH // 2
        if self.end.column > self.begin.column:
            return f"M{side_x} {side_y}H{to_x}V{to_y}"
        lane, above = side_x + ACROSS // 2, to_y - DOWN // 2
        return f"M{side_x} {side_y}H{lane}V{above}H{to_x}V{to_y}"

    @property
    def label_at(self) -> tuple[int, int]:
        """Where its words begin."""
        if self.begin.column == self.end.column and self.end.row == self.begin.row + 1:
            return self.begin.x + WIDE // 2 + 8, self.begin.y + HIGH + DOWN // 2 + 4
        return self.begin.x + WIDE + 8, self.begin.y + HIGH // 2 - 6


@dataclass(frozen=True, slots=True)
class Flow:
    """The whole picture, in pixels."""

    boxes: Sequence[Box]
    ways: Sequence[Way]

    @property
    def width(self) -> int:
        """Of everything."""
        return max(each.x for each in self.boxes) + WIDE + EDGE + ACROSS // 2

    @property
    def height(self) -> int:
        """Of everything."""
        return max(each.y for each in self.boxes) + HIGH + EDGE


def lay_out(nodes: Sequence[Node], *, is_chain: bool) -> Flow:
    """Boxes by row and column: what follows stands below, what is decided against beside it.

    A chain has no ways of its own: its steps follow one another. Nodes make no circle.
    """
    following = _following(nodes, is_chain)
    rows = _rows(following)
    columns = _columns(following, rows)
    by_id: Mapping[str, Node] = {node.id: node for node in nodes}
    boxes = {key: Box(key, columns[key], rows[key], by_id.get(key)) for key in rows}
    ways = [
        Way(boxes[key], boxes[to], label)
        for key, onward in following.items()
        for label, to in onward
        if key in boxes
    ]
    return Flow(list(boxes.values()), ways)


def _following(nodes: Sequence[Node], is_chain: bool) -> Mapping[str, Sequence[tuple[str, str]]]:
    """By key, label and key of what follows; every end has a key of its own."""
    chained = [*(node.id for node in nodes[1:]), ""]
    found: dict[str, list[tuple[str, str]]] = {START: [("", nodes[0].id)]}
    for node, below in zip(nodes, chained, strict=True):
        match node:
            case Condition():
                ways = [("yes", node.yes), ("no", node.no)]
            case Send() | Wait():
                ways = [("", below if is_chain else node.next)]
        found[node.id] = [(label, to or f"{node.id}~{label or 'end'}") for label, to in ways]
    return found


def _rows(following: Mapping[str, Sequence[tuple[str, str]]]) -> Mapping[str, int]:
    """The longest way to each from the start."""
    rows: dict[str, int] = {START: 0}
    open_keys = [START]
    while open_keys:
        key = open_keys.pop()
        for _, to in following.get(key, ()):
            if rows[key] + 1 > rows.get(to, 0):
                rows[to] = rows[key] + 1
                open_keys.append(to)
    return rows


def _columns(
    following: Mapping[str, Sequence[tuple[str, str]]], rows: Mapping[str, int]
) -> Mapping[str, int]:
    """Each below what leads to it first; a `no` one to the right; nothing upon another."""
    columns: dict[str, int] = {START: 0}
    taken = {(0, 0)}
    open_keys = [START]
    while open_keys:
        key = open_keys.pop(0)
        for label, to in following.get(key, ()):
            if to in columns:
                continue
            column = columns[key] + (label == "no")
            while (rows[to], column) in taken:
                column += 1
            columns[to] = column
            taken.add((rows[to], column))
            open_keys.append(to)
    return columns
