"""Pictures, voices, videos and files that customers sent, for those who answer them."""

from typing import Final

from aiohttp import web

from bot import received_media
from bot.console import csv
from bot.console.page import Page
from bot.console.route import Route
from bot.evidence import EvidenceStore
from bot.received_media import NotKept
from bot.staff.permissions import Permission
from commerce.errors import NotFound

SHOWN: Final = frozenset({"image/jpeg", "image/png", "image/gif"})
"""Kinds that a page shows; what they are was read from their first bytes."""
_LOCKED: Final = "default-src 'none'; sandbox"
"""Opened by itself, a file is nothing but a picture: no script of it would run."""
_ANY: Final = "application/octet-stream"


async def show(page: Page) -> web.StreamResponse:
    """A file as it came: a picture to show, anything else to save."""
    desk = page.desk
    store = EvidenceStore(desk.settings.evidence_folder, desk.sealer)
    try:
        opened = await page.read(received_media.open_media, desk.sealer, store, page.match("key"))
    except NotKept as error:
        raise NotFound(str(error)) from error
    if opened.content_type in SHOWN:
        response = web.Response(body=opened.content, content_type=opened.content_type)
    else:
        response = csv.attachment(opened.file_name, opened.content, _ANY)
    response.headers["Content-Security-Policy"] = _LOCKED
    return response


ROUTES: Final = (Route("GET", "/media/{key:.{1,300}}", Permission.CONVERSE, show),)
