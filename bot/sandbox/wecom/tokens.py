"""The corp's access token: one and the same while it is valid (获取access_token)."""

import hmac
import secrets

from bot.sandbox.errors import WeChatError
from bot.sandbox.ground import Ground
from bot.sandbox.settings import WeComCorp
from bot.sandbox.wechat.tokens import Tokens
from bot.sandbox.wecom.errors import WeComError
from bot.sandbox.wecom.rules import CORP_TOKEN_LIFE

_BYTES = 102  # 136 characters, the length that WeChat's have too.


class CorpTokens:
    """GET /cgi-bin/gettoken."""

    def __init__(self, ground: Ground, corp: WeComCorp, tokens: Tokens) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._corp = corp
        self._tokens = tokens

    def current(self, corp_id: str, secret: str) -> tuple[str, int]:
        """(value, seconds it lives); raises 41002, 41004, 40013 or 40001."""
        if not corp_id or not secret:
            raise WeComError(41004 if corp_id else 41002)
        if corp_id != self._corp.corp_id:
            raise WeComError(40013)
        if not hmac.compare_digest(secret.encode(), self._corp.secret.encode()):
            raise WeComError(40001)
        now = self._clock.timestamp()
        row = self._store.find(
            "SELECT * FROM tokens WHERE app_id = ? AND revoked_at IS NULL AND expires_at >= ?",
            corp_id,
            now + 1,
        )
        if row is not None:
            return row["value"], int(row["expires_at"] - now)
        value, life = secrets.token_urlsafe(_BYTES), CORP_TOKEN_LIFE.value
        self._store.run(
            "INSERT INTO tokens (value, app_id, kind, created_at, expires_at)"
            " VALUES (?, ?, 'plain', ?, ?)",
            value,
            corp_id,
            now,
            now + life,
        )
        return value, life

    def check(self, token: str) -> None:
        """Raise 41001, 40014 or 42001 unless this is a token of the corp."""
        try:
            app_id = self._tokens.app_of(token)
        except WeChatError as error:
            raise WeComError(40014 if error.code == 40001 else error.code) from error
        if app_id != self._corp.corp_id:
            raise WeComError(40014)
