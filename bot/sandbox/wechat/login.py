"""wx.login on the phone and GET /sns/jscode2session behind it."""

import base64
import secrets

from bot.sandbox.errors import WeChatError
from bot.sandbox.ground import Ground
from bot.sandbox.rules import LOGIN_CODE_LIFE, LOGIN_CODE_USES, LOGINS_PER_MINUTE
from bot.sandbox.store import Row


class Logins:
    """Codes of five minutes and a single use."""

    def __init__(self, ground: Ground) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._counters = ground.counters

    def code(self, fan_id: int) -> str:
        """What wx.login hands to the mini-program."""
        code = "0" + secrets.token_urlsafe(24)[:31]
        self._store.run(
            "INSERT INTO login_codes (code, fan_id, created_at) VALUES (?, ?, ?)",
            code,
            fan_id,
            self._clock.timestamp(),
        )
        return code

    def session(self, code: str) -> dict[str, str]:
        """openid, unionid and a session key; raises 41008, 40029, 40163 or 45011."""
        if not code:
            raise WeChatError(41008)
        row = self._find(code)
        now = self._clock.timestamp()
        if row is None or now - row["created_at"] >= LOGIN_CODE_LIFE.value:
            raise WeChatError(40029)
        self._counters.spend_window(
            f"jscode2session:{row['fan_id']}",
            allowed=LOGINS_PER_MINUTE.value,
            seconds=60,
            code=45011,
        )
        used = self._store.run(
            "UPDATE login_codes SET used_at = ? WHERE code = ? AND used_at IS NULL", now, code
        )
        if used != LOGIN_CODE_USES.value:
            raise WeChatError(40163)
        return {
            "openid": row["mini_openid"],
            "session_key": base64.b64encode(secrets.token_bytes(16)).decode(),
            "unionid": row["unionid"],
        }

    def _find(self, code: str) -> Row | None:
        return self._store.find(
            "SELECT login_codes.*, fans.mini_openid, fans.unionid FROM login_codes"
            " JOIN fans ON fans.id = login_codes.fan_id WHERE code = ?",
            code,
        )
