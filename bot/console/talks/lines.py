"""A conversation's lines: what was said, by whom, what became of it, and what happened beside."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from bot.console.talks.delivery import delivery_of
from bot.console.talks.entries import Entry, with_files
from bot.console.talks.move_words import move_in_words
from bot.console.talks.names import Names, read_names, side_of
from bot.handover.tables import Handover, HandoverMove, PrivateNote
from bot.tables import ChatMessage, OutboxMessage
from commerce.errors import NotFound
from commerce.sealing import Place, SealBroken, Sealer

A_PAGE: Final = 40
MOST_AT_ONCE: Final = 200
_SHOWN: Final = frozenset({"card", "picture"})
UNREADABLE: Final = "（这条内容打不开）"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some consecutive entries, oldest first. `first` is the id of the oldest line, to ask for
    what was before it."""

    entries: tuple[Entry, ...]
    first: int
    has_earlier: bool


def read_lines(
    session: Session, sealer: Sealer, conversation_id: int, *, before: int = 0, since: int = 0
) -> Stretch:
    """The last lines of a conversation with its notes and moves; those before line `before`; or
    all from line `since` on."""
    statement = select(ChatMessage).where(ChatMessage.conversation_id == conversation_id)
    if before:
        statement = statement.where(col(ChatMessage.id) < before)
    if since:
        statement = statement.where(col(ChatMessage.id) >= since)
    most = MOST_AT_ONCE if since else A_PAGE
    newest_first = statement.order_by(col(ChatMessage.id).desc()).limit(most + 1)
    found = session.exec(newest_first).all()
    rows = found[:most][::-1]
    is_cut = len(found) > most
    begins = rows[0].at if rows and (is_cut or since) else None
    until = _moment_of(session, conversation_id, before) if before else None
    names = read_names(session)
    beside = _beside(session, sealer, conversation_id, names, (begins, until))
    said = _said(session, sealer, rows, names)
    entries = sorted((*said, *beside), key=lambda entry: entry.at)
    has_earlier = is_cut or bool(since and _is_any_before(session, conversation_id, since))
    return Stretch(tuple(entries), rows[0].id or 0 if rows else 0, has_earlier)


def read_understood(
    session: Session, sealer: Sealer, conversation_id: int, line_id: int
) -> Mapping[str, Any]:
    """What the bot made of a line, as `bot.understood.as_kept` kept it. Raises NotFound."""
    row = session.get(ChatMessage, line_id)
    if row is None or row.conversation_id != conversation_id or row.understood_sealed is None:
        raise NotFound("这句话没有留下理解记录")
    place = Place("chat_message", "understood", row.row_key)
    kept: Mapping[str, Any] = json.loads(sealer.open(row.understood_sealed, place))
    return kept


def open_words(sealer: Sealer, row: ChatMessage) -> str:
    """A line's words."""
    try:
        return sealer.open(row.words_sealed, Place("chat_message", "words", row.row_key))
    except SealBroken:
        return UNREADABLE


def _said(
    session: Session, sealer: Sealer, rows: Sequence[ChatMessage], names: Names
) -> list[Entry]:
    keys = [row.outbox_key for row in rows if row.outbox_key]
    carried = {
        post.key: post
        for post in session.exec(select(OutboxMessage).where(col(OutboxMessage.key).in_(keys)))
    }
    entries = [_entry(sealer, row, carried.get(row.outbox_key or ""), names) for row in rows]
    return with_files(session, rows, entries)


def _entry(sealer: Sealer, row: ChatMessage, post: OutboxMessage | None, names: Names) -> Entry:
    shown = _payload(sealer, post) if post is not None and row.kind in _SHOWN else {}
    return Entry(
        key=f"m{row.id}",
        at=row.at,
        form=side_of(row.author),
        who=names.of(row.author),
        words=str(shown.get("title") or open_words(sealer, row)),
        kind=row.kind,
        line_id=row.id or 0,
        delivery=None if post is None else delivery_of(post.state, post.reason),
        picture=str(shown.get("picture") or shown.get("name") or ""),
        path=str(shown.get("path") or ""),
        is_understood=row.understood_sealed is not None,
    )


def _payload(sealer: Sealer, post: OutboxMessage) -> Mapping[str, Any]:
    try:
        opened = sealer.open(post.payload_sealed, Place("outbox", "payload", post.key))
    except SealBroken:
        return {}
    payload: Mapping[str, Any] = json.loads(opened)
    return payload


type Between = tuple[datetime | None, datetime | None]
"""From the first moment on and before the second, where there is one."""


def _beside(
    session: Session, sealer: Sealer, conversation_id: int, names: Names, between: Between
) -> list[Entry]:
    notes = select(PrivateNote).where(
        PrivateNote.conversation_id == conversation_id, *_within(col(PrivateNote.at), between)
    )
    noted = session.exec(notes.order_by(col(PrivateNote.id)).limit(MOST_AT_ONCE))
    moves = (
        select(HandoverMove, Handover)
        .join(Handover, col(Handover.id) == col(HandoverMove.handover_id))
        .where(Handover.conversation_id == conversation_id, *_within(col(HandoverMove.at), between))
        .order_by(col(HandoverMove.id))
        .limit(MOST_AT_ONCE)
    )
    moved = [
        Entry(f"h{move.id}", move.at, "move", names.of(move.actor), words)
        for move, handover in session.exec(moves)
        if (words := move_in_words(move, handover, names))
    ]
    return [*(_note(sealer, note, names) for note in noted), *moved]


def _note(sealer: Sealer, note: PrivateNote, names: Names) -> Entry:
    return Entry(
        key=f"n{note.id}",
        at=note.at,
        form="note",
        who=names.staff.get(note.staff_id, ""),
        words=sealer.open(note.words_sealed, Place("private_note", "words", note.row_key)),
    )


def _within(moment: Any, between: Between) -> list[ColumnElement[bool]]:
    begins, until = between
    return [
        *([] if begins is None else [moment >= begins]),
        *([] if until is None else [moment < until]),
    ]


def _moment_of(session: Session, conversation_id: int, line_id: int) -> datetime | None:
    row = session.get(ChatMessage, line_id)
    return None if row is None or row.conversation_id != conversation_id else row.at


def _is_any_before(session: Session, conversation_id: int, line_id: int) -> bool:
    statement = select(ChatMessage.id).where(
        ChatMessage.conversation_id == conversation_id, col(ChatMessage.id) < line_id
    )
    return session.exec(statement.limit(1)).first() is not None
