"""Somebody's own account: password, authenticator, where they are logged in."""

from typing import Final

from aiohttp import web
from sqlmodel import Session

from bot.console import feed
from bot.console.doors import set_session
from bot.console.page import Page
from bot.console.route import Route
from bot.handover import presence
from bot.staff import people, sessions
from bot.staff.permissions import Permission
from bot.staff.tables import Presence
from commerce.errors import InvalidInput

PATH: Final = "/account"


async def show(page: Page) -> web.StreamResponse:
    """What the shop has of them."""
    staff = await page.read(people.get, page.staff.id)
    browsers = await page.read(sessions.count_live, page.staff.id, page.now)
    return page.html("account.html", title="我的账号", person=staff, browsers=browsers)


async def change_password(page: Page) -> web.StreamResponse:
    """Another password; this browser gets a new session, every other one is logged out."""
    form = await page.form()
    vault = page.desk.vault
    staff = await page.read(people.get, page.staff.id)
    if not await vault.fits(staff.password_hash, form.get("present", "")):
        raise InvalidInput("现在的密码不对", field="present")
    if form.get("password") != form.get("again"):
        raise InvalidInput("两次输入的新密码不一样", field="again")
    kept = await vault.hash_of(form.get("password", ""))
    secret = await page.write(_replace, page, kept, did="password.changed")
    response = page.go(PATH, said="密码已更换，其他地方的登录已退出")
    set_session(page.desk, response, secret)
    return response


async def log_out_elsewhere(page: Page) -> web.StreamResponse:
    """End every other session of theirs."""
    secret = await page.write(_begin_anew, page, did="sessions.ended")
    response = page.go(PATH, said="其他地方的登录都已退出")
    set_session(page.desk, response, secret)
    return response


async def be_there(page: Page) -> web.StreamResponse:
    """Take customers from now on, or take none."""
    wanted = (await page.form()).get("presence", "")
    if wanted not in set(Presence):
        raise InvalidInput("请选接待或暂停", field="presence")
    about = {"presence": wanted}
    who, now = page.staff.id, page.now
    await page.write(presence.be, who, Presence(wanted), now, did="staff.presence", about=about)
    page.desk.feed.publish(feed.INBOX)
    return page.go(PATH, said="开始接待" if wanted == Presence.ONLINE else "已暂停接待")


def _replace(session: Session, page: Page, kept: str) -> str:
    people.set_password(session, page.staff.id, kept)
    return _begin_anew(session, page)


def _begin_anew(session: Session, page: Page) -> str:
    sessions.end_all(session, page.staff.id)
    return sessions.begin(session, page.staff.id, page.address, page.now)


ROUTES: Final = (
    Route("GET", PATH, Permission.OWN_ACCOUNT, show),
    Route("POST", f"{PATH}/password", Permission.OWN_ACCOUNT, change_password),
    Route("POST", f"{PATH}/presence", Permission.CONVERSE, be_there),
    Route("POST", f"{PATH}/sessions", Permission.OWN_ACCOUNT, log_out_elsewhere),
)
