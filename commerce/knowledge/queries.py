"""Reading the questions as a whole, single answers, and keeping the questions' vectors."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select, update

from commerce.inserting import affected_rows
from commerce.knowledge.tables import KnowledgeEdition, KnowledgeEntry, KnowledgeQuestion


@dataclass(frozen=True, slots=True)
class Asked:
    """One way to ask, with the vector of the model that was wanted, if it is there."""

    entry_id: int
    text: str
    vector: bytes | None


@dataclass(frozen=True, slots=True)
class Pointer:
    """What leads to an entry besides its questions."""

    entry_id: int
    intent: str
    keywords: tuple[str, ...]
    priority: int
    declines: bool


def edition(session: Session) -> int:
    """The number of the present edition; 0 before the first."""
    return session.exec(select(KnowledgeEdition.number)).first() or 0


def list_pointers(session: Session) -> list[Pointer]:
    """One for every live entry, whatever its dates, by id."""
    return [
        Pointer(entry.id or 0, entry.intent, tuple(entry.keywords), entry.priority, entry.declines)
        for entry in session.exec(
            select(KnowledgeEntry)
            .where(col(KnowledgeEntry.is_live))
            .order_by(col(KnowledgeEntry.id))
        )
    ]


def list_asked(session: Session, model: str) -> list[Asked]:
    """Every way to ask for a live entry, by id; vectors of other models are left out."""
    rows = session.exec(
        select(
            KnowledgeQuestion.entry_id,
            KnowledgeQuestion.text,
            KnowledgeQuestion.vector,
            KnowledgeQuestion.vector_model,
        )
        .join(KnowledgeEntry, col(KnowledgeEntry.id) == col(KnowledgeQuestion.entry_id))
        .where(col(KnowledgeEntry.is_live))
        .order_by(col(KnowledgeQuestion.id))
    )
    return [
        Asked(entry_id, text, vector if made_by == model else None)
        for entry_id, text, vector, made_by in rows
    ]


def list_valid_entries(
    session: Session, entry_ids: Iterable[int], now: datetime
) -> dict[int, KnowledgeEntry]:
    """Those of the entries that may be given now, by id."""
    entry = KnowledgeEntry
    statement = select(entry).where(
        col(entry.id).in_(list(entry_ids)),
        col(entry.is_live),
        or_(col(entry.valid_from).is_(None), col(entry.valid_from) <= now),
        or_(col(entry.valid_until).is_(None), col(entry.valid_until) > now),
    )
    return {each.id or 0: each for each in session.exec(statement)}


def list_without_vector(session: Session, model: str, limit: int) -> list[tuple[int, str]]:
    """Ids and texts of questions that have no vector of that model yet, oldest first."""
    question = KnowledgeQuestion
    statement = (
        select(question.id, question.text)
        .where(or_(col(question.vector).is_(None), question.vector_model != model))
        .order_by(col(question.id))
        .limit(limit)
    )
    return [(id_ or 0, text) for id_, text in session.exec(statement)]


def keep_vectors(session: Session, model: str, vectors: Sequence[tuple[int, str, bytes]]) -> int:
    """Write vectors for questions, by id, whose text is still the same; how many were."""
    question = KnowledgeQuestion
    return sum(
        affected_rows(
            session,
            update(question)
            .where(col(question.id) == id_, col(question.text) == text)
            .values(vector=vector, vector_model=model),
        )
        for id_, text, vector in vectors
    )
