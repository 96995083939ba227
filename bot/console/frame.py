"""The frame around every page: who asks, may they, does it come from us, and what went wrong."""

import traceback
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from aiohttp import web

from bot.console import tokens
from bot.console.desk import Desk
from bot.console.doors import show_login
from bot.console.errors import ConsoleRefusal, Forbidden, Forged, NotSigned
from bot.console.page import Page
from bot.console.pages.enrolment import PATH as ENROLMENT
from bot.console.route import OpenRoute, Route
from bot.console.serving import files
from bot.console.table import OPEN_ROUTES, ROUTES, refuse_doubles
from bot.console.visit import BASE, Visit
from bot.conversations import OwnerChanged
from bot.database import DatabaseClosed, is_locked, is_unreachable
from bot.staff import audit, sessions
from bot.staff.permissions import NEED_AUTHENTICATOR
from commerce.errors import NotFound, ShopError

log = structlog.get_logger()

HEADERS: Final = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'self'",
            "img-src 'self' data: blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
ASKED_BY_ITSELF: Final = frozenset({"/events", "/inbox/life"})
"""What an open page asks for without anybody at it: that keeps no session from lapsing."""
ALWAYS_OPEN: Final = frozenset({ENROLMENT, "/logout"})
"""What somebody may do who still has to set up an authenticator."""

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Console:
    """Serves the table of routes over one running shop."""

    def __init__(self, desk: Desk) -> None:
        refuse_doubles(ROUTES, OPEN_ROUTES)
        self._desk = desk
        self._pages = frozenset(each.path for each in ROUTES if each.method == "GET")

    def routes(self) -> list[web.RouteDef]:
        """Everything below /console, and a kind word for what is not there."""
        return [
            *files(),
            *(web.route(each.method, BASE + each.path, self._open(each)) for each in OPEN_ROUTES),
            *(web.route(each.method, BASE + each.path, self._closed(each)) for each in ROUTES),
            web.get(BASE, self._to_home),
            web.route("*", f"{BASE}/{{rest:.*}}", self._missing),
        ]

    def _open(self, route: OpenRoute) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            visit = self._visit(request)
            try:
                await self._check_origin(visit)
                return self._sealed(await route.handler(visit))
            except Exception as error:  # noqa: BLE001 - whatever it is, the browser gets an answer
                return self._sealed(self._refuse(visit, error))

        return handle

    def _closed(self, route: Route) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            visit: Visit = self._visit(request)
            try:
                visit = page = await self._signed(request, route.path)
                await self._check_origin(page)
                refuse_unpermitted(page, route)
                return self._sealed(await route.handler(page))
            except Exception as error:  # noqa: BLE001 - whatever it is, the browser gets an answer
                told = await self._write_down(visit, route, error)
                return self._sealed(self._refuse(visit, told))

        return handle

    def _visit(self, request: web.Request) -> Visit:
        """A request of nobody, with the token of its browser."""
        secret = request.cookies.get(tokens.door_cookie(self._desk), "")
        token = tokens.token_of(secret) if secret else ""
        return Visit(request, self._desk, self._desk.clock.now(), token)

    async def _signed(self, request: web.Request, path: str) -> Page:
        """A request of somebody who is logged in. Raises NotSigned."""
        desk, now = self._desk, self._desk.clock.now()
        secret = request.cookies.get(tokens.session_cookie(desk), "")
        found = await desk.database.read(sessions.find, secret, now) if secret else None
        if found is None:
            raise NotSigned
        signed, staff, is_due = found
        if is_due and path not in ASKED_BY_ITSELF:
            await desk.database.write(sessions.see, secret, now)
        page = Page(
            request=request,
            desk=desk,
            now=now,
            token=tokens.token_of(secret),
            staff=signed,
            secret=secret,
            pages=self._pages,
        )
        is_enrolled = staff.totp_sealed is not None or signed.role not in NEED_AUTHENTICATOR
        if not is_enrolled and path not in ALWAYS_OPEN:
            raise _Unenrolled
        return page

    async def _check_origin(self, visit: Visit) -> None:
        """Raise Forged when something else than a page of ours wants to change anything."""
        if visit.request.method in {"GET", "HEAD"}:
            return
        if not tokens.is_ours(self._desk, visit.request):
            raise Forged
        form = {} if tokens.HEADER in visit.request.headers else await visit.form()
        if not visit.token or not tokens.brings_token(visit.token, visit.request.headers, form):
            raise Forged

    async def _write_down(self, visit: Visit, route: Route, error: Exception) -> Exception:
        """Leave a row of what somebody was not let do. What they are told: that, or why no row
        could be left."""
        if not isinstance(visit, Page) or not isinstance(error, Forbidden | Forged):
            return error
        about = {"method": route.method, "path": route.path, "permission": route.permission.value}
        did = "refused" if isinstance(error, Forbidden) else "forged"
        try:
            await self._desk.database.write(
                audit.note, self._desk.sealer, visit.who, did, about, visit.now
            )
        except Exception as failure:  # noqa: BLE001 - told to the browser like any other
            return failure
        return error

    def _refuse(self, visit: Visit, error: Exception) -> web.StreamResponse:
        if isinstance(error, web.HTTPException):
            raise error
        if isinstance(error, _Unenrolled):
            return visit.go(ENROLMENT, said="")
        if isinstance(error, NotSigned):
            had_one = tokens.session_cookie(self._desk) in visit.request.cookies
            return show_login(visit, status=error.status, words=error.words if had_one else "")
        status, words, field = _explain(error, visit.request.path)
        is_inside = isinstance(visit, Page)
        whole = "refusal_inside.html" if is_inside else "refusal.html"
        template = "_refusal.html" if visit.is_htmx else whole
        return visit.fragment(template, status=status, words=words, field=field, status_code=status)

    def _sealed(self, response: web.StreamResponse) -> web.StreamResponse:
        if not response.prepared:
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    async def _to_home(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(status=303, headers={"Location": f"{BASE}/", **HEADERS})

    async def _missing(self, request: web.Request) -> web.StreamResponse:
        visit: Visit = self._visit(request)
        error: Exception = NotFound("没有这个页面")
        try:
            visit = await self._signed(request, "")
        except Exception as refusal:  # noqa: BLE001 - whatever it is, the browser gets an answer
            error = refusal
        return self._sealed(self._refuse(visit, error))


def refuse_unpermitted(page: Page, route: Route) -> None:
    """Raise Forbidden unless the role grants what the route asks for."""
    if not page.may(route.permission):
        raise Forbidden


class _Unenrolled(ConsoleRefusal):
    """Their role needs an authenticator, and they have none yet."""


def _explain(error: Exception, path: str) -> tuple[int, str, str]:
    """Status, sentence and field of whatever went wrong; what is our fault is logged."""
    match error:
        case ConsoleRefusal():
            return error.status, str(error), ""
        case NotFound():
            return 404, str(error), ""
        case ShopError():
            return 422, str(error), str(error.details.get("field", ""))
        case OwnerChanged():
            return 409, "这个会话刚刚换人接待了，请刷新看看", ""
        case DatabaseClosed():
            return 503, "系统正在重启，请稍等几秒再试", ""
        case _ if is_locked(error):
            return 503, "系统有点忙，请稍等几秒再试", ""
        case _ if is_unreachable(error):
            status, words = 503, "数据库暂时连不上，请稍等一会儿再试"
        case _:
            status, words = 500, "出错了，我们已经记下来了，请稍后再试"
    frames = traceback.extract_tb(error.__traceback__)
    at = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    log.error("console failed", path=path, reason=type(error).__name__, at=at)
    return status, words, ""
