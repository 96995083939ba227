"""How the console joins a running shop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from aiohttp import web

from bot.console.desk import Desk
from bot.console.frame import Console
from bot.console.talks.typing_sign import TypingSign
from bot.console.watching import Watch

if TYPE_CHECKING:
    from bot.app import Running

desk_key: Final = web.AppKey("desk", Desk)


def mount(app: web.Application, running: "Running") -> None:
    """Serve the console at /console, and tell its open pages what other processes changed."""
    desk = Desk(
        database=running.database,
        clock=running.clock,
        sealer=running.shop.sealer,
        shop=running.shop,
        sender=running.sender,
        listeners=running.listeners,
        background=running.background,
        settings=running.settings,
        campaign_parts=running.campaign_parts,
        typing=TypingSign(running.platform.official_account, running.background, running.clock),
    )
    app[desk_key] = desk
    app.add_routes(Console(desk).routes())
    app.cleanup_ctx.append(_watching)
    app.on_shutdown.append(_close_feed)


async def _watching(app: web.Application) -> AsyncIterator[None]:
    desk = app[desk_key]
    task = asyncio.create_task(Watch(desk.database, desk.feed).run(), name="console watch")
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _close_feed(app: web.Application) -> None:
    app[desk_key].feed.close()
