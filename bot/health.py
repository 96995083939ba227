"""Is it alive, is it ready, and how is it doing."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlmodel import Session, col, func, select

from bot.tables import AccessToken, InboxMessage, InboxState, OutboxMessage

if TYPE_CHECKING:
    from bot.app import Running

CHECK_SECONDS: Final = 2.0
SCHEDULER_MAY_LAG: Final = timedelta(minutes=1)


def routes(running: "Running") -> list[web.RouteDef]:
    """`/healthz`, `/readyz` and `/metrics`."""

    async def alive(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(_request: web.Request) -> web.Response:
        state = await readiness(running)
        return web.json_response(state, status=200 if state["ready"] else 503)

    async def metrics(request: web.Request) -> web.Response:
        if not is_loopback(request):
            raise web.HTTPForbidden(text="loopback only")
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", metrics)]


async def readiness(running: "Running") -> dict[str, Any]:
    """The state of what a turn needs. Without Rasa the shop is ready still: keywords answer."""
    database, backlog = await _state_of(lambda: running.database.read(count_backlog))
    rasa = running.parser.rasa_state
    books, token = await _state_of(
        lambda: running.database.read(token_of, running.settings.official_account_app_id)
    )
    last_tick = running.jobs.last_tick_at
    lag = None if last_tick is None else running.clock.now() - last_tick
    return {
        "ready": database == "ok",
        "database": database,
        "nlu": "ok" if rasa == "closed" else f"{rasa}: keywords answer",
        "wechat_token": token if books == "ok" else books,
        "scheduler": "ok" if lag is not None and lag < SCHEDULER_MAY_LAG else "not running",
        "backlog": backlog,
    }


def count_backlog(session: Session) -> dict[str, int]:
    """How much waits, and how much needs a person's eye."""
    inbox = dict(session.exec(_by_state(InboxMessage.state)).all())
    outbox = dict(session.exec(_by_state(OutboxMessage.state)).all())
    return {
        "inbox": inbox.get(InboxState.PENDING, 0),
        "quarantined": inbox.get(InboxState.QUARANTINED, 0),
        "outbox": sum(outbox.get(state, 0) for state in ("held", "pending", "sending")),
        "doubtful": outbox.get("unknown", 0),
    }


def token_of(session: Session, app_id: str) -> str:
    """Whether the official account's token is in hand: `ok` or `not fetched yet`."""
    found = session.exec(
        select(AccessToken.version).where(AccessToken.app == app_id, col(AccessToken.version) > 0)
    ).first()
    return "not fetched yet" if found is None else "ok"


def is_loopback(request: web.Request) -> bool:
    """Whether the request comes from this very machine, past no proxy."""
    if request.remote is None or "X-Forwarded-For" in request.headers:
        return False
    return ip_address(request.remote).is_loopback


def _by_state(state: Any) -> Any:
    return select(state, func.count()).group_by(state)


async def _state_of[T](ask: Callable[[], Awaitable[T]]) -> tuple[str, T | None]:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            answer = await ask()
    except Exception as error:  # noqa: BLE001 - readiness reports what is wrong
        return f"failed: {type(error).__name__}", None
    return ("ok" if answer is not False else "away"), answer
