"""The routes of all pages of conversations."""

from typing import Final

from bot.console.route import Route
from bot.console.talks import acting, being_there, media, pages, replying

ROUTES: Final[tuple[Route, ...]] = (
    *pages.ROUTES,
    *acting.ROUTES,
    *replying.ROUTES,
    *being_there.ROUTES,
    *media.ROUTES,
)
