"""Source codes: entered by an operator, found by what is printed."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlmodel import Session, select

from commerce.errors import InvalidInput
from commerce.inserting import insert_once
from commerce.sources.tables import CodeKind, SourceCode

SCENE: Final = "src_"
"""Followed by a source's code, the scene of a WeChat code that stands for it."""
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,27}")
"""28 characters: a mini-program's scene has 32 at most, the first four being `SCENE`."""
_PRINTED_AS: Final = {CodeKind.OA: "公众号二维码", CodeKind.MINI: "小程序码"}


def add_code(
    session: Session, code: str, *, name: str, kind: CodeKind, note: str = "", now: datetime
) -> SourceCode:
    """Enter a code, or change the name and the note of a known one.

    Only the shop's people read these, so no rule of advertising does.
    Raises InvalidInput for a code that cannot be printed, and for another kind than it has.
    """
    if _CODE.fullmatch(code) is None:
        raise InvalidInput("来源码只能用小写字母、数字和-，最多28个字符", field="code")
    if not name.strip():
        raise InvalidInput("来源要有名字", field="name")
    row = {"name": name.strip(), "kind": kind.value, "note": note, "created_at": now}
    insert_once(session, SourceCode, code=code, **row)
    known = session.exec(select(SourceCode).where(SourceCode.code == code)).one()
    if known.kind != kind:
        printed = _PRINTED_AS[CodeKind(known.kind)]
        raise InvalidInput(f"“{code}”已经是{printed}，不能再换", field="kind")
    known.name, known.note = name.strip(), note or known.note
    session.add(known)
    session.flush()
    return known


def find_code(session: Session, code: str) -> SourceCode | None:
    """The source of a code, if it is known."""
    return session.exec(select(SourceCode).where(SourceCode.code == code)).first()


@dataclass(frozen=True, slots=True)
class CodeDraft:
    """A code as an operator writes it."""

    code: str
    name: str
    kind: CodeKind = CodeKind.OA
    note: str = ""


def seed_codes(session: Session, drafts: Sequence[CodeDraft], now: datetime) -> int:
    """Enter the codes that are not known; how many these are. Raises InvalidInput."""
    known = set(session.exec(select(SourceCode.code)))
    new = [each for each in drafts if each.code not in known]
    for each in new:
        add_code(session, each.code, name=each.name, kind=each.kind, note=each.note, now=now)
    return len(new)


def read_codes(path: Path) -> tuple[CodeDraft, ...]:
    """The codes of a file like the demo shop's. Raises InvalidInput, which says what is wrong."""
    written = tomllib.loads(path.read_text("utf-8"))
    try:
        return tuple(
            CodeDraft(each["code"], each["name"], CodeKind(each["kind"]), each.get("note", ""))
            for each in written["source"]
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise InvalidInput(f"{path.name}缺少或写错了：{fault}", field="file") from None
