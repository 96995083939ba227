"""Writing down who did what, and finding out whether somebody changed what was written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlmodel import Session, col, select, update

from bot.staff.audit_tables import AuditEntry, AuditHead
from commerce.inserting import affected_rows
from commerce.sealing import Sealer

PURPOSE: Final = "audit"
A_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Who:
    """Who does something, and from where."""

    staff_id: int | None
    address: str = ""


COMMAND_LINE: Final = Who(None, "command line")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the chain."""

    count: int
    """Entries that were read."""
    broken_at: int | None = None
    """The first entry that is not what was written; None when all are."""
    reason: str = ""


def note(
    session: Session,
    sealer: Sealer,
    who: Who,
    did: str,
    about: Mapping[str, Any],
    now: datetime,
) -> int:
    """Append one entry in the caller's transaction; its number.

    Writers queue for the end of the chain from here to their commit: call it last.
    """
    session.flush()
    head = session.exec(
        select(AuditHead)
        .where(col(AuditHead.id) == 1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    entry = AuditEntry(
        id=head.last_id + 1,
        at=now,
        staff_id=who.staff_id,
        did=did,
        about=json.loads(json.dumps(about, default=str)),  # As it will be read back.
        address=who.address[:64],
        prev_hash=head.last_hash,
        hash="",
    )
    entry.hash = hash_of(sealer, entry)
    session.add(entry)
    session.flush()
    affected_rows(
        session,
        update(AuditHead)
        .where(col(AuditHead.id) == 1)
        .values(last_id=entry.id, last_hash=entry.hash),
    )
    return entry.id


def hash_of(sealer: Sealer, entry: AuditEntry) -> str:
    """The keyed digest of an entry: who may write the table alone cannot make another fit."""
    written = json.dumps(
        [
            entry.id,
            entry.at.astimezone(UTC).isoformat(),
            entry.staff_id,
            entry.did,
            entry.about,
            entry.address,
            entry.prev_hash,
        ],
        ensure_ascii=False,
        sort_keys=True,
    )
    return sealer.digest(written, PURPOSE)


def verify(session: Session, sealer: Sealer) -> Verdict:
    """Read the whole chain and recompute it."""
    last_id, last_hash = 0, ""
    while True:
        entries = session.exec(
            select(AuditEntry)
            .where(col(AuditEntry.id) > last_id)
            .order_by(col(AuditEntry.id))
            .limit(A_BATCH)
        ).all()
        for entry in entries:
            expected = last_id + 1
            if entry.id != expected:
                return Verdict(last_id, expected, "缺失")
            if entry.prev_hash != last_hash or entry.hash != hash_of(sealer, entry):
                return Verdict(last_id, expected, "被改动")
            last_id, last_hash = entry.id, entry.hash
        session.expunge_all()
        if len(entries) < A_BATCH:
            break
    head = session.exec(select(AuditHead).where(col(AuditHead.id) == 1)).first()
    if head is None or (head.last_id, head.last_hash) != (last_id, last_hash):
        return Verdict(last_id, last_id + 1, "结尾缺失")
    return Verdict(last_id)
