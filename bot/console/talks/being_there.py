"""Whether somebody is there to take customers: as they say, and while their page is open."""

from typing import Final

from aiohttp import web
from sqlmodel import Session

from bot.console import feed
from bot.console.page import Page
from bot.console.route import Route
from bot.handover import presence
from bot.staff.permissions import Permission
from bot.staff.tables import Presence
from commerce.errors import InvalidInput


async def be(page: Page) -> web.StreamResponse:
    """Take customers from now on, or take none."""
    written = (await page.form()).get("presence", "")
    if written not in set(Presence):
        raise InvalidInput("请选在线或暂停", field="presence")
    wanted = Presence(written)

    def change(session: Session) -> None:
        presence.be(session, page.staff.id, wanted, page.now)

    await page.write(change, did="staff.presence", about={"presence": wanted})
    page.desk.feed.publish(feed.INBOX)
    return web.Response(status=204)


async def live(page: Page) -> web.StreamResponse:
    """A sign of life of an open page. It is no deed: nothing is written down of it."""
    await page.desk.database.write(presence.alive, page.staff.id, page.now)
    return web.Response(status=204)


ROUTES: Final = (
    Route("POST", "/inbox/presence", Permission.CONVERSE, be),
    Route("POST", "/inbox/life", Permission.CONVERSE, live),
)
