"""Pages of conversations: the inbox, one conversation, and the parts that are asked for again."""

from collections.abc import Sequence
from typing import Any, Final

from aiohttp import web
from sqlmodel import Session

from bot.api.pictures import picture_path
from bot.console.page import Page
from bot.console.pages.written import find_id
from bot.console.route import Route
from bot.console.talks import goods, lines, panel, saying, talk
from bot.console.talks.inbox import Inbox, read_inbox
from bot.console.talks.listing import Eyes, Sought
from bot.console.talks.shown import clock, event_words
from bot.handover.canned import list_canned
from bot.handover.summary import summary_of
from bot.messages import CHANNEL_NAMES
from bot.staff.permissions import Permission
from commerce.sealing import Sealer

LONGEST_SEARCH: Final = 60
SCREENS: Final = frozenset({"talk", "panel"})


async def inbox(page: Page) -> web.StreamResponse:
    """The list, and nothing opened beside it."""
    found = await page.read(read_inbox, _eyes(page), page.query("tab"), _sought(page))
    return page.html(
        "talks/inbox.html", **_common(page), inbox=found, talk=None, screen="list", active=0
    )


async def rows(page: Page) -> web.StreamResponse:
    """The list alone, as it is now."""
    found = await page.read(read_inbox, _eyes(page), page.query("tab"), _sought(page))
    return page.fragment(
        "talks/_list.html",
        **_common(page),
        inbox=found,
        active=find_id(page.query("active")) or 0,
    )


async def show(page: Page) -> web.StreamResponse:
    """One conversation between the list and its customer."""
    seen = await page.read(_whole, page.desk.sealer, _eyes(page), _id(page), _asked(page))
    screen = page.query("show")
    return page.html(
        "talks/inbox.html",
        **_common(page),
        **seen,
        screen=screen if screen in SCREENS else "talk",
        active=_id(page),
        talk_id=_id(page),
        most_bytes=saying.MOST_BYTES,
    )


async def show_lines(page: Page) -> web.StreamResponse:
    """Lines before one, or all from one on."""
    stretch = await page.read(
        _lines, page.desk.sealer, _id(page), _number(page, "before"), _number(page, "since")
    )
    shown = page.fragment("talks/_lines.html", **_common(page), stretch=stretch, talk_id=_id(page))
    shown.headers["X-First-Line"] = str(stretch.first)
    shown.headers["X-Has-Earlier"] = "yes" if stretch.has_earlier else "no"
    return shown


async def show_head(page: Page) -> web.StreamResponse:
    """Whose conversation it is, and what may be done."""
    seen, colleagues = await page.read(_head, _eyes(page), _id(page))
    return page.fragment("talks/_head.html", **_common(page), talk=seen, colleagues=colleagues)


async def show_quota(page: Page) -> web.StreamResponse:
    """How many messages are left."""
    seen = await page.read(talk.get_talk, page.desk.sealer, _id(page), page.staff.id, page.now)
    return page.fragment("talks/_quota.html", **_common(page), talk=seen)


async def show_panel(page: Page) -> web.StreamResponse:
    """The customer."""
    seen = await page.read(talk.get_talk, page.desk.sealer, _id(page), page.staff.id, page.now)
    customer = await page.read(panel.read_customer, page.desk.sealer, seen.id, page.now)
    return page.fragment("talks/_panel.html", **_common(page), talk=seen, customer=customer)


async def show_summary(page: Page) -> web.StreamResponse:
    """What is known of the customer at a glance, for other programs."""
    seen = await page.read(summary_of, page.desk.sealer, _id(page), page.now)
    return web.json_response(seen.to_json())


async def show_understood(page: Page) -> web.StreamResponse:
    """What the bot made of one line."""
    kept = await page.read(
        lines.read_understood, page.desk.sealer, _id(page), int(page.match("line"))
    )
    return page.fragment("talks/_understood.html", kept=kept)


async def find_goods(page: Page) -> web.StreamResponse:
    """Products to send a card of."""
    wanted = page.query("q")[:LONGEST_SEARCH]
    found = await page.read(goods.find, page.desk.shop.search, wanted)
    return page.fragment("talks/_goods.html", **_common(page), goods=found, wanted=wanted)


async def show_coupons(page: Page) -> web.StreamResponse:
    """Coupons to give."""
    found = await page.read(saying.list_giveable, page.now)
    return page.fragment("talks/_coupons.html", coupons=found)


async def find_canned(page: Page) -> web.StreamResponse:
    """What is answered again and again, by the beginning of its code or by its words."""
    wanted = page.query("q")[:LONGEST_SEARCH].casefold()
    found = await page.read(list_canned, wanted)
    found.sort(key=lambda each: not each.code.startswith(wanted))
    return page.fragment("talks/_canned.html", canned=found[: goods.MOST])


def _whole(
    session: Session, sealer: Sealer, eyes: Eyes, talk_id: int, asked: tuple[str, Sought]
) -> dict[str, Any]:
    seen, colleagues = _head(session, eyes, talk_id)
    listed: Inbox = read_inbox(session, eyes, *asked)
    return {
        "inbox": listed,
        "talk": seen,
        "colleagues": colleagues,
        "stretch": lines.read_lines(session, sealer, talk_id),
        "customer": panel.read_customer(session, sealer, talk_id, eyes.now),
    }


def _head(session: Session, eyes: Eyes, talk_id: int) -> tuple[talk.Talk, Sequence[talk.Colleague]]:
    seen = talk.get_talk(session, eyes.sealer, talk_id, eyes.staff_id, eyes.now)
    return seen, talk.list_colleagues(session, eyes.staff_id, eyes.now) if seen.is_mine else ()


def _lines(
    session: Session, sealer: Sealer, talk_id: int, before: int, since: int
) -> lines.Stretch:
    return lines.read_lines(session, sealer, talk_id, before=before, since=since)


def _common(page: Page) -> dict[str, Any]:
    return {
        "title": "会话",
        "me": page.staff.id,
        "tab": page.query("tab", "queue"),
        "clock": clock,
        "event_words": event_words,
        "picture_path": picture_path,
        "channels": CHANNEL_NAMES,
    }


def _eyes(page: Page) -> Eyes:
    return Eyes(page.staff.id, page.now, page.desk.sealer)


def _asked(page: Page) -> tuple[str, Sought]:
    return page.query("tab"), _sought(page)


def _sought(page: Page) -> Sought:
    return Sought(
        words=page.query("q")[:LONGEST_SEARCH],
        channel=page.query("channel"),
        owner=page.query("owner"),
        page=page.number,
    )


def _id(page: Page) -> int:
    return int(page.match("talk"))


def _number(page: Page, name: str) -> int:
    asked = page.query(name)
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else 0


TALK: Final = "/talks/{talk:[0-9]{1,9}}"
ROUTES: Final = (
    Route("GET", "/inbox", Permission.CONVERSE, inbox),
    Route("GET", "/talks/rows", Permission.CONVERSE, rows),
    Route("GET", "/talks/canned", Permission.CONVERSE, find_canned),
    Route("GET", "/talks/coupons", Permission.CONVERSE, show_coupons),
    Route("GET", "/talks/goods", Permission.CONVERSE, find_goods),
    Route("GET", TALK, Permission.CONVERSE, show),
    Route("GET", f"{TALK}/lines", Permission.CONVERSE, show_lines),
    Route(
        "GET",
        f"{TALK}/lines/{{line:[0-9]{{1,15}}}}/understood",
        Permission.CONVERSE,
        show_understood,
    ),
    Route("GET", f"{TALK}/head", Permission.CONVERSE, show_head),
    Route("GET", f"{TALK}/quota", Permission.CONVERSE, show_quota),
    Route("GET", f"{TALK}/panel", Permission.CONVERSE, show_panel),
    Route("GET", f"{TALK}/summary", Permission.CONVERSE, show_summary),
)
