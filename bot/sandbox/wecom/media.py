"""Temporary media of the corp, and what customers send: three days, then the id means nothing.

Moments take media of 上传附件资源 alone (创建发表任务), and nothing else takes those. That an id of
the other kind is refused, and as 40007, is the sandbox's own choice: the documentation is silent.
"""

import mimetypes
import secrets
from collections.abc import Mapping

from bot.sandbox.ground import Ground
from bot.sandbox.settings import WeComCorp
from bot.sandbox.store import Row
from bot.sandbox.wecom.errors import WeComError
from bot.sandbox.wecom.rules import (
    MOMENT_MEDIA_BYTES,
    MOMENT_MEDIA_LIFE,
    WECOM_MEDIA_BYTES,
    WECOM_MEDIA_LEAST,
    WECOM_MEDIA_LIFE,
)


class CorpMedia:
    """POST /cgi-bin/media/upload and upload_attachment, GET /cgi-bin/media/get."""

    def __init__(self, ground: Ground, corp: WeComCorp) -> None:
        self._store = ground.store
        self._clock = ground.clock
        self._corp_id = corp.corp_id

    def keep(self, kind: str, content: bytes, name: str) -> tuple[str, int]:
        """The media id and when it was made; raises 40004 (kind), 40006 (size), 41005 (empty)."""
        _check(kind, content, WECOM_MEDIA_BYTES.value)
        return self._keep(kind, content, name, WECOM_MEDIA_LIFE.value)

    def keep_for_moments(self, kind: str, content: bytes, name: str) -> tuple[str, int]:
        """The same for what moments show; raises the same."""
        _check(kind, content, MOMENT_MEDIA_BYTES.value)
        with self._store.transaction():
            kept = self._keep(kind, content, name, MOMENT_MEDIA_LIFE.value)
            self._store.run("INSERT INTO moment_media (media_id) VALUES (?)", kept[0])
        return kept

    def get(self, media_id: object) -> Row:
        """A file for messages, while it lives; raises 40007."""
        row = self.download(media_id)
        if self._is_for_moments(row):
            raise WeComError(40007)
        return row

    def get_for_moments(self, media_id: object, kind: str) -> Row:
        """A file of that kind for moments, while it lives; raises 40007."""
        row = self.download(media_id)
        if row["kind"] != kind or not self._is_for_moments(row):
            raise WeComError(40007)
        return row

    def download(self, media_id: object) -> Row:
        """Any file, while it lives; raises 40007."""
        row = self._store.find(
            "SELECT * FROM media WHERE media_id = ? AND app_id = ? AND expires_at > ?",
            str(media_id),
            self._corp_id,
            self._clock.timestamp(),
        )
        if row is None:
            raise WeComError(40007)
        return row

    def _is_for_moments(self, row: Row) -> bool:
        found = self._store.find("SELECT 1 FROM moment_media WHERE media_id = ?", row["media_id"])
        return found is not None

    def _keep(self, kind: str, content: bytes, name: str, life: int) -> tuple[str, int]:
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
            now + life,
        )
        return media_id, int(now)


def _check(kind: str, content: bytes, most: Mapping[str, int]) -> None:
    if kind not in most:
        raise WeComError(40004)
    if not content:
        raise WeComError(41005)
    if not WECOM_MEDIA_LEAST.value < len(content) <= most[kind]:
        raise WeComError(40006)
