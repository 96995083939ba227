"""Cookies of the console, and the token that shows a form to be one of ours."""

import base64
import hmac
import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from aiohttp import web

if TYPE_CHECKING:
    from bot.console.desk import Desk

HEADER: Final = "X-CSRF-Token"
FIELD: Final = "csrf"


def session_cookie(desk: "Desk") -> str:
    """Holds the session's secret. `__Host-`: over TLS alone, from this host alone."""
    return "__Host-console" if desk.is_secure else "console"


def door_cookie(desk: "Desk") -> str:
    """Holds a secret of a browser in which nobody is logged in."""
    return f"{session_cookie(desk)}-door"


def notice_cookie(desk: "Desk") -> str:
    """Holds words that the next page shows."""
    return f"{session_cookie(desk)}-notice"


def new_secret() -> str:
    """A secret for the browser of nobody in particular."""
    return secrets.token_urlsafe(32)


def token_of(secret: str) -> str:
    """What forms bring back: only who knows the cookie can make it, and it does not tell it."""
    digest = hmac.digest(secret.encode(), b"console form", sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def is_ours(desk: "Desk", request: web.Request) -> bool:
    """Whether the browser says that a page of ours sends this. One that says nothing is refused."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is None and origin is None:
        return False
    if site not in (None, "same-origin"):
        return False
    return origin is None or origin in _origins(desk, request)


def brings_token(token: str, headers: Mapping[str, str], form: Mapping[str, str]) -> bool:
    """Whether the request brings the token of its page."""
    brought = headers.get(HEADER) or form.get(FIELD, "")
    return hmac.compare_digest(brought.encode(), token.encode())


def _origins(desk: "Desk", request: web.Request) -> tuple[str, ...]:
    scheme = "https" if desk.is_secure else "http"
    own = f"{scheme}://{request.host}"
    return own, desk.settings.public_url.rstrip("/")
