"""The figures together, as charts and files have them."""

from datetime import date

import pytest
from sqlmodel import Session

from bot.figures.overview import charts, csv_rows, overview
from bot.figures.span import Span
from tests.bot.figures.rows import DAY, NOON, Rows

pytestmark = pytest.mark.database
TWO_DAYS = Span(date(2026, 11, 22), date(2026, 11, 23))


@pytest.fixture
def busy(rows: Rows) -> Rows:
    """Two talks, one on both days; one order of 12.34 paid on Monday; one handed over."""
    person = rows.customer()
    talk = rows.talk(person)
    rows.line(talk, NOON - DAY)
    rows.line(talk, NOON)
    rows.line(rows.talk(channel="wecom"), NOON)
    rows.handover(talk)
    order = rows.order(person, 1234, NOON - DAY, paid_at=NOON)
    rows.ordered(order, rows.variant("袜子"), quantity=2, total=1234)
    return rows


def test_every_day_is_on_the_charts_in_yuan(session: Session, busy: Rows) -> None:
    drawn = charts(overview(session, TWO_DAYS))

    assert drawn["days"] == ["2026-11-22", "2026-11-23"]
    assert drawn["talks"] == [
        {"name": "公众号", "counts": [1, 1]},
        {"name": "微信客服", "counts": [0, 1]},
    ]
    assert (drawn["orders"], drawn["sales"]) == ([0, 1], [0, 12.34])
    assert drawn["reasons"] == [{"name": "顾客要找人工", "value": 1}]
    assert [step["value"] for step in drawn["funnel"]] == [2, 1, 1, 1, 1]
    assert drawn["goods"] == [{"name": "袜子", "value": 12.34}]


def test_the_file_has_a_row_a_day_and_the_sums(session: Session, busy: Rows) -> None:
    assert list(csv_rows(overview(session, TWO_DAYS))) == [
        ("2026-11-22", 1, 1, 0, "0.00", "0.00"),
        ("2026-11-23", 2, 0, 1, "12.34", "0.00"),
        ("合计", 3, 1, 1, "12.34", "0.00"),
    ]


def test_a_shop_where_nothing_happened_says_so(session: Session) -> None:
    found = overview(session, TWO_DAYS)

    assert found.is_empty
    assert charts(found)["sales"] == [0, 0]
