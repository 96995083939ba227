"""Pictures at WeChat: uploaded once, uploaded again before their three days end.

Those of the shop are files of its picture folder; a group's is drawn from its name, here, outside
of any transaction.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, select, update

from bot.clock import Clock
from bot.database import Database
from bot.errors import BotError
from bot.seeds.lettering import chinese_font
from bot.tables import UploadedMedia
from commerce.inserting import affected_rows, insert_once
from miniprogram_cards import seat_pictures

LIFE: Final = timedelta(days=3)
"""Temporary media (WeChat 新增临时素材 documentation)."""
RENEWED_BEFORE: Final = timedelta(hours=1)


class PictureMissing(BotError):
    """The shop has no such picture."""


class Uploads(Protocol):
    """The client of an app: `await client.media.upload(kind, (name, content, type))` says the
    `media_id`. Raises WeChatError."""

    @property
    def media(self) -> Any: ...


class MediaLibrary:
    """The media ids of one app's pictures. Concurrent cards with one picture share its upload."""

    def __init__(
        self,
        app: str,
        client: Uploads,
        folder: Path,
        database: Database,
        clock: Clock,
    ) -> None:
        self._app = app
        self._client = client
        self._folder = folder
        self._database = database
        self._clock = clock
        self._uploading: dict[str, asyncio.Task[str]] = {}

    async def media_id(self, picture: str) -> str:
        """The id of a picture that lives for at least an hour more.

        Raises PictureMissing, and WeChatError when the upload fails; an upload may be repeated.
        """
        uploading = self._uploading.get(picture)
        if uploading is None:
            uploading = asyncio.create_task(self._find_or_upload(picture), name="upload")
            self._uploading[picture] = uploading
            uploading.add_done_callback(lambda task: self._end(picture, task))
        # Who gives up waiting takes it from nobody else.
        return await asyncio.shield(uploading)

    async def forget(self, picture: str) -> None:
        """WeChat refused the id: upload again next time."""
        await self._database.write(self._drop, picture)

    async def _find_or_upload(self, picture: str) -> str:
        known = await self._database.read(self._find, picture)
        if known is not None:
            return known
        uploaded_at = self._clock.now()
        answer: Mapping[str, str] = await self._client.media.upload(
            "image", await asyncio.to_thread(self._read, picture)
        )
        media_id = answer["media_id"]
        await self._database.write(self._store, picture, media_id, uploaded_at + LIFE)
        return media_id

    def _end(self, picture: str, task: asyncio.Task[str]) -> None:
        del self._uploading[picture]
        if not task.cancelled():
            task.exception()  # Seen: perhaps nobody waits for it any more.

    def _find(self, session: Session, picture: str) -> str | None:
        return session.exec(
            select(UploadedMedia.media_id).where(
                UploadedMedia.app == self._app,
                UploadedMedia.picture == picture,
                col(UploadedMedia.expires_at) > self._clock.now() + RENEWED_BEFORE,
            )
        ).first()

    def _store(self, session: Session, picture: str, media_id: str, expires_at: datetime) -> None:
        # Another process may have uploaded it at the same time: both ids are good, one is kept.
        kept = {"media_id": media_id, "expires_at": expires_at}
        if not insert_once(session, UploadedMedia, app=self._app, picture=picture, **kept):
            affected_rows(session, update(UploadedMedia).where(*self._is(picture)).values(**kept))

    def _drop(self, session: Session, picture: str) -> None:
        affected_rows(session, delete(UploadedMedia).where(*self._is(picture)))

    def _is(self, picture: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return col(UploadedMedia.app) == self._app, col(UploadedMedia.picture) == picture

    def _read(self, picture: str) -> tuple[str, bytes, str]:
        path = self._folder / Path(picture).name
        seats = seat_pictures.read_name(path.name)
        if seats is not None:
            return (path.name, seat_pictures.draw(seats, chinese_font), "image/png")
        try:
            content = path.read_bytes()
        except OSError as error:
            raise PictureMissing(f"no picture {picture!r}") from error
        kind = "image/png" if path.suffix == ".png" else "image/jpeg"
        return (path.name, content, kind)
