"""Entries of the knowledge base as the shop's people look for them, and as a file has them."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.pages.written import find_moment, find_number, local
from commerce.csv_files import RowFault, open_csv, read_cells
from commerce.errors import InvalidInput
from commerce.inserting import core, id_of
from commerce.knowledge.entries import EntryDraft, find_entry, save_entry
from commerce.knowledge.tables import KnowledgeEntry, KnowledgeQuestion

STATES: Final[Mapping[str, str]] = {"on": "启用", "off": "停用", "declines": "不回答"}
CSV_HEADER: Final = (
    *("key", "category", "title", "answer", "questions", "keywords", "intent", "priority"),
    *("passes_on", "declines", "is_live", "valid_from", "valid_until"),
)
REQUIRED: Final = ("key", "category", "title")
BETWEEN: Final = "|"
"""Between the questions of a cell, and between its keywords."""
_YES: Final = frozenset({"是", "1", "yes", "true"})


@dataclass(frozen=True, slots=True)
class AnswerFilter:
    """What the list is narrowed to; `state` is a key of STATES or nothing."""

    text: str = ""
    category: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An entry in the list with the ways to ask for it."""

    entry: KnowledgeEntry
    questions: Sequence[str]


@dataclass(slots=True)
class AnswersTaken:
    """What a file did, counted in entries."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[RowFault] = field(default_factory=list)


def answers_like(wanted: AnswerFilter) -> SelectOfScalar[KnowledgeEntry]:
    """The entries that are wanted, by topic."""
    entry = KnowledgeEntry
    statement = select(entry).order_by(entry.category, col(entry.id))
    if wanted.category:
        statement = statement.where(entry.category == wanted.category)
    match wanted.state:
        case "on":
            statement = statement.where(col(entry.is_live), ~col(entry.declines))
        case "off":
            statement = statement.where(~col(entry.is_live))
        case "declines":
            statement = statement.where(col(entry.declines))
    for word in wanted.text.lower().split():
        asked = select(KnowledgeQuestion.entry_id).where(
            func.lower(KnowledgeQuestion.text).contains(word, autoescape=True)
        )
        said = func.lower(entry.answer).contains(word, autoescape=True)
        is_key = col(entry.key) == word
        statement = statement.where(or_(said, is_key, col(entry.id).in_(asked)))
    return statement


def rows_of(session: Session, entries: Sequence[KnowledgeEntry]) -> list[AnswerRow]:
    """Entries as the list shows them; the title is not among the questions."""
    questions: defaultdict[int, list[str]] = defaultdict(list)
    ids = [id_of(entry) for entry in entries]
    of_them = select(KnowledgeQuestion).where(col(KnowledgeQuestion.entry_id).in_(ids))
    for question in session.exec(of_them.order_by(col(KnowledgeQuestion.id))):
        questions[question.entry_id].append(question.text)
    return [
        AnswerRow(entry, [text for text in questions[id_of(entry)] if text != entry.title])
        for entry in entries
    ]


def list_categories(session: Session) -> list[str]:
    """Every topic that there is."""
    return list(
        session.exec(select(KnowledgeEntry.category).distinct().order_by(KnowledgeEntry.category))
    )


def csv_rows(session: Session, wanted: AnswerFilter) -> list[tuple[str, ...]]:
    """An entry a row: handing them in again changes nothing."""
    entries = session.exec(answers_like(wanted)).all()
    return [_cells(row) for row in rows_of(session, entries)]


def take_file(
    session: Session,
    path: Path,
    now: datetime,
    attempt: Callable[[], AbstractContextManager[object]],
) -> AnswersTaken:
    """Write the entries of a file, as an operator; bad rows are skipped and told.

    Each is written within an `attempt`, a savepoint. Raises InvalidInput for a file that cannot
    be read as a whole.
    """
    taken = AnswersTaken()
    with open_csv(path) as file:
        for row in read_cells(file, CSV_HEADER, REQUIRED):
            if isinstance(row, RowFault):
                taken.rejected.append(row)
                continue
            line, cells = row
            try:
                with attempt():
                    _take(session, _draft(cells), now, taken)
            except InvalidInput as fault:
                name = str(fault.details.get("field", ""))
                taken.rejected.append(RowFault(line, name, str(fault)))
    return taken


def as_draft(row: AnswerRow) -> EntryDraft:
    """A stored entry as it would be written."""
    entry = row.entry
    return EntryDraft(
        key=entry.key,
        category=entry.category,
        title=entry.title,
        answer=entry.answer,
        questions=tuple(row.questions),
        keywords=tuple(entry.keywords),
        intent=entry.intent,
        priority=entry.priority,
        passes_on=entry.passes_on,
        declines=entry.declines,
        is_live=entry.is_live,
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
    )


def _take(session: Session, draft: EntryDraft, now: datetime, taken: AnswersTaken) -> None:
    known = find_entry(session, draft.key)
    if known is not None:
        (row,) = rows_of(session, [known])
        before = as_draft(row)
        if _bare(before) == _bare(draft):
            taken.unchanged += 1
            return
    core(session)  # The savepoint is set when the connection is first asked for.
    save_entry(session, draft, now)
    taken.created += known is None
    taken.updated += known is not None


def _bare(draft: EntryDraft) -> tuple[object, ...]:
    rest = [getattr(draft, name) for name in CSV_HEADER if name != "questions"]
    return (*rest, frozenset(draft.ways_to_ask))


def _draft(cells: Mapping[str, str]) -> EntryDraft:
    return EntryDraft(
        key=cells.get("key", ""),
        category=cells.get("category", ""),
        title=cells.get("title", ""),
        answer=cells.get("answer", ""),
        questions=_split(cells.get("questions", "")),
        keywords=_split(cells.get("keywords", "")),
        intent=cells.get("intent", ""),
        priority=find_number(cells.get("priority", ""), "优先级", "priority") or 0,
        passes_on=cells.get("passes_on", "").lower() in _YES,
        declines=cells.get("declines", "").lower() in _YES,
        is_live=cells.get("is_live", "是").lower() in _YES,
        valid_from=find_moment(cells.get("valid_from", ""), "开始时间", "valid_from"),
        valid_until=find_moment(cells.get("valid_until", ""), "结束时间", "valid_until"),
    )


def _cells(row: AnswerRow) -> tuple[str, ...]:
    draft = as_draft(row)
    ticks = ["是" if each else "否" for each in (draft.passes_on, draft.declines, draft.is_live)]
    return (
        draft.key,
        draft.category,
        draft.title,
        draft.answer,
        BETWEEN.join(draft.questions),
        BETWEEN.join(draft.keywords),
        draft.intent,
        str(draft.priority),
        *ticks,
        local(draft.valid_from),
        local(draft.valid_until),
    )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(text for part in cell.split(BETWEEN) if (text := part.strip()))
