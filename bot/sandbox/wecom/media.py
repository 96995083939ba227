"""Temporary media of the corp, and what customers send: three days, then the id means nothing."""

import mimetypes
import secrets

from bot.sandbox.ground import Ground
from bot.sandbox.settings import WeComCorp
from bot.sandbox.store import Row
from bot.sandbox.wecom.errors import WeComError
from bot.sandbox.wecom.rules import WECOM_MEDIA_BYTES, WECOM_MEDIA_LEAST, WECOM_MEDIA_LIFE


class CorpMedia:
    """POST /cgi-bin/media/upload, GET /cgi-bin/media/get."""

    def __init__(self, ground: Ground, corp: WeComCorp) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._corp_id = corp.corp_id

    def keep(self, kind: str, content: bytes, name: str) -> tuple[str, int]:
        """The media id and when it was made; raises 40004 (kind), 40006 (size), 41005 (empty)."""
        if kind not in WECOM_MEDIA_BYTES.value:
            raise WeComError(40004)
        if not content:
            raise WeComError(41005)
        if not WECOM_MEDIA_LEAST.value < len(content) <= WECOM_MEDIA_BYTES.value[kind]:
            raise WeComError(40006)
        media_id, now = secrets.token_urlsafe(48), self._clock.timestamp()
        content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self._store.run(
            "INSERT INTO media (media_id, app_id, kind, content_type, content, created_at,"
            " expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            media_id,
            self._corp_id,
            kind,
            content_type,
            content,
            now,
            now + WECOM_MEDIA_LIFE.value,
        )
        return media_id, int(now)

    def get(self, media_id: object) -> Row:
        """The file, while it lives; raises 40007."""
        row = self._store.find(
            "SELECT * FROM media WHERE media_id = ? AND app_id = ? AND expires_at > ?",
            str(media_id),
            self._corp_id,
            self._clock.timestamp(),
        )
        if row is None:
            raise WeComError(40007)
        return row
