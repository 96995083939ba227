"""The dashboard: figures of some days, their charts, and the same as a file."""

from datetime import timedelta
from typing import Final

from aiohttp import web

from bot.console.page import Page
from bot.console.pages.written import find_day
from bot.console.route import Route
from bot.figures.overview import CSV_HEADER, REASONS, charts, csv_rows, overview
from bot.figures.span import Span
from bot.staff.permissions import Permission
from commerce.shanghai import SHANGHAI

LENGTHS: Final = (7, 14, 30, 90)
"""Days of the spans that are one tap away."""


async def show(page: Page) -> web.StreamResponse:
    """The figures; the charts fetch theirs."""
    span = _span(page)
    found = await page.read(overview, span)
    today = page.now.astimezone(SHANGHAI).date()
    lately = [(days, Span(today - timedelta(days=days - 1), today)) for days in LENGTHS]
    return page.html(
        "pages/dashboard.html",
        title="数据看板",
        found=found,
        span=span,
        lately=lately,
        today=today,
        reasons=REASONS,
        charts_path=f"/console/dashboard/charts?{_asked(span)}",
        file_path=f"/console/dashboard.csv?{_asked(span)}",
    )


async def show_charts(page: Page) -> web.StreamResponse:
    """What the charts draw."""
    found = await page.read(overview, _span(page))
    return web.json_response(charts(found), headers={"Cache-Control": "private, no-store"})


async def export(page: Page) -> web.StreamResponse:
    """The figures by day as a spreadsheet."""
    span = _span(page)
    found = await page.read(overview, span)
    return page.csv(f"经营数据_{span.first}_{span.last}.csv", CSV_HEADER, csv_rows(found))


def _span(page: Page) -> Span:
    return Span.of(find_day(page.query("since")), find_day(page.query("until")), page.now)


def _asked(span: Span) -> str:
    return f"since={span.first}&until={span.last}"


ROUTES: Final = (
    Route("GET", "/dashboard", Permission.READ_FIGURES, show),
    Route("GET", "/dashboard/charts", Permission.READ_FIGURES, show_charts),
    Route("GET", "/dashboard.csv", Permission.EXPORT, export),
)
