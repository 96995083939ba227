"""Is it alive, is it ready, and how is it doing."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import FromClause
from sqlmodel import Session, SQLModel, col, func, select

from bot.database import Database
from bot.metrics import FINDINGS
from bot.tables import AccessToken, InboxMessage, InboxState, OutboxMessage, OutboxState
from commerce.columns import in_state
from commerce.reconciliation.findings import count_open

if TYPE_CHECKING:
    from bot.app import Running

CHECK_SECONDS: Final = 2.0
COUNTED_FOR_SECONDS: Final = 1.0
SCHEDULER_MAY_LAG: Final = timedelta(minutes=1)
_INBOX = SQLModel.metadata.tables[InboxMessage.__tablename__]
_OUTBOX = SQLModel.metadata.tables[OutboxMessage.__tablename__]


def routes(running: "Running") -> list[web.RouteDef]:
    """`/healthz`, `/readyz` and `/metrics`."""

    async def alive(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    backlog = Backlog(running.database)

    async def ready(_request: web.Request) -> web.Response:
        state = await readiness(running, backlog)
        return web.json_response(state, status=200 if state["ready"] else 503)

    async def metrics(request: web.Request) -> web.Response:
        if not is_loopback(request):
            raise web.HTTPForbidden(text="loopback only")
        # Counted here: the process that looks for findings may be another.
        _, findings = await _state_of(lambda: running.database.read(count_open))
        for kind, count in (findings or {}).items():
            FINDINGS.labels(kind.value).set(count)
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", metrics)]


async def readiness(running: "Running", backlog: "Backlog") -> dict[str, Any]:
    """The state of what a turn needs. Without Rasa the shop is ready still: keywords answer."""
    database, _ = await _state_of(running.database.ping)
    _, counted = await _state_of(backlog.count)
    rasa = running.parser.rasa_state
    books, token = await _state_of(
        lambda: running.database.read(
            token_of, running.settings.official_account_app_id, running.clock.now()
        )
    )
    last_tick = running.jobs.last_tick_at
    lag = None if last_tick is None else running.clock.now() - last_tick
    return {
        "ready": database == "ok",
        "database": database,
        "nlu": "ok" if rasa == "closed" else f"{rasa}: keywords answer",
        "wechat_token": token if books == "ok" else books,
        "scheduler": "ok" if lag is not None and lag < SCHEDULER_MAY_LAG else "not running",
        "backlog": counted,
    }


class Backlog:
    """How much waits, counted at most once a second however often somebody asks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counted: dict[str, int] = {}
        self._good_until = 0.0

    async def count(self) -> dict[str, int]:
        """The counts of the last second. Raises what the database raises."""
        now = asyncio.get_running_loop().time()
        if not self._counted or now >= self._good_until:
            self._counted = await self._database.read(count_backlog)
            self._good_until = now + COUNTED_FOR_SECONDS
        return self._counted


def count_backlog(session: Session) -> dict[str, int]:
    """How much waits, and how much needs a person's eye. Reads what is open, not what is done."""
    return {
        "inbox": _count(session, _INBOX, InboxState.PENDING),
        "quarantined": _count(session, _INBOX, InboxState.QUARANTINED),
        "outbox": _count(
            session, _OUTBOX, OutboxState.HELD, OutboxState.PENDING, OutboxState.SENDING
        ),
        "parked": _count(session, _OUTBOX, OutboxState.PARKED),
        "doubtful": _count(session, _OUTBOX, OutboxState.UNKNOWN),
        "findings": sum(count_open(session).values()),
    }


def token_of(session: Session, app_id: str, now: datetime) -> str:
    """Whether the official account's token is in hand: `ok`, `expired` or `not fetched yet`."""
    expires_at = session.exec(
        select(AccessToken.expires_at).where(
            AccessToken.app == app_id, col(AccessToken.version) > 0
        )
    ).first()
    if expires_at is None:
        return "not fetched yet"
    return "ok" if now < expires_at else "expired"


def is_loopback(request: web.Request) -> bool:
    """Whether the request comes from this very machine, past no proxy."""
    if request.remote is None or "X-Forwarded-For" in request.headers:
        return False
    return ip_address(request.remote).is_loopback


def _count(session: Session, table: FromClause, *states: StrEnum) -> int:
    counted = select(func.count()).select_from(table).where(in_state(table, *states))
    return session.exec(counted).one()


async def _state_of[T](ask: Callable[[], Awaitable[T]]) -> tuple[str, T | None]:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            answer = await ask()
    except Exception as error:  # noqa: BLE001 - readiness reports what is wrong
        return f"failed: {type(error).__name__}", None
    return ("ok" if answer is not False else "away"), answer
