"""Journeys as pictures: where boxes stand, and how many people are at each."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from campaigns.journeys import hearing
from campaigns.journeys.drawing import END, Arrow, Counts, counts, layout
from campaigns.shapes import NODES, Node
from commerce.shanghai import SHANGHAI
from tests.campaigns.crowd import PARTS
from tests.campaigns.journeys.journeying import (
    WHO_IS_NEW,
    asks,
    begin,
    leave_cart,
    says,
    tick,
    visitor,
    waits,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=SHANGHAI).astimezone(UTC)


def read(*nodes: dict[str, Any]) -> list[Node]:
    """Nodes as a run keeps them."""
    return NODES.validate_python(list(nodes))


def test_ways_go_down_and_the_second_to_the_right() -> None:
    picture = layout(
        read(
            says("a", "c"),
            asks("c", WHO_IS_NEW, "y", "n"),
            says("y", "z"),
            says("n", "z"),
            says("z"),
        )
    )

    places = {box.id: (box.row, box.column) for box in picture.boxes}
    assert places == {
        "a": (0, 0),
        "c": (1, 0),
        "y": (2, 0),
        "n": (2, 1),
        "z": (3, 0),
        END: (4, 0),
    }
    assert Arrow("c", "n", "no") in picture.arrows
    assert (picture.rows, picture.columns) == (5, 2)


def test_a_shortcut_passes_by_what_it_leaves_out() -> None:
    picture = layout(read(asks("c", WHO_IS_NEW, "w", "z"), waits("w", "z"), says("z")))

    assert {box.id: box.row for box in picture.boxes} == {"c": 0, "w": 1, "z": 2, END: 3}


def test_days_follow_one_another_and_dates_come_last() -> None:
    picture = layout(
        read(
            says("feast", at={"on": "2026-12-25", "time": "10:00"}),
            says("late", at={"day": 1, "time": "20:00"}),
            says("early", at={"day": 1, "time": "09:00"}),
        )
    )

    assert [(arrow.start, arrow.to) for arrow in picture.arrows] == [
        ("early", "late"),
        ("late", "feast"),
        ("feast", END),
    ]


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=9))
def test_no_two_boxes_share_a_place_and_arrows_go_down(ways: list[tuple[int, int]]) -> None:
    names = [f"n{number}" for number in range(len(ways))]

    def after(number: int, step: int) -> str:
        return names[number + step] if number + step < len(names) else ""

    nodes = [
        asks(name, WHO_IS_NEW, after(number, ways[number][0]), after(number, ways[number][1]))
        for number, name in enumerate(names)
    ]

    picture = layout(read(*nodes))

    places = {(box.row, box.column) for box in picture.boxes}
    rows = {box.id: box.row for box in picture.boxes}
    assert len(places) == len(picture.boxes) == len(names) + 1
    assert len(picture.arrows) == 2 * len(names)
    assert all(rows[arrow.start] < rows[arrow.to] for arrow in picture.arrows)


@pytest.mark.database
def test_it_is_counted_who_is_where(session: Session) -> None:
    nodes = [says("a", "w"), waits("w", "b", minutes=60), says("b")]
    run = begin(session, NOON, nodes, trigger="cart_left")
    people = [visitor(session, NOON) for _ in range(4)]
    for minutes, who in enumerate(people):
        leave_cart(session, who, NOON + timedelta(minutes=minutes))
        tick(session, NOON + timedelta(minutes=minutes))
    at = NOON + timedelta(minutes=30)
    hearing.hear(session, PARTS.letterbox, "order_paid", {"customer_id": people[3]}, at, at)
    tick(session, NOON + timedelta(minutes=61))

    found = counts(session, run.campaign_id)

    assert found == {
        "a": Counts(passed=4),
        "w": Counts(there=1, passed=2, reasons={"purchase": 1}),
        "b": Counts(passed=2),
    }
