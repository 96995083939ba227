"""Files that pages need: our styles and scripts, and the scripts of others."""

import mimetypes
from pathlib import Path
from typing import Final

from aiohttp import web

from bot.console.rendering import STATIC, VENDOR

YEAR: Final = "public, max-age=31536000, immutable"
_HEADERS: Final = {"X-Content-Type-Options": "nosniff"}


def files() -> list[web.RouteDef]:
    """`/console/static/…` and `/console/vendor/…`."""

    async def ours(request: web.Request) -> web.StreamResponse:
        return serve(STATIC, request)

    async def of_others(request: web.Request) -> web.StreamResponse:
        return serve(VENDOR, request)

    return [
        web.get("/console/static/{path:.+}", ours),
        web.get("/console/vendor/{path:.+}", of_others),
    ]


def serve(folder: Path, request: web.Request) -> web.StreamResponse:
    """One file of a folder; kept by browsers for ever where the address names its version."""
    path = request.match_info["path"]
    if "\0" in path:
        raise web.HTTPNotFound
    file = (folder / path).resolve()
    if not file.is_relative_to(folder.resolve()) or not file.is_file():
        raise web.HTTPNotFound
    caching = YEAR if "v" in request.query else "no-cache"
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return web.FileResponse(
        file, headers={**_HEADERS, "Content-Type": kind, "Cache-Control": caching}
    )
