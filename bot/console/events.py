"""What an open page hears at once: server-sent events, `/console/events?topics=inbox,talk:5`.

Each event is named by its topic, and its data is plain JSON without anybody's words.
"""

import asyncio
import contextlib
import json
import re
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from bot.console.errors import ConsoleRefusal, Forbidden
from bot.console.feed import Listening, News
from bot.console.page import Page
from bot.console.route import Route
from bot.staff import sessions
from bot.staff.permissions import Permission

TOPICS: Final[Mapping[str, Permission]] = {
    "inbox": Permission.CONVERSE,
    "talk": Permission.CONVERSE,
}
_TOPIC: Final = re.compile(r"(?P<kind>[a-z]+)(:[0-9]{1,18})?")
MOST_TOPICS: Final = 8
QUIET: Final = News("")
LOOK_AGAIN_SECONDS: Final = 10
"""How long a page whose session was ended may stay open: it hears nothing of what it held."""


async def listen(page: Page) -> web.StreamResponse:
    """Stream what is new until the page goes, or its session ends."""
    topics = _topics(page)
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Accel-Buffering": "no",
        }
    )
    with page.desk.feed.listen(topics) as queue, contextlib.suppress(ConnectionResetError):
        await response.prepare(page.request)
        await response.write(b"retry: 2000\n: open\n\n")
        while (news := await _next(queue)) is not None:
            if not await is_still_signed(page):
                await response.write(b"event: signed-out\ndata: {}\n\n")
                break
            await response.write(_written(news) if news.topic else b": here\n\n")
    return response


async def _next(queue: Listening) -> News | None:
    """What is new; QUIET after a while without anything, None when the shop stops."""
    try:
        async with asyncio.timeout(LOOK_AGAIN_SECONDS):
            return await queue.get()
    except TimeoutError:
        return QUIET


async def is_still_signed(page: Page) -> bool:
    """Whether the session is live at this moment."""
    now = page.desk.clock.now()
    return await page.read(sessions.find, page.secret, now) is not None


def _topics(page: Page) -> frozenset[str]:
    asked = [each for each in page.query("topics").split(",") if each]
    if not 0 < len(asked) <= MOST_TOPICS:
        raise ConsoleRefusal
    for each in asked:
        found = _TOPIC.fullmatch(each)
        permission = TOPICS.get(found["kind"]) if found else None
        if permission is None:
            raise ConsoleRefusal
        if not page.may(permission):
            raise Forbidden
    return frozenset(asked)


def _written(news: News) -> bytes:
    content = json.dumps(dict(news.about), ensure_ascii=False)
    return f"event: {news.topic}\ndata: {content}\n\n".encode()


ROUTES: Final = (Route("GET", "/events", Permission.OWN_ACCOUNT, listen),)
