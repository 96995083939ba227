"""Codes that WeChat makes of our scenes: fetched once, kept as pictures under names of their own.

Fetching is a call to WeChat: it belongs outside of any transaction.
"""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlmodel import Session, select, update

from bot.clock import Clock
from bot.database import Database
from bot.errors import BotError
from bot.evidence import kind_of_picture
from bot.tables import SceneCode
from commerce.inserting import affected_rows, insert_once
from commerce.sources.tables import CodeKind
from wecom.codes import LONGEST_LIFE, NO_MORE_PERMANENT
from wecom.errors import Refused
from wecom.transport import AsyncWeChatClient

LANDING_PAGE: Final = "pages/index/index"
"""What a code of the mini-program opens; it passes its scene to `POST /visits`."""
RENEWED_BEFORE: Final = timedelta(days=3)
"""A temporary code that lapses so soon is made anew."""
_SUFFIXES: Final = {"image/png": "png", "image/jpeg": "jpg"}
_NAME_BYTES: Final = 16


class NoPicture(BotError):
    """What WeChat gave is no picture that it takes itself."""


@dataclass(frozen=True, slots=True)
class CodePicture:
    """A code as a file of the picture folder; `expires_at` is None when it never lapses."""

    name: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class SceneCodes:
    """Makes the codes of one official account and one mini-program.

    The name of a file tells nothing of its scene: whoever is to have it is given it.
    """

    official_account: AsyncWeChatClient
    mini_program: AsyncWeChatClient
    folder: Path
    database: Database
    clock: Clock

    async def picture(self, kind: CodeKind, scene: str) -> CodePicture:
        """The code of a scene, made if there is none. Raises WeChatError, NoPicture.

        An account that has all the permanent QR codes it may have gets one for thirty days.
        """
        client = self.mini_program if kind is CodeKind.MINI else self.official_account
        known = await self.database.read(self._find, client.appid, scene)
        if known is not None:
            return known
        asked_at = self.clock.now()
        expires_at = None
        if kind is CodeKind.MINI:
            content = await client.scene_codes.of_mini_program(scene, LANDING_PAGE)
        else:
            content, expires_at = await _qr_code(client, scene, asked_at)
        name = await asyncio.to_thread(self._write, content)
        made = CodePicture(name, expires_at)
        await self.database.write(_keep, client.appid, scene, made, asked_at)
        return made

    def _find(self, session: Session, app: str, scene: str) -> CodePicture | None:
        statement = select(SceneCode).where(SceneCode.app == app, SceneCode.scene == scene)
        row = session.exec(statement).first()
        if row is None or not (self.folder / row.picture).is_file():
            return None
        if row.expires_at is not None and row.expires_at <= self.clock.now() + RENEWED_BEFORE:
            return None
        return CodePicture(row.picture, row.expires_at)

    def _write(self, content: bytes) -> str:
        suffix = _SUFFIXES.get(kind_of_picture(content) or "")
        if suffix is None:
            raise NoPicture(f"not a picture of ours ({len(content)} bytes)")
        name = f"code-{secrets.token_hex(_NAME_BYTES)}.{suffix}"
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f".{name}"
        unfinished.write_bytes(content)
        unfinished.replace(self.folder / name)
        return name


async def _qr_code(
    client: AsyncWeChatClient, scene: str, now: datetime
) -> tuple[bytes, datetime | None]:
    try:
        return await client.scene_codes.permanent(scene), None
    except Refused as refused:
        if refused.code != NO_MORE_PERMANENT:
            raise
    return await client.scene_codes.temporary(scene), now + LONGEST_LIFE


def _keep(session: Session, app: str, scene: str, made: CodePicture, now: datetime) -> None:
    # Another process may have made it at the same time: both pictures are good, one is kept.
    kept = {"picture": made.name, "expires_at": made.expires_at, "created_at": now}
    if not insert_once(session, SceneCode, app=app, scene=scene, **kept):
        is_it = (SceneCode.app == app, SceneCode.scene == scene)
        affected_rows(session, update(SceneCode).where(*is_it).values(**kept))  # type: ignore[arg-type]
