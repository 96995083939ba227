"""What the shop's people write down for each other. Nothing here ever goes to a customer."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from bot.handover.tables import PrivateNote
from bot.staff.tables import Staff
from commerce.errors import InvalidInput
from commerce.inserting import id_of
from commerce.sealing import Place, Sealer

LONGEST: Final = 1000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note as colleagues read it."""

    id: int
    staff_id: int
    author: str
    words: str
    at: datetime


def add_note(
    session: Session,
    sealer: Sealer,
    conversation_id: int,
    staff_id: int,
    words: str,
    now: datetime,
) -> int:
    """Keep a note; its number. Raises InvalidInput for an empty or overlong one."""
    written = words.strip()
    if not 0 < len(written) <= LONGEST:
        raise InvalidInput(f"备注要写1到{LONGEST}个字", field="words")
    row_key = uuid.uuid4().hex
    note = PrivateNote(
        row_key=row_key,
        conversation_id=conversation_id,
        staff_id=staff_id,
        words_sealed=sealer.seal(written, _place(row_key)),
        at=now,
    )
    session.add(note)
    session.flush()
    return id_of(note)


def list_notes(session: Session, sealer: Sealer, conversation_id: int) -> list[Note]:
    """The notes beside a conversation, in the order they were written."""
    rows = session.exec(
        select(PrivateNote, Staff.name)
        .join(Staff, col(Staff.id) == col(PrivateNote.staff_id))
        .where(PrivateNote.conversation_id == conversation_id)
        .order_by(col(PrivateNote.id))
    )
    return [
        Note(
            id_of(note),
            note.staff_id,
            name,
            sealer.open(note.words_sealed, _place(note.row_key)),
            note.at,
        )
        for note, name in rows
    ]


def _place(row_key: str) -> Place:
    return Place("private_note", "words", row_key)
