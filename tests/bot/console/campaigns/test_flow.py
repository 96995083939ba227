"""The picture of a journey: no box upon another, every way from a box to one below."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.console.pages.campaigns.flow import lay_out
from campaigns.shapes import NODES, Node
from tests.campaigns.campaigning import send


@st.composite
def journeys(draw: st.DrawFn) -> list[Node]:
    """Steps that lead on to any later ones."""
    count = draw(st.integers(1, 8))
    nodes = []
    for place in range(count):
        below = f"s{place + 1}" if place + 1 < count else ""
        later = [f"s{each}" for each in range(place + 1, count)] + [""]
        if draw(st.booleans()):
            nodes.append(send(f"s{place}", next=below))
        else:
            yes, no = below, draw(st.sampled_from(later))
            nodes.append({"kind": "condition", "id": f"s{place}", "rule": {}, "yes": yes, "no": no})
    return NODES.validate_python(nodes)


@given(journeys())
@settings(max_examples=60, deadline=None)
def test_boxes_stand_apart_and_ways_lead_down(nodes: list[Node]) -> None:
    flow = lay_out(nodes)

    places = [(each.column, each.row) for each in flow.boxes]
    assert len(set(places)) == len(places)
    assert all(way.begin.row < way.end.row for way in flow.ways)
    assert all(each.x < flow.width and each.y < flow.height for each in flow.boxes)
