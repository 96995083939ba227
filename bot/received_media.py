"""Files that customers send: fetched while the platform has them, kept sealed on disk.

The platforms keep them for three days (WeChat 获取临时素材; 微信客服 接收消息).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select, update

from bot import outbox
from bot.errors import BotError
from bot.evidence import EvidenceStore, NoEvidence
from bot.messages import Incoming, Kind
from bot.outbox import Post
from bot.received_media_tables import MediaState, ReceivedMedia
from commerce.inserting import affected_rows, insert_once
from commerce.sealing import Place, Sealer

MEGABYTE: Final = 1024 * 1024
LARGEST: Final[Mapping[Kind, int]] = {
    "image": 2 * MEGABYTE,
    "voice": 2 * MEGABYTE,
    "video": 10 * MEGABYTE,
    "file": 20 * MEGABYTE,
}
"""Bytes (微信客服 上传临时素材, the limits of what its customers can send)."""
IN_WORDS: Final[Mapping[str, str]] = {
    MediaState.WAITING: "正在接收…",
    MediaState.KEPT: "",
    MediaState.TOO_LARGE: "文件太大，没有保存，可在微信里查看",
    MediaState.GONE: "文件已过期，请客户再发一次",
}
"""What people read in place of a file that is not there."""
_NAMES: Final[Mapping[str, str]] = {
    "image": "图片",
    "voice": "语音",
    "video": "视频",
    "file": "文件",
}
_ENDINGS: Final[Mapping[str, str]] = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "audio/amr": ".amr",
    "video/mp4": ".mp4",
    "application/pdf": ".pdf",
}


class NotKept(BotError):
    """The file is not there; the words say why, for the shop's people."""


@dataclass(frozen=True, slots=True)
class OpenedMedia:
    """A file as it came. Only an image's `content_type` was read from its first bytes and may be
    shown in a page; anything else is for saving."""

    content: bytes
    content_type: str
    file_name: str


def want(
    session: Session, sealer: Sealer, incoming: Incoming, conversation_id: int, now: datetime
) -> bool:
    """Have a message's file fetched, once; false for a message without one."""
    media_id = incoming.payload.get("MediaId")
    if incoming.kind not in LARGEST or not isinstance(media_id, str) or not media_id:
        return False
    is_new = insert_once(
        session,
        ReceivedMedia,
        inbox_key=incoming.key,
        conversation_id=conversation_id,
        kind=incoming.kind,
        state=MediaState.WAITING.value,
        file_name="",
        content_type="",
        size=0,
        at=now,
    )
    if is_new:
        message = Post(
            key=f"media:{incoming.key}",
            kind=f"{incoming.channel}.media",
            payload={"media_id": media_id, "inbox_key": incoming.key, "kind": incoming.kind},
        )
        outbox.post(session, sealer, message, now)
    return is_new


def keep(
    session: Session, sealer: Sealer, inbox_key: str, *, name: str, content_type: str, size: int
) -> None:
    """It was fetched, and is kept under that name."""
    media = find_media(session, inbox_key)
    if media is None:
        return
    values = {
        "state": MediaState.KEPT.value,
        "name_sealed": sealer.seal(name, _place(inbox_key)),
        "file_name": f"{_NAMES[media.kind]}{media.id}{_ENDINGS.get(content_type, '')}",
        "content_type": content_type,
        "size": size,
    }
    _move(session, inbox_key, values)


def lose(session: Session, inbox_key: str, state: MediaState) -> None:
    """It will never be here."""
    _move(session, inbox_key, {"state": state.value})


def find_media(session: Session, inbox_key: str) -> ReceivedMedia | None:
    """The file of a message; None for a message that has none."""
    statement = select(ReceivedMedia).where(ReceivedMedia.inbox_key == inbox_key)
    return session.exec(statement).first()


def open_media(
    session: Session, sealer: Sealer, store: EvidenceStore, inbox_key: str
) -> OpenedMedia:
    """The file of a message. Reads the disk. Raises NotKept."""
    media = find_media(session, inbox_key)
    if media is None or media.name_sealed is None:
        state = MediaState.GONE if media is None else MediaState(media.state)
        raise NotKept(IN_WORDS[state])
    try:
        content = store.read(sealer.open(media.name_sealed, _place(inbox_key)))
    except NoEvidence as error:
        raise NotKept(IN_WORDS[MediaState.GONE]) from error
    return OpenedMedia(content, media.content_type, media.file_name)


def _move(session: Session, inbox_key: str, values: Mapping[str, object]) -> None:
    statement = update(ReceivedMedia).where(
        col(ReceivedMedia.inbox_key) == inbox_key,
        col(ReceivedMedia.state) == MediaState.WAITING.value,
    )
    affected_rows(session, statement.values(**values))


def _place(inbox_key: str) -> Place:
    return Place("received_media", "name", inbox_key)
