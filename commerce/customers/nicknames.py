"""Nicknames as platforms tell them: kept sealed, shown to the shop's people alone."""

import unicodedata
import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from commerce.customers.nickname_tables import Nickname
from commerce.customers.tables import Identity
from commerce.inserting import insert_once
from commerce.sealing import Place, SealBroken, Sealer

LONGEST: Final = 128
"""Characters that are kept: far more than WeChat lets anybody choose."""
LOOKED_THROUGH: Final = 3_000
"""Nicknames that are opened to find one: they are sealed one by one."""
_JOINS_EMOJI: Final = "\u200d"
_NEVER_SHOWN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def note_nickname(
    session: Session, sealer: Sealer, identity_id: int, told: str, now: datetime
) -> None:
    """Keep what a platform calls somebody now. What shows nothing changes nothing."""
    words = shown(told)
    if not words:
        return
    fresh = {"row_key": uuid.uuid4().hex, "words_sealed": b"", "told_at": now}
    insert_once(session, Nickname, identity_id=identity_id, **fresh)
    row = session.get_one(Nickname, identity_id, with_for_update=True)
    row.words_sealed, row.told_at = sealer.seal(words, _place(row)), now
    session.add(row)
    session.flush()


def read_nicknames(
    session: Session, sealer: Sealer, customer_ids: Collection[int]
) -> Mapping[int, str]:
    """What these customers call themselves, where a platform told it; of several names the one
    that was told last. The ids are those of customers as they are now, not merged ones."""
    statement = (
        select(Identity.customer_id, Nickname)
        .join(Nickname, col(Nickname.identity_id) == col(Identity.id))
        .where(col(Identity.customer_id).in_(customer_ids))
        .order_by(col(Nickname.told_at), col(Nickname.identity_id))
    )
    opened = ((owner, _open(sealer, row)) for owner, row in session.exec(statement))
    return {owner: words for owner, words in opened if words}


def seek_called(session: Session, sealer: Sealer, wanted: str) -> set[int]:
    """The customers in whose nickname the words stand, among the names that were told lately."""
    newest = (
        select(Identity.customer_id, Nickname)
        .join(Nickname, col(Nickname.identity_id) == col(Identity.id))
        .order_by(col(Nickname.told_at).desc())
        .limit(LOOKED_THROUGH)
    )
    sought = wanted.casefold()
    rows = session.exec(newest)
    return {owner for owner, row in rows if sought in _open(sealer, row).casefold()}


def shown(told: str) -> str:
    """A nickname on one line, without what only changes how other text is shown.

    >>> shown(" 小\\u202e满 ")
    '小满'
    """
    kept = (
        each
        for each in told
        if each == _JOINS_EMOJI or each.isspace() or unicodedata.category(each) not in _NEVER_SHOWN
    )
    return " ".join("".join(kept).split())[:LONGEST].strip(_JOINS_EMOJI + " ")


def _open(sealer: Sealer, row: Nickname) -> str:
    try:
        return sealer.open(row.words_sealed, _place(row))
    except SealBroken:
        return ""


def _place(row: Nickname) -> Place:
    return Place("nickname", "words", row.row_key)
