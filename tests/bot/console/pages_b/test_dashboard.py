"""The dashboard, through the real console."""

import json

import pytest

from bot.console.desk import Desk
from bot.staff.tables import Role
from tests.bot.console.conftest import OpenConsole
from tests.bot.figures.rows import NOON, Rows


@pytest.fixture
async def busy(desk: Desk, open_console: OpenConsole) -> OpenConsole:
    """A shop with one talk that led to an order of 12.34."""

    def fill(session: object) -> None:
        rows = Rows(session)  # type: ignore[arg-type]
        person = rows.customer()
        rows.line(rows.talk(person), NOON)
        order = rows.order(person, 1234, NOON, paid_at=NOON)
        rows.ordered(order, rows.variant("<b>袜子"), quantity=2, total=1234)

    await desk.database.write(fill)
    return open_console


async def test_the_page_shows_the_figures_and_escapes_titles(busy: OpenConsole) -> None:
    page = await (await busy(Role.OPERATOR)).get("/dashboard")

    assert "¥12.34" in page.text
    assert "100.0%" in page.text
    assert "&lt;b&gt;袜子" in page.text
    assert "<script>" not in page.text


async def test_charts_get_plain_json(busy: OpenConsole) -> None:
    browser = await busy(Role.OWNER)

    answer = await browser.get("/dashboard/charts?since=2026-11-22&until=2026-11-23")

    assert answer.headers["Content-Type"].startswith("application/json")
    assert json.loads(answer.text)["sales"] == [0, 12.34]


async def test_the_file_names_its_days(busy: OpenConsole) -> None:
    browser = await busy(Role.OPERATOR)

    answer = await browser.get("/dashboard.csv?since=2026-11-23&until=2026-11-23")

    assert "2026-11-23,1,1,1,12.34,0.00" in answer.text
    assert "2026-11-23" in answer.headers["Content-Disposition"]


async def test_impossible_days_are_mended(busy: OpenConsole) -> None:
    browser = await busy(Role.OPERATOR)

    assert (await browser.get("/dashboard?since=yesterday&until=2026-13-45")).status == 200


async def test_an_empty_span_says_so(open_console: OpenConsole) -> None:
    page = await (await open_console(Role.OPERATOR)).get("/dashboard")

    assert "这段时间还没有会话和订单" in page.text


async def test_agents_do_not_read_figures(open_console: OpenConsole) -> None:
    browser = await open_console(Role.AGENT)

    assert (await browser.get("/dashboard")).status == 403
    assert (await browser.get("/dashboard/charts")).status == 403
