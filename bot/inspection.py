"""For development, over loopback: what the bot understood, and a hand for the shop's people."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from aiohttp import web
from sqlmodel import Session, select

from bot import inspection_withdrawals
from bot.health import is_loopback
from bot.inspection_aftersale import decide_latest
from bot.understood import list_lines
from commerce.customers.tables import Identity
from commerce.errors import ShopError
from commerce.inserting import id_of
from commerce.ordering import orders
from commerce.ordering.tables import OrderState
from commerce.parcels.shipping import ship

if TYPE_CHECKING:
    from bot.app import Running

type Decision = Callable[[Session, int, str, datetime], dict[str, str]]

CHANNEL: Final = "official_account"
OF_BROWSERS_AND_PROXIES: Final = ("Origin", "Sec-Fetch-Site", "Forwarded", "X-Real-IP")
"""Headers that a page's request or a proxied one bears; the sandbox asks from server to server."""


def routes(running: "Running") -> list[web.RouteDef]:
    """`GET /inspect/lines?user=OPENID[&after=ID]`, `POST /inspect/ship {"user": OPENID}`,
    `POST /inspect/after-sale {"user": OPENID, "move": "agree|refuse|arrived"}` and
    `POST /inspect/withdrawal {"user": OPENID, "move": "approve|refuse"}`.

    None in production, where the shop's own people alone read customers' words, ship and decide.
    """
    if running.settings.environment == "production":
        return []

    async def lines(request: web.Request) -> web.Response:
        _refuse_strangers(request)
        user, after = request.query.get("user", ""), request.query.get("after", "0")
        if not user or not after.isdecimal():
            return web.json_response({"error": "user is missing, or after no number"}, status=400)
        found = await running.database.read(
            list_lines, running.shop.sealer, CHANNEL, user, int(after)
        )
        return web.json_response({"lines": found})

    async def ship_one(request: web.Request) -> web.Response:
        _refuse_strangers(request)
        body = await request.json() if request.can_read_body else None
        user = str(body.get("user", "")) if isinstance(body, dict) else ""
        number = await running.database.write(_ship_latest, user, running.clock.now())
        if number is None:
            return web.json_response({"error": "没有等待发货的订单"}, status=409)
        running.listeners.wake()
        return web.json_response({"tracking_no": number})

    async def decide(request: web.Request) -> web.Response:
        return await moved(request, decide_latest)

    async def pay_out(request: web.Request) -> web.Response:
        return await moved(request, inspection_withdrawals.decide_latest)

    async def moved(request: web.Request, decided: Decision) -> web.Response:
        _refuse_strangers(request)
        body = await request.json() if request.can_read_body else None
        told = body if isinstance(body, dict) else {}
        user, step = str(told.get("user", "")), str(told.get("move", ""))
        try:
            answer = await running.database.write(_decide, decided, user, step, running.clock.now())
        except ShopError as refusal:
            return web.json_response({"error": str(refusal)}, status=409)
        running.listeners.wake()
        return web.json_response(answer)

    return [
        web.get("/inspect/lines", lines),
        web.post("/inspect/ship", ship_one),
        web.post("/inspect/after-sale", decide),
        web.post("/inspect/withdrawal", pay_out),
    ]


def _refuse_strangers(request: web.Request) -> None:
    """Answer programs of this machine alone: no proxy's clients, and no page in a browser."""
    host = request.host.rpartition(":")[0] or request.host
    is_ours = is_loopback(request) and host in ("127.0.0.1", "localhost", "[::1]")
    if not is_ours or any(name in request.headers for name in OF_BROWSERS_AND_PROXIES):
        raise web.HTTPForbidden(text="for programs on this machine only")


def _ship_latest(session: Session, user: str, now: datetime) -> str | None:
    """Hand the latest paid order of a fan to a carrier; the made-up number, or None."""
    states = (OrderState.PAID, OrderState.PACKED)
    waiting = orders.list_orders(session, _customer_of(session, user), states=states, limit=1)
    if not waiting:
        return None
    number = f"YT{secrets.randbelow(10**13):013d}"
    order_id = id_of(waiting[0])
    ship(session, order_id, carrier="yto", tracking_no=number, actor="sandbox", now=now)
    return number


def _decide(
    session: Session, decided: Decision, user: str, move: str, now: datetime
) -> dict[str, str]:
    return decided(session, _customer_of(session, user), move, now)


def _customer_of(session: Session, user: str) -> int:
    """Who a fan of the account is; 0 for nobody."""
    known = select(Identity.customer_id).where(
        Identity.channel == CHANNEL, Identity.external_user == user
    )
    return session.exec(known).first() or 0
