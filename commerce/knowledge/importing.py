"""Reading entries and facts from files that people write (TOML).

A file of entries names a `category` and, if its entries share one, an `intent`; each `[[entry]]`
has the fields of `EntryDraft`, questions and keywords as lists. Dates are TOML's own, with offset.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from commerce.errors import InvalidInput
from commerce.knowledge.entries import EntryDraft
from commerce.knowledge.facts import check_fact

_KINDS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "priority": int,
    "passes_on": bool,
    "declines": bool,
    "is_live": bool,
    "questions": list,
    "keywords": list,
    "valid_from": datetime,
    "valid_until": datetime,
}
_FIELDS: Final = frozenset(field.name for field in fields(EntryDraft))
_REQUIRED: Final = ("key", "category", "title")


def read_entries(paths: Iterable[Path]) -> list[EntryDraft]:
    """The entries of some files, checked. Raises InvalidInput naming file, entry and field."""
    drafts: dict[str, EntryDraft] = {}
    for path in paths:
        content = _read(path)
        shared = {name: content[name] for name in ("category", "intent") if name in content}
        for number, written in enumerate(content.get("entry", []), 1):
            where = f"{path.name} 第{number}条（{written.get('key', '没有key')}）"
            draft = _draft(shared | written, where)
            if draft.key in drafts:
                raise InvalidInput(f"{where}：这个key前面用过了，请换一个", field="key")
            drafts[draft.key] = draft
    return list(drafts.values())


def read_facts(path: Path) -> dict[str, str]:
    """The facts of a file, checked. Raises InvalidInput naming file and fact."""
    try:
        return {name: check_fact(name, str(value)) for name, value in _read(path).items()}
    except InvalidInput as error:
        raise InvalidInput(f"{path.name}：{error}", **error.details) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path.name} 读不出来（{error}），请检查格式", field="file") from None


def _draft(written: Mapping[str, Any], where: str) -> EntryDraft:
    for name, value in written.items():
        if name not in _FIELDS:
            known = "、".join(sorted(_FIELDS))
            raise InvalidInput(f"{where}：没有“{name}”这一项，可以写的有：{known}", field=name)
        if not isinstance(value, _KINDS.get(name, str)):
            raise InvalidInput(f"{where}：{name}写的类型不对，请对照别的条目改", field=name)
    for name in _REQUIRED:
        if name not in written:
            raise InvalidInput(f"{where}：缺{name}，请补上", field=name)
    values: dict[str, Any] = {
        name: tuple(map(str, value)) if isinstance(value, list) else value
        for name, value in written.items()
    }
    try:
        draft = EntryDraft(**{"answer": "", **values})
        draft.check()
    except InvalidInput as error:
        raise InvalidInput(f"{where}：{error}", **error.details) from None
    return draft
