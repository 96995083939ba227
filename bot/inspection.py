"""For development: what the bot understood of each message of somebody, over loopback."""

from typing import TYPE_CHECKING, Final

from aiohttp import web

from bot.health import is_loopback
from bot.understood import list_lines

if TYPE_CHECKING:
    from bot.app import Running

CHANNEL: Final = "official_account"


def routes(running: "Running") -> list[web.RouteDef]:
    """`GET /inspect/lines?user=OPENID[&after=ID]`; none in production, where customers' words are
    read by the shop's own people alone."""
    if running.settings.environment == "production":
        return []

    async def lines(request: web.Request) -> web.Response:
        if not is_loopback(request):
            raise web.HTTPForbidden(text="loopback only")
        user, after = request.query.get("user", ""), request.query.get("after", "0")
        if not user or not after.isdecimal():
            return web.json_response({"error": "user is missing, or after no number"}, status=400)
        found = await running.database.read(
            list_lines, running.shop.sealer, CHANNEL, user, int(after)
        )
        return web.json_response({"lines": found})

    return [web.get("/inspect/lines", lines)]
