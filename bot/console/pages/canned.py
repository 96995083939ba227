"""Answers that are given again and again, under a short code."""

from typing import Final

from aiohttp import web

from bot.console.page import Page
from bot.console.paging import paged
from bot.console.route import Route
from bot.handover import canned
from bot.handover.canned import Draft
from bot.staff.permissions import Permission

PATH: Final = "/canned"
_ONE: Final = f"{PATH}/{{canned:[0-9]{{1,9}}}}"


async def show_list(page: Page) -> web.StreamResponse:
    """All of them, or those that were searched for."""
    q = page.query("q")[:40]
    found = await page.read(canned.list_canned, q)
    return page.html("settings/canned.html", title="快捷话术", found=paged(found, page.number), q=q)


async def add(page: Page) -> web.StreamResponse:
    """Write another one."""
    draft = await _draft(page)
    await page.write(
        canned.save_canned,
        draft,
        page.now,
        did="canned.saved",
        about=lambda number: {"canned": number, "code": draft.code},
    )
    return page.go(PATH)


async def change(page: Page) -> web.StreamResponse:
    """Write one anew."""
    draft, number = await _draft(page), int(page.match("canned"))
    about = {"canned": number, "code": draft.code}
    await page.write(
        lambda session: canned.save_canned(session, draft, page.now, canned_id=number),
        did="canned.saved",
        about=about,
    )
    return page.go(PATH)


async def remove(page: Page) -> web.StreamResponse:
    """Take one away."""
    number = int(page.match("canned"))
    about = {"canned": number}
    await page.write(canned.remove_canned, number, did="canned.removed", about=about)
    return page.go(PATH, said="已删除")


async def _draft(page: Page) -> Draft:
    form = await page.form()
    return Draft(form.get("code", ""), form.get("words", ""), form.get("category", "")[:20])


ROUTES: Final = (
    Route("GET", PATH, Permission.MANAGE_SETTINGS, show_list),
    Route("POST", PATH, Permission.MANAGE_SETTINGS, add),
    Route("POST", _ONE, Permission.MANAGE_SETTINGS, change),
    Route("POST", f"{_ONE}/end", Permission.MANAGE_SETTINGS, remove),
)
