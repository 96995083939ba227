"""Answers that the shop's people give again and again, under a short code."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, delete, or_, select

from bot.handover.service_tables import CannedAnswer
from commerce.errors import InvalidInput, NotFound
from commerce.inserting import affected_rows, id_of, insert_once

LONGEST: Final = 600
"""Characters: what one text message holds."""
_CODE: Final = re.compile(r"\w{1,20}")


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer as it is written."""

    code: str
    words: str
    category: str = ""


def list_canned(session: Session, q: str = "") -> list[CannedAnswer]:
    """All of them, or those whose code, category or words contain `q`."""
    statement = select(CannedAnswer).order_by(col(CannedAnswer.category), col(CannedAnswer.code))
    if q.strip():
        found = (
            col(column).contains(q.strip(), autoescape=True)
            for column in (CannedAnswer.code, CannedAnswer.category, CannedAnswer.words)
        )
        statement = statement.where(or_(*found))
    return list(session.exec(statement))


def save_canned(
    session: Session, draft: Draft, now: datetime, *, canned_id: int | None = None
) -> int:
    """Write an answer, or change the one of that number; its number.

    Raises InvalidInput naming the field, NotFound.
    """
    code, words = draft.code.strip().lower(), draft.words.strip()
    if not _CODE.fullmatch(code):
        raise InvalidInput("短码用1到20个字母、数字或汉字，中间不能有空格", field="code")
    if not 0 < len(words) <= LONGEST:
        raise InvalidInput(f"回复内容要写1到{LONGEST}个字", field="words")
    known = session.exec(select(CannedAnswer).where(CannedAnswer.code == code)).first()
    if known is not None and known.id != canned_id:
        raise InvalidInput("这个短码已经有了，换一个", field="code")
    row = CannedAnswer(code=code, words=words, updated_at=now)
    if canned_id is not None:
        found = session.get(CannedAnswer, canned_id)
        if found is None:
            raise NotFound("没有这条快捷回复")
        row = found
    row.code, row.words, row.category, row.updated_at = code, words, draft.category.strip(), now
    session.add(row)
    session.flush()
    return id_of(row)


def remove_canned(session: Session, canned_id: int) -> None:
    """Take an answer away. Raises NotFound."""
    which = delete(CannedAnswer).where(col(CannedAnswer.id) == canned_id)
    if affected_rows(session, which) != 1:
        raise NotFound("没有这条快捷回复")


def read_canned(path: Path) -> list[Draft]:
    """Answers from a TOML file."""
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    return [Draft(**each) for each in written["answer"]]


def seed_canned(session: Session, drafts: Iterable[Draft], now: datetime) -> int:
    """Write those whose code is not taken; how many were."""
    return sum(
        insert_once(
            session,
            CannedAnswer,
            code=each.code,
            category=each.category,
            words=each.words,
            updated_at=now,
        )
        for each in drafts
    )
