"""What a page of a conversation shows, one thing after another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlmodel import Session, col, select

from bot.console.talks.delivery import Delivery
from bot.console.talks.media import SHOWN
from bot.kf.tables import RecalledMessage
from bot.received_media import IN_WORDS
from bot.received_media_tables import MediaState, ReceivedMedia
from bot.tables import ChatMessage

type Form = Literal["customer", "bot", "staff", "servicer", "note", "move"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing on the page. `key` is unique on it and stays the same."""

    key: str
    at: datetime
    form: Form
    who: str
    words: str
    kind: str = "text"
    line_id: int = 0
    """Of what was said; 0 for notes and moves."""
    delivery: Delivery | None = None
    picture: str = ""
    """A file of the shop's picture folder."""
    path: str = ""
    """Where a card leads in the mini-program."""
    media: str = ""
    """The inbox key under which a customer's picture, voice, video or file is kept."""
    missing: str = ""
    """Why such a file is not there."""
    is_picture: bool = False
    """Whether the file may be shown, not only saved."""
    is_recalled: bool = False
    """Whether the customer took it back in WeChat."""
    is_understood: bool = False
    """Whether the bot kept what it made of it."""


def with_files(
    session: Session, rows: Sequence[ChatMessage], entries: Sequence[Entry]
) -> list[Entry]:
    """The entries of these lines with the customers' files, and what customers took back."""
    keys = [row.inbox_key for row in rows if row.inbox_key]
    found = select(ReceivedMedia).where(col(ReceivedMedia.inbox_key).in_(keys))
    files = {each.inbox_key: each for each in session.exec(found)}
    taken_back = select(RecalledMessage.inbox_key).where(col(RecalledMessage.inbox_key).in_(keys))
    recalled = frozenset(session.exec(taken_back))
    return [
        _with_file(entry, files.get(row.inbox_key or ""), is_recalled=row.inbox_key in recalled)
        for row, entry in zip(rows, entries, strict=True)
    ]


def _with_file(entry: Entry, file: ReceivedMedia | None, *, is_recalled: bool) -> Entry:
    if file is None:
        return replace(entry, is_recalled=is_recalled)
    is_kept = file.state == MediaState.KEPT
    return replace(
        entry,
        media=file.inbox_key if is_kept else "",
        missing=IN_WORDS[file.state],
        is_picture=is_kept and file.content_type in SHOWN,
        is_recalled=is_recalled,
    )
