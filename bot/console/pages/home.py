"""The first page, and leaving."""

from typing import Final

from aiohttp import web

from bot.console.doors import forget_session
from bot.console.menu import home_of
from bot.console.page import Page
from bot.console.route import Route
from bot.staff import sessions
from bot.staff.permissions import Permission


async def go_home(page: Page) -> web.StreamResponse:
    """To where this role begins."""
    return page.go(home_of(page.staff, page.pages), said="")


async def log_out(page: Page) -> web.StreamResponse:
    """End the session: what its cookie held opens nothing any more."""
    await page.write(sessions.end, page.secret, did="logout")
    response = page.go("/login", said="")
    forget_session(page.desk, response)
    return response


ROUTES: Final = (
    Route("GET", "/", Permission.OWN_ACCOUNT, go_home),
    Route("POST", "/logout", Permission.OWN_ACCOUNT, log_out),
)
