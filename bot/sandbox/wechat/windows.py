"""Reply windows: which customer actions allow how many customer-service messages, how long.

客服消息 (Customer Service Messages): the counts of several actions do not add up. A message is
charged to every open window, and may be sent while any of them has room.
"""

from bot.sandbox.errors import WeChatError
from bot.sandbox.ground import Ground
from bot.sandbox.rules import WINDOW_FOLLOW, WINDOW_MENU, WINDOW_MESSAGE, WINDOW_SCAN, Grant
from bot.sandbox.store import Row

GRANTS: dict[str, Grant] = {
    "message": WINDOW_MESSAGE.value,
    "follow": WINDOW_FOLLOW.value,
    "menu": WINDOW_MENU.value,
    "scan": WINDOW_SCAN.value,
}


class ReplyWindows:
    """The open windows of every fan."""

    def __init__(self, ground: Ground) -> None:
        self._store = ground.store
        self._clock = ground.clock

    def open(self, fan_id: int, action: str) -> None:
        """The customer did something: a fresh window of that action replaces the old one."""
        grant, now = GRANTS[action], self._clock.timestamp()
        self._store.run(
            "INSERT OR REPLACE INTO grants (fan_id, action, granted_at, expires_at, allowed)"
            " VALUES (?, ?, ?, ?, ?)",
            fan_id,
            action,
            now,
            now + grant.seconds,
            grant.messages,
        )

    def list_open(self, fan_id: int) -> list[Row]:
        """Windows that have not expired, used up or not."""
        return self._store.rows(
            "SELECT action, granted_at, expires_at, allowed, used FROM grants"
            " WHERE fan_id = ? AND expires_at > ? ORDER BY expires_at",
            fan_id,
            self._clock.timestamp(),
        )

    def charge(self, fan_id: int) -> None:
        """Use one message, or raise 45015 (no window) or 45047 (all used up)."""
        windows = self.list_open(fan_id)
        if not windows:
            raise WeChatError(45015)
        if all(window["used"] >= window["allowed"] for window in windows):
            raise WeChatError(45047)
        self._store.run(
            "UPDATE grants SET used = used + 1"
            " WHERE fan_id = ? AND expires_at > ? AND used < allowed",
            fan_id,
            self._clock.timestamp(),
        )
