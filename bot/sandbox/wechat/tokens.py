"""Access tokens: minted, rotated, expired and revoked as the two token APIs document it."""

import hmac
import secrets

from bot.sandbox.errors import WeChatError
from bot.sandbox.ground import Ground
from bot.sandbox.rules import (
    DAY,
    FORCE_REFRESH_SPACING,
    FORCE_REFRESHES,
    TOKEN_LIFE,
    TOKEN_OVERLAP,
    TOKEN_ROTATION,
)
from bot.sandbox.store import Row

_LENGTH = 136


class Tokens:
    """Tokens of the official account and of the mini-program; the two kinds are isolated."""

    def __init__(self, ground: Ground) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._counters = ground.counters
        apps = (ground.settings.official_account, ground.settings.mini_program)
        self._secrets = {app.app_id: app.secret for app in apps}

    def check_app(self, app_id: str, secret: str) -> None:
        """Raise unless this app exists and the secret is its own."""
        if not app_id:
            raise WeChatError(41002)
        if not secret:
            raise WeChatError(41004)
        if app_id not in self._secrets:
            raise WeChatError(40013)
        if not hmac.compare_digest(secret.encode(), self._secrets[app_id].encode()):
            raise WeChatError(40125)

    def plain(self, app_id: str) -> tuple[str, int]:
        """A new token (value, seconds it lives); the one before lives five minutes more."""
        now = self._clock.timestamp()
        self._store.run(
            "UPDATE tokens SET expires_at = min(expires_at, ?)"
            " WHERE app_id = ? AND kind = 'plain' AND expires_at > ?",
            now + TOKEN_OVERLAP.value,
            app_id,
            now,
        )
        return self._mint(app_id, "plain")

    def stable(self, app_id: str, *, force_refresh: bool) -> tuple[str, int]:
        """The same token while it is valid; a new one in its last five minutes or by force."""
        now = self._clock.timestamp()
        if force_refresh:
            return self._force(app_id)
        current = self._store.find(
            "SELECT * FROM tokens WHERE app_id = ? AND kind = 'stable' AND revoked_at IS NULL"
            " AND expires_at > ? ORDER BY created_at DESC, rowid DESC LIMIT 1",
            app_id,
            now + TOKEN_ROTATION.value,
        )
        if current is None:
            return self._mint(app_id, "stable")
        return current["value"], int(current["expires_at"] - now)

    def app_of(self, token: str) -> str:
        """Whose token this is; raises 41001, 40014, 40001 or 42001."""
        if not token:
            raise WeChatError(41001)
        if len(token) != _LENGTH:
            raise WeChatError(40014)
        row = self._store.find("SELECT * FROM tokens WHERE value = ?", token)
        if row is None or row["revoked_at"] is not None:
            raise WeChatError(40001)
        if row["expires_at"] <= self._clock.timestamp():
            raise WeChatError(42001)
        return str(row["app_id"])

    def revoke(self, app_id: str | None = None) -> int:
        """Make every live token of one app (or of all) invalid at once; return how many."""
        return self._store.run(
            "UPDATE tokens SET revoked_at = ?"
            " WHERE revoked_at IS NULL AND (? IS NULL OR app_id = ?)",
            self._clock.timestamp(),
            app_id,
            app_id,
        )

    def list_live(self) -> list[Row]:
        """Live tokens without their values."""
        return self._store.rows(
            "SELECT app_id, kind, created_at, expires_at FROM tokens"
            " WHERE revoked_at IS NULL AND expires_at > ? ORDER BY created_at",
            self._clock.timestamp(),
        )

    def _force(self, app_id: str) -> tuple[str, int]:
        now = self._clock.timestamp()
        latest = self._store.find(
            "SELECT max(created_at) AS at FROM tokens WHERE app_id = ? AND forced = 1", app_id
        )
        forced_at = latest["at"] if latest is not None else None
        if forced_at is not None and now - forced_at < FORCE_REFRESH_SPACING.value:
            raise WeChatError(45011)
        self._counters.spend_window(
            f"force_refresh:{app_id}", allowed=FORCE_REFRESHES.value, seconds=DAY, code=45009
        )
        self._store.run(
            "UPDATE tokens SET revoked_at = ?"
            " WHERE app_id = ? AND kind = 'stable' AND revoked_at IS NULL",
            now,
            app_id,
        )
        return self._mint(app_id, "stable", forced=True)

    def _mint(self, app_id: str, kind: str, *, forced: bool = False) -> tuple[str, int]:
        now = self._clock.timestamp()
        value = f"{secrets.randbelow(100):02d}_" + secrets.token_urlsafe(200)[: _LENGTH - 3]
        self._store.run(
            "INSERT INTO tokens (value, app_id, kind, forced, created_at, expires_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            value,
            app_id,
            kind,
            int(forced),
            now,
            now + TOKEN_LIFE.value,
        )
        return value, TOKEN_LIFE.value
