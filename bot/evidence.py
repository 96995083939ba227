"""Customers' pictures as evidence: fetched while the platform has them, kept sealed on disk."""

import base64
import os
import re
import secrets
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from sqlmodel import Session, select

from bot import outbox
from bot.errors import BotError
from bot.outbox import Post
from commerce.aftersale.tables import AfterSalePicture
from commerce.sealing import Place, Sealer

LARGEST: Final = 10 * 1024 * 1024
"""Bytes of a picture: what WeChat takes for one itself."""
_KINDS: Final = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_NAME: Final = re.compile(r"[0-9a-f]{64}")


class NoEvidence(BotError):
    """No picture is kept under that name."""


class EvidenceStore:
    """A folder of sealed files, each named by a keyed digest of what it holds.

    The same picture sent twice is kept once; a name tells nobody who has the picture that it is
    here.
    """

    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self._folder = folder
        self._sealer = sealer

    def keep(self, content: bytes) -> str:
        """Keep a picture; its name. A file is there whole or not at all."""
        name = self._sealer.digest(sha256(content).hexdigest(), "evidence")
        path = self._path(name)
        if path.exists():
            return name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(f".{name}.{secrets.token_hex(4)}")
        sealed = self._sealer.seal(base64.b64encode(content).decode(), _place(name))
        with unfinished.open("wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        return name

    def read(self, name: str) -> bytes:
        """The picture of that name. Raises NoEvidence, SealBroken."""
        try:
            sealed = self._path(name).read_bytes()
        except OSError as error:
            raise NoEvidence("no such picture") from error
        return base64.b64decode(self._sealer.open(sealed, _place(name)))

    def _path(self, name: str) -> Path:
        if _NAME.fullmatch(name) is None:
            raise NoEvidence("no such picture")
        return self._folder / name[:2] / name


def kind_of_picture(content: bytes) -> str | None:
    """The content type by the first bytes, whatever the platform calls it; None for no picture."""
    return next((kind for magic, kind in _KINDS.items() if content.startswith(magic)), None)


def want_picture(session: Session, sealer: Sealer, row_key: str, now: datetime) -> bool:
    """Have a picture fetched, once; whether that was news."""
    statement = select(AfterSalePicture).where(AfterSalePicture.row_key == row_key)
    picture = session.exec(statement).one()
    message = Post(
        key=f"evidence:{row_key}",
        kind=f"{picture.channel}.evidence",
        payload={"media_id": picture.media_id, "picture": row_key},
    )
    return outbox.post(session, sealer, message, now)


def _place(name: str) -> Place:
    return Place("evidence", "content", name)
