"""What the platform counts: calls, accepted effects, errors, and the quotas of its APIs."""

from bot.sandbox.clock import SandboxClock
from bot.sandbox.errors import WeChatError
from bot.sandbox.rules import QUOTAS
from bot.sandbox.store import Store


class Counters:
    """Counters for tests (`calls:…`, `accepted:…`, `errors:…`) and quota windows for callers."""

    def __init__(self, store: Store, clock: SandboxClock) -> None:
        self._store = store
        self._clock = clock

    def add(self, name: str) -> int:
        """Count one; return the new value."""
        row = self._store.find(
            "INSERT INTO counters (name, value) VALUES (?, 1)"
            " ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            name,
        )
        return int(row["value"]) if row else 0

    def all(self) -> dict[str, int]:
        """Every counter, by name."""
        rows = self._store.rows("SELECT name, value FROM counters ORDER BY name")
        return {row["name"]: row["value"] for row in rows}

    def reset(self) -> None:
        """Start counting afresh; quotas keep what is used."""
        self._store.run("DELETE FROM counters")

    def spend(self, api: str) -> None:
        """Use one call of an API's quotas, or raise the WeChatError of the exhausted one."""
        for allowed, seconds, code in QUOTAS.value.get(api, ()):
            self.spend_window(api, allowed=allowed, seconds=seconds, code=code)

    def spend_window(self, api: str, *, allowed: int, seconds: int, code: int) -> None:
        """Use one of `allowed` calls in the present window of `seconds`."""
        window = int(self._clock.timestamp() // seconds)
        row = self._store.find(
            "INSERT INTO quota_uses (api, seconds, window, used) VALUES (?, ?, ?, 1)"
            " ON CONFLICT (api, seconds) DO UPDATE SET"
            " used = CASE WHEN window = excluded.window THEN used + 1 ELSE 1 END,"
            " window = excluded.window RETURNING used",
            api,
            seconds,
            window,
        )
        if row is not None and row["used"] > allowed:
            raise WeChatError(code)

    def use_up(self, api: str, used: int) -> None:
        """Set how much of an API's quotas is used in their present windows (for tests)."""
        for _, seconds, _ in QUOTAS.value.get(api, ()):
            self._store.run(
                "INSERT OR REPLACE INTO quota_uses (api, seconds, window, used)"
                " VALUES (?, ?, ?, ?)",
                api,
                seconds,
                int(self._clock.timestamp() // seconds),
                used,
            )
