"""Product pictures, as files of one folder."""

import re
from pathlib import Path
from typing import Final
from urllib.parse import quote

from aiohttp import web

ROUTE: Final = "/pictures"
_SAFE_NAME: Final = re.compile(r"[\w-][\w.-]{0,120}\.(?:jpe?g|png|webp)", re.IGNORECASE)
_HEADERS: Final = {
    "Cache-Control": "public, max-age=86400",
    "X-Content-Type-Options": "nosniff",
}


def picture_path(picture: str) -> str:
    """Where the bot serves a picture of the catalogue; empty for none."""
    name = Path(picture).name
    return f"{ROUTE}/{quote(name)}" if name else ""


async def serve_picture(folder: Path, name: str) -> web.StreamResponse:
    """The picture of that name, and of no other folder. Raises HTTPNotFound."""
    if _SAFE_NAME.fullmatch(name) is None or not (folder / name).is_file():
        raise web.HTTPNotFound(text="没有这张图片")
    return web.FileResponse(folder / name, headers=_HEADERS)
