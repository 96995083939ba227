"""Logging in: the one thing that anybody may do."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from bot.console import tokens
from bot.console.desk import Desk
from bot.console.route import OpenRoute
from bot.console.visit import BASE, Visit
from bot.staff import logins, sessions
from bot.staff.logins import LoginRefused, TooManyTries, Try

HOME: Final = f"{BASE}/"


async def ask(visit: Visit) -> web.StreamResponse:
    """The login page."""
    return show_login(visit)


async def log_in(visit: Visit) -> web.StreamResponse:
    """Judge a login; begin a session of its own, whatever the browser held before."""
    form = await visit.form()
    try:
        secret = await _judge(visit, form)
    except LoginRefused as refused:
        status = 429 if isinstance(refused, TooManyTries) else 401
        return show_login(visit, status=status, words=refused.words, login=form.get("login", ""))
    response = visit.go(_safe(form.get("next", "")), said="")
    set_session(visit.desk, response, secret)
    return response


async def _judge(visit: Visit, form: Mapping[str, str]) -> str:
    """The secret of a new session. Raises LoginRefused, which is written down."""
    desk, address, now = visit.desk, visit.address, visit.now
    tried: Try | None = None
    try:
        login = form.get("login", "")
        tried = await desk.database.write(logins.attempt, desk.sealer, login, address, now)
        kept = tried.staff.password_hash if tried.staff is not None else ""
        is_right = await desk.vault.fits(kept, form.get("password", ""))
        secret = await desk.database.write(
            logins.succeed,
            desk.sealer,
            tried if is_right else None,
            form.get("code", ""),
            address,
            now,
        )
    except LoginRefused:
        await desk.database.write(logins.fail, desk.sealer, tried, address, now)
        raise
    if earlier := visit.request.cookies.get(tokens.session_cookie(desk)):
        await desk.database.write(sessions.end, earlier)
    return secret


def show_login(
    visit: Visit, *, status: int = 200, words: str = "", login: str = ""
) -> web.Response:
    """The login page, which brings the browser on to what it asked for."""
    if visit.is_htmx:
        return web.Response(status=status, headers={"HX-Redirect": f"{BASE}/login"})
    secret = visit.request.cookies.get(tokens.door_cookie(visit.desk)) or tokens.new_secret()
    visit.token = tokens.token_of(secret)
    here = visit.request.rel_url
    asked = str(here) if visit.request.method == "GET" else ""
    after = asked if not here.path.startswith(f"{BASE}/login") else ""
    if not after and "login" in visit.request.path:
        after = visit.query("next")
    response = visit.fragment(
        "login.html", status=status, words=words, login=login, after=_safe(after)
    )
    _set(visit.desk, response, tokens.door_cookie(visit.desk), secret)
    return response


def set_session(desk: Desk, response: web.Response, secret: str) -> None:
    """Let the browser hold a session."""
    _set(desk, response, tokens.session_cookie(desk), secret)


def forget_session(desk: Desk, response: web.Response) -> None:
    """Let the browser forget its session."""
    name = tokens.session_cookie(desk)
    response.del_cookie(name, path="/", secure=desk.is_secure, httponly=True, samesite="Strict")


def _set(desk: Desk, response: web.Response, name: str, secret: str) -> None:
    response.set_cookie(
        name, secret, path="/", secure=desk.is_secure, httponly=True, samesite="Strict"
    )


def _safe(address: str) -> str:
    """An address of ours to go on to; the first page for any other."""
    is_ours = address.startswith(HOME) and address.isprintable()
    is_plain = not any(part in address for part in ("\\", "//", "..", f"{BASE}/log"))
    return address if is_ours and is_plain else HOME


ROUTES: Final = (
    OpenRoute("GET", "/login", ask),
    OpenRoute("POST", "/login", log_in),
)
