"""Whether somebody is there: as they say, while their page is open, and while they type."""

from typing import Final

from aiohttp import web
from sqlmodel import Session

from bot.console import feed
from bot.console.page import Page
from bot.console.pages.written import find_id
from bot.console.route import Route
from bot.handover import presence
from bot.handover.episodes import speaker_of
from bot.staff.permissions import Permission
from bot.staff.tables import Presence
from bot.tables import Conversation
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


async def type_on(page: Page) -> web.StreamResponse:
    """Somebody writes a reply. It is no deed either, and the customer sees no word of it."""
    talk_id = find_id((await page.form()).get("talk", "")) or 0
    openid = await page.read(_sees_typing, talk_id, page.staff.id)
    if openid and page.desk.typing is not None:
        page.desk.typing.show(openid)
    return web.Response(status=204)


def _sees_typing(session: Session, talk_id: int, staff_id: int) -> str:
    """The follower with whom somebody speaks; empty where there is no such one."""
    talk = session.get(Conversation, talk_id)
    if talk is None or talk.owner != speaker_of(staff_id):
        return ""
    return talk.external_user if talk.channel == "official_account" else ""


ROUTES: Final = (
    Route("POST", "/inbox/presence", Permission.CONVERSE, be),
    Route("POST", "/inbox/life", Permission.CONVERSE, live),
    Route("POST", "/inbox/typing", Permission.CONVERSE, type_on),
)
