"""Access tokens: one fetch at a time, shared by every process through a stored row."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from wecom.errors import TokenUnavailable, WeChatError

log = structlog.get_logger()

_LONGEST_PAUSE: Final = timedelta(seconds=30)
_random_share: Final = secrets.SystemRandom().random


@dataclass(frozen=True, slots=True)
class FreshToken:
    """A token as the platform has just given it. Times are aware UTC."""

    value: str
    issued_at: datetime
    expires_at: datetime

    def __repr__(self) -> str:
        return f"FreshToken(expires_at={self.expires_at.isoformat()})"


@dataclass(frozen=True, slots=True)
class StoredToken:
    """The token every process uses; `version` grows by one with each replacement."""

    value: str
    version: int
    issued_at: datetime
    expires_at: datetime

    def __repr__(self) -> str:
        return f"StoredToken(version={self.version}, expires_at={self.expires_at.isoformat()})"


class TokenStore(Protocol):
    """Where the token of an app lives, seen alike by all processes."""

    async def read(self, app: str) -> StoredToken | None:
        """The token as stored, lapsed or not."""

    async def refresh(
        self, app: str, seen_version: int, fetch: Callable[[], Awaitable[FreshToken]]
    ) -> StoredToken:
        """A token newer than `seen_version` (0: none seen).

        If another process has stored one, that is the answer and `fetch` is not called. Otherwise
        `fetch` is called by one process only, and its token stored under the next version. When
        `fetch` raises, nothing is stored and the error passes through.
        """


class MemoryTokenStore:
    """A store for a single process: the terminal and tests."""

    def __init__(self) -> None:
        self._tokens: dict[str, StoredToken] = {}
        self._lock = asyncio.Lock()

    async def read(self, app: str) -> StoredToken | None:
        return self._tokens.get(app)

    async def refresh(
        self, app: str, seen_version: int, fetch: Callable[[], Awaitable[FreshToken]]
    ) -> StoredToken:
        async with self._lock:
            stored = self._tokens.get(app)
            if stored is not None and stored.version > seen_version:
                return stored
            fresh = await fetch()
            version = (stored.version if stored is not None else 0) + 1
            token = StoredToken(fresh.value, version, fresh.issued_at, fresh.expires_at)
            self._tokens[app] = token
            return token


class TokenSource:
    """The access token of one app, for one process.

    However many calls need a token, one fetch is under way. A token is renewed in the background
    once 80 to 85 % of its life is over (each process draws its own share, so that they do not all
    ask at once) and served until it really expires if that fails. After a failure the next fetch
    waits: 1 second, doubling to 30. A replacement that is refused as well is not replaced again
    for 30 seconds: someone else is revoking tokens, or the account is blocked. A caller waits no
    longer than `patience`, whatever fetch and store do.
    """

    def __init__(
        self,
        app: str,
        store: TokenStore,
        fetch: Callable[[], Awaitable[FreshToken]],
        *,
        now: Callable[[], datetime],
        patience: timedelta = timedelta(seconds=3),
    ) -> None:
        self._app = app
        self._store = store
        self._fetch = fetch
        self._now = now
        self._patience = patience.total_seconds()
        self._renew_share = 0.80 + 0.05 * _random_share()
        self._known: StoredToken | None = None
        self._flight: asyncio.Task[StoredToken] | None = None
        self._failures = 0
        self._failure: TokenUnavailable | None = None
        self._paused_until: datetime | None = None
        self._distrusted_until: datetime | None = None

    async def current(self) -> StoredToken:
        """A token that has not expired. Raises TokenUnavailable when none can be had."""
        token = self._known
        if token is None or self._now() >= token.expires_at:
            return await self._after(token.version if token is not None else 0)
        if self._now() >= self._renew_at(token) and not self._is_paused():
            self._launch(token.version)
        return token

    async def replace(self, refused: StoredToken) -> StoredToken | None:
        """A token newer than the one the platform refused; None while that is held back."""
        if self._known is not None and self._known.version > refused.version:
            return self._known
        if self._distrusted_until is not None and self._now() < self._distrusted_until:
            return None
        return await self._after(refused.version)

    def distrust(self, refused: StoredToken) -> None:
        """The token that replaced a refused one was refused too."""
        self._distrusted_until = self._now() + _LONGEST_PAUSE
        log.error("wechat_tokens_revoked", app=self._app, version=refused.version)

    async def close(self) -> None:
        """Stop a fetch that is under way."""
        if self._flight is not None:
            self._flight.cancel()
            await asyncio.wait([self._flight])

    async def _after(self, version: int) -> StoredToken:
        if self._is_paused() and self._failure is not None:
            raise TokenUnavailable(f"{self._failure} (waiting)", code=self._failure.code)
        try:
            async with asyncio.timeout(self._patience):
                # Shielded: a caller that gives up does not take the fetch from the others.
                return await asyncio.shield(self._launch(version))
        except TimeoutError:
            raise TokenUnavailable(f"no access token for {self._app} in time") from None

    def _launch(self, version: int) -> asyncio.Task[StoredToken]:
        if self._flight is None:
            self._flight = asyncio.create_task(self._renew(version))
            self._flight.add_done_callback(self._land)
        return self._flight

    def _land(self, flight: asyncio.Task[StoredToken]) -> None:
        self._flight = None
        if not flight.cancelled() and (error := flight.exception()) is not None:
            log.warning("wechat_token_not_renewed", app=self._app, reason=str(error))

    async def _renew(self, version: int) -> StoredToken:
        try:
            stored = await self._store.read(self._app)
            if stored is None or stored.version <= version or self._now() >= stored.expires_at:
                seen = max(version, stored.version) if stored is not None else version
                stored = await self._store.refresh(self._app, seen, self._fetch)
        except Exception as error:
            raise self._failed(error) from error
        self._known, self._failures, self._paused_until = stored, 0, None
        return stored

    def _failed(self, error: Exception) -> TokenUnavailable:
        pause = min(timedelta(seconds=2**self._failures), _LONGEST_PAUSE)
        self._failures = min(self._failures + 1, 5)
        self._paused_until = self._now() + pause
        code = error.code if isinstance(error, WeChatError) else None
        reason = str(error) if isinstance(error, WeChatError) else type(error).__name__
        self._failure = TokenUnavailable(f"no access token for {self._app}: {reason}", code=code)
        return self._failure

    def _is_paused(self) -> bool:
        return self._paused_until is not None and self._now() < self._paused_until

    def _renew_at(self, token: StoredToken) -> datetime:
        return token.issued_at + self._renew_share * (token.expires_at - token.issued_at)
