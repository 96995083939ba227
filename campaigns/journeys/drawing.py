"""A journey as a picture: boxes in rows and columns, arrows between them, and who is where."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import and_, func, select
from sqlmodel import Session, SQLModel

from campaigns.journeys.tables import EntryState, JourneyEntry, JourneyMove
from campaigns.shapes import At, Condition, Node, Send, Wait
from commerce.inserting import core

END: Final = ""
"""The box in which every way ends."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node and its place; rows go down, columns to the right, both from 0."""

    id: str
    kind: str
    """As the node's; empty for the end."""
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way from a box to another."""

    start: str
    to: str
    way: str = ""
    """`yes` or `no` of a condition."""


@dataclass(frozen=True, slots=True)
class Picture:
    """All boxes, the end last, and all arrows."""

    boxes: Sequence[Box]
    arrows: Sequence[Arrow]

    @property
    def rows(self) -> int:
        """How many there are."""
        return 1 + max(box.row for box in self.boxes)

    @property
    def columns(self) -> int:
        """How many there are."""
        return 1 + max(box.column for box in self.boxes)


@dataclass(frozen=True, slots=True)
class Counts:
    """Entries of a node."""

    there: int = 0
    """On their way, at this node now."""
    passed: int = 0
    """Have been there and gone on, or come to the last step's end."""
    reasons: Mapping[str, int] = field(default_factory=dict)
    """Ended early there, by why (`journey_entry.end_reason`)."""

    @property
    def ended(self) -> int:
        """Ended early there."""
        return sum(self.reasons.values())


def layout(nodes: Sequence[Node]) -> Picture:
    """Where the boxes of a journey stand. Nodes must be without circles, as every draft's are.

    A box stands below all from which an arrow leads to it; the first way of a condition goes
    straight down. Steps by day and time follow one another in their order.
    """
    arrows = _by_time(nodes) if _has_times(nodes) else _by_ways(nodes)
    rows = _rows([node.id for node in nodes], arrows)
    columns: dict[str, int] = {}
    taken: dict[int, set[int]] = defaultdict(set)
    for name in sorted(rows, key=lambda each: rows[each]):
        wanted = [
            columns[arrow.start] + (arrow.way == "no") for arrow in arrows if arrow.to == name
        ]
        column = min(wanted, default=0)
        while column in taken[rows[name]]:
            column += 1
        taken[rows[name]].add(column)
        columns[name] = column
    boxes = [Box(node.id, node.kind, rows[node.id], columns[node.id]) for node in nodes]
    return Picture([*boxes, Box(END, END, rows[END], columns[END])], arrows)


def counts(session: Session, campaign_id: int) -> Mapping[str, Counts]:
    """How many are at each node of a campaign, passed it or ended there; nobody where it lacks."""
    there: dict[str, int] = {}
    ended: dict[str, dict[str, int]] = defaultdict(dict)
    kinds = (_ENTRY.c.node, _ENTRY.c.state, _ENTRY.c.end_reason)
    of_campaign = select(*kinds, func.count()).where(
        _ENTRY.c.campaign_id == campaign_id, _ENTRY.c.state != EntryState.DONE.value
    )
    for node, state, why, number in core(session).execute(of_campaign.group_by(*kinds)):
        if state == EntryState.ACTIVE:
            there[node] = number
        else:
            ended[node][why] = number
    # Of the last step one may be ended that was taken, as long as it has not left.
    ended_there = and_(
        _ENTRY.c.state == EntryState.ENDED_EARLY.value, _ENTRY.c.node == _MOVE.c.node
    )
    gone = (
        select(_MOVE.c.node, func.count())
        .join_from(_MOVE, _ENTRY, _ENTRY.c.id == _MOVE.c.entry_id)
        .where(
            _ENTRY.c.campaign_id == campaign_id,
            ~_MOVE.c.outcome.startswith("ended:"),
            ~ended_there,
        )
        .group_by(_MOVE.c.node)
    )
    passed: dict[str, int] = {row[0]: row[1] for row in core(session).execute(gone)}
    names = {*there, *ended, *passed}
    return {
        each: Counts(there.get(each, 0), passed.get(each, 0), ended.get(each, {})) for each in names
    }


def _by_ways(nodes: Sequence[Node]) -> list[Arrow]:
    arrows: list[Arrow] = []
    for node in nodes:
        match node:
            case Send() | Wait():
                arrows.append(Arrow(node.id, node.next or END))
            case Condition():
                arrows.append(Arrow(node.id, node.yes or END, "yes"))
                arrows.append(Arrow(node.id, node.no or END, "no"))
    return arrows


def _has_times(nodes: Sequence[Node]) -> bool:
    return any(isinstance(node, Send) and node.at is not None for node in nodes)


def _by_time(nodes: Sequence[Node]) -> list[Arrow]:
    """Days before dates, each in their order."""
    steps = [(node.at, node.id) for node in nodes if isinstance(node, Send) and node.at]
    names = [name for _, name in sorted(steps, key=lambda step: _order(step[0]))]
    return [Arrow(start, to) for start, to in zip(names, [*names[1:], END], strict=True)]


def _order(at: At) -> tuple[bool, int, str]:
    return at.on is not None, at.on.toordinal() if at.on else at.day or 0, at.time.isoformat()


def _rows(names: Sequence[str], arrows: Sequence[Arrow]) -> dict[str, int]:
    """The longest way to each, in arrows."""
    rows = dict.fromkeys([*names, END], 0)
    for _ in rows:  # No way is longer than there are boxes.
        for arrow in arrows:
            rows[arrow.to] = max(rows[arrow.to], rows[arrow.start] + 1)
    return rows


_ENTRY: Final = SQLModel.metadata.tables[JourneyEntry.__tablename__]
_MOVE: Final = SQLModel.metadata.tables[JourneyMove.__tablename__]
