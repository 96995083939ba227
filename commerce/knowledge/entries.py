"""Writing entries: checked as a whole, saved with their questions, noted as a new edition."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, delete, select, update

from commerce.catalogue.words import fold
from commerce.compliance import TextKind, check
from commerce.errors import InvalidInput
from commerce.inserting import affected_rows, id_of, insert_once
from commerce.knowledge.keywords import Pattern
from commerce.knowledge.placeholders import check_answer
from commerce.knowledge.tables import (
    KnowledgeEdition,
    KnowledgeEntry,
    KnowledgeQuestion,
    Source,
)

LONGEST: Final = {"key": 60, "category": 20, "title": 30, "intent": 40}
LONGEST_QUESTION: Final = 60
LONGEST_ANSWER: Final = 500
"""Characters: an answer with its placeholders filled stays within one message."""
MOST_QUESTIONS: Final = 100


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An entry as an operator or a file gives it. Its title is asked as well as its questions."""

    key: str
    category: str
    title: str
    answer: str
    questions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    intent: str = ""
    priority: int = 0
    passes_on: bool = False
    declines: bool = False
    is_live: bool = True
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def check(self) -> None:
        """Raise InvalidInput, which names the field and says how to mend it.

        Title and questions are a customer's words: no rule of advertising is for them.
        """
        for name, longest in LONGEST.items():
            value: str = getattr(self, name)
            if len(value) > longest or (name != "intent" and not value.strip()):
                raise InvalidInput(f"{name}要写1到{longest}个字", field=name)
        if self.declines == bool(self.answer.strip()):
            raise InvalidInput("答案不能空着；只有declines的条目不写答案", field="answer")
        if len(self.answer) > LONGEST_ANSWER:
            raise InvalidInput(f"答案最多{LONGEST_ANSWER}个字，请写短一点", field="answer")
        check_answer(self.answer)
        check(self.answer, TextKind.ANSWER, "answer")
        for pattern in self.keywords:
            Pattern.read(pattern)
        if len(self.questions) > MOST_QUESTIONS:
            raise InvalidInput(f"一个条目最多{MOST_QUESTIONS}种问法", field="questions")
        for question in self.questions:
            if not 0 < len(question.strip()) <= LONGEST_QUESTION:
                raise InvalidInput(f"每种问法要写1到{LONGEST_QUESTION}个字", field="questions")
        if self.valid_from and self.valid_until and self.valid_from >= self.valid_until:
            raise InvalidInput("结束时间要晚于开始时间", field="valid_until")

    @property
    def ways_to_ask(self) -> tuple[str, ...]:
        """The title and the questions, each once."""
        told = {fold(text): text.strip() for text in reversed((self.title, *self.questions))}
        return tuple(reversed(told.values()))


@dataclass(slots=True)
class SaveReport:
    """What saving some drafts did, counted in entries."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)
    """Keys of entries that an operator has changed: a file leaves them alone."""


def save_entry(session: Session, draft: EntryDraft, now: datetime) -> KnowledgeEntry:
    """Write an entry as an operator. Raises InvalidInput."""
    entry, _ = _save(session, draft, now, Source.OPERATOR)
    note_edition(session)
    return entry


def seed_entries(session: Session, drafts: list[EntryDraft], now: datetime) -> SaveReport:
    """Write the entries of a file; what an operator has touched stays. Raises InvalidInput."""
    report = SaveReport()
    for draft in drafts:
        known = find_entry(session, draft.key)
        if known is not None and known.source != Source.SEED:
            report.kept.append(draft.key)
            continue
        _, is_changed = _save(session, draft, now, Source.SEED)
        report.created += known is None
        report.updated += known is not None and is_changed
        report.unchanged += known is not None and not is_changed
    if report.created or report.updated:
        note_edition(session)
    return report


def find_entry(session: Session, key: str) -> KnowledgeEntry | None:
    """The entry of that key, live or not."""
    return session.exec(select(KnowledgeEntry).where(KnowledgeEntry.key == key)).first()


def note_edition(session: Session) -> None:
    """Tell every reader to read again, once this transaction has committed."""
    grown = update(KnowledgeEdition).values(number=KnowledgeEdition.number + 1)
    if not affected_rows(session, grown):
        insert_once(session, KnowledgeEdition, id=1, number=1)


def _save(
    session: Session, draft: EntryDraft, now: datetime, source: Source
) -> tuple[KnowledgeEntry, bool]:
    """The entry as the draft has it, and whether anything about it changed."""
    draft.check()
    entry = find_entry(session, draft.key)
    values: dict[str, Any] = {
        "category": draft.category,
        "title": draft.title,
        "answer": draft.answer,
        "keywords": list(draft.keywords),
        "intent": draft.intent,
        "priority": draft.priority,
        "passes_on": draft.passes_on,
        "declines": draft.declines,
        "is_live": draft.is_live,
        "valid_from": draft.valid_from,
        "valid_until": draft.valid_until,
        "source": source,
    }
    is_changed = entry is None or any(getattr(entry, name) != values[name] for name in values)
    if entry is None:
        entry = KnowledgeEntry(key=draft.key, updated_at=now, **values)
    if is_changed:
        entry.sqlmodel_update({**values, "updated_at": now})
        session.add(entry)
        session.flush()
    is_reworded = _save_questions(session, id_of(entry), draft.ways_to_ask)
    return entry, is_changed or is_reworded


def _save_questions(session: Session, entry_id: int, wanted: tuple[str, ...]) -> bool:
    """Add what is missing and remove the rest; those that stay keep their vectors."""
    known = set(
        session.exec(
            select(KnowledgeQuestion.text).where(KnowledgeQuestion.entry_id == entry_id)
        ).all()
    )
    gone = known - set(wanted)
    if gone:
        statement = delete(KnowledgeQuestion).where(
            col(KnowledgeQuestion.entry_id) == entry_id, col(KnowledgeQuestion.text).in_(gone)
        )
        affected_rows(session, statement)
    new = [text for text in wanted if text not in known]
    session.add_all(KnowledgeQuestion(entry_id=entry_id, text=text) for text in new)
    session.flush()
    return bool(gone or new)
