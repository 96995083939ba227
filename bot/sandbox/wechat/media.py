"""Temporary media: kept three days, then its id means nothing."""

import secrets

from bot.sandbox.errors import WeChatError
from bot.sandbox.ground import Ground
from bot.sandbox.rules import IMAGE_BYTES, MEDIA_LIFE, THUMB_BYTES
from bot.sandbox.store import Row

# kind → (largest size, error beyond it, content types by their first bytes)
_IMAGES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}
_KINDS: dict[str, tuple[int, int, dict[bytes, str]]] = {
    "image": (IMAGE_BYTES.value, 40009, _IMAGES),
    "thumb": (THUMB_BYTES.value, 40012, {b"\xff\xd8\xff": "image/jpeg"}),
}


class Media:
    """What has been uploaded with POST /cgi-bin/media/upload, or sent by a customer."""

    def __init__(self, ground: Ground) -> None:
        self._store = ground.store
        self._clock = ground.clock

    def upload(self, app_id: str, kind: str, content: bytes) -> tuple[str, int]:
        """Keep a picture; return its media id and when it was made (seconds).

        Raises 40004 (kind), 40005 (not a picture), 40009 or 40012 (size), 41005 (empty).
        """
        if kind not in _KINDS:
            raise WeChatError(40004)
        if not content:
            raise WeChatError(41005)
        largest, too_large, content_types = _KINDS[kind]
        content_type = next(
            (name for magic, name in content_types.items() if content.startswith(magic)), ""
        )
        if not content_type:
            raise WeChatError(40005)
        if len(content) > largest:
            raise WeChatError(too_large)
        media_id, now = secrets.token_urlsafe(48), self._clock.timestamp()
        self._store.run(
            "INSERT INTO media (media_id, app_id, kind, content_type, content, created_at,"
            " expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            media_id,
            app_id,
            kind,
            content_type,
            content,
            now,
            now + MEDIA_LIFE.value,
        )
        return media_id, int(now)

    def check(self, media_id: object) -> str:
        """The id, if it still lives; raises 40007."""
        if not isinstance(media_id, str) or not self._is_live(media_id):
            raise WeChatError(40007)
        return media_id

    def find(self, media_id: str) -> Row | None:
        """The picture itself; the customer's phone keeps it beyond the three days."""
        return self._store.find(
            "SELECT content, content_type FROM media WHERE media_id = ?", media_id
        )

    def _is_live(self, media_id: str) -> bool:
        row = self._store.find(
            "SELECT 1 FROM media WHERE media_id = ? AND expires_at > ?",
            media_id,
            self._clock.timestamp(),
        )
        return row is not None
