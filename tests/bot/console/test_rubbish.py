"""Every route with rubbish in its address and its form: refused in words, never a fault of ours."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.console.body import MOST_FIELDS
from bot.console.desk import Desk
from bot.console.rendering import TEMPLATES
from bot.console.table import ROUTES
from bot.staff.tables import Role
from tests.bot.console.conftest import OpenBrowser, OpenConsole
from tests.bot.console.pages_a import stock
from tests.bot.console.test_matrix import CHANGE_THE_LOGIN, address_of

QUERIES: Final = (
    *("q", "page", "state", "kind", "due", "since", "until", "month", "customer", "category"),
    *("brand", "tab", "channel", "owner", "active", "before", "product", "key", "ask", "days"),
    *("who", "did", "staff", "from", "to", "tag", "level", "source", "period", "show", "next"),
)
RUBBISH: Final = (
    "9" * 40,
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00",
    "a\x00b",
    "%_\\' OR 1=1 --",
)
LONG: Final = "9" * 4400
"""More digits than Python makes a number of."""
_NAME: Final = re.compile(r'name="([a-z0-9_-]+)"|field\("([a-z0-9_-]+)"')
NOT_SENT: Final = frozenset({"csrf", "sealed"})


@pytest.fixture
async def desk(desk: Desk, tmp_path: Path) -> Desk:
    """A shop with something behind every kind of page."""
    await desk.database.write(stock.fill)
    return replace(desk, settings=desk.settings.model_copy(update={"var_folder": tmp_path}))


def list_fields() -> Sequence[str]:
    """The names of all fields of all forms."""
    found = {
        one or other
        for file in TEMPLATES.rglob("*.html")
        for one, other in _NAME.findall(file.read_text())
    }
    return sorted(found - NOT_SENT)


@pytest.mark.slow
async def test_no_rubbish_in_an_address_is_a_fault_of_ours(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OWNER)
    pages = [each for each in ROUTES if each.method == "GET" and each.path != "/events"]
    queries = [*(urlencode(dict.fromkeys(QUERIES, each)) for each in RUBBISH), f"active={LONG}"]

    found = {
        f"{each.path}?{query[:20]}": (await browser.get(f"{address_of(each)}?{query}")).status
        for each in pages
        for query in queries
    }

    assert {asked: status for asked, status in found.items() if status >= 500} == {}


@pytest.mark.slow
async def test_no_rubbish_in_a_form_is_a_fault_of_ours(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OWNER)
    deeds = [e for e in ROUTES if e.method == "POST" and e.path not in CHANGE_THE_LOGIN]
    fields = list_fields()

    found = {
        (each.path, rubbish): (
            await browser.post(address_of(each), dict.fromkeys(fields, rubbish))
        ).status
        for each in deeds
        for rubbish in RUBBISH
    }

    assert {asked: status for asked, status in found.items() if status >= 500} == {}


async def test_a_nul_in_a_form_is_refused_before_any_page_sees_it(
    open_console: OpenConsole,
) -> None:
    browser = await open_console(Role.OWNER)
    origin, kind = str(browser.base.origin()), "application/x-www-form-urlencoded"
    headers = {"Origin": origin, "Content-Type": kind}

    for written in (b"login=x%00y", b"lo%00gin=xy"):
        assert (await browser.post("/staff/new", written, headers=headers)).status == 400


async def test_a_form_of_very_many_parts_is_refused(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OWNER)
    parts = aiohttp.FormData({f"n{number}": "" for number in range(MOST_FIELDS + 1)})
    parts.add_field("file", b"", filename="x")

    assert (await browser.post("/products/import", parts)).status == 400


async def test_a_nul_in_the_name_of_a_file_is_no_fault_of_ours(open_browser: OpenBrowser) -> None:
    assert (await open_browser().get("/static/css/%00.css")).status in {400, 404}
