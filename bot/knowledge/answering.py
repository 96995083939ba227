"""The shop's answers as a turn uses them: which entries may answer, found before the turn."""

import asyncio
import threading
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlmodel import Session

from bot.database import Database
from bot.knowledge.book import Book
from bot.knowledge.ranking import NOTHING, Found, rank
from bot.knowledge.terms import Tokenise
from bot.knowledge.vectors import Vectors, to_bytes
from commerce.knowledge import queries
from commerce.knowledge.entries import note_edition
from nlu.embedder import Embedder, EmbedderUnavailable
from nlu.understanding import Intent, Understanding

log = structlog.get_logger()

EMBEDDING_SECONDS: Final = 0.8
"""How long a question's meaning may take; its letters alone have to do after that."""
A_BATCH: Final = 16
A_RUN: Final = 320
"""Questions whose meaning is computed in one run of the duty: some seconds of a processor."""
LONGEST_QUESTION: Final = 200
"""Characters that are looked at: whoever writes more tells a story."""

ASKED_FOR_ANSWERS: Final = frozenset(
    (
        Intent.ASK_SHIPPING,
        Intent.ASK_RETURN_POLICY,
        Intent.ASK_STORE,
        Intent.ASK_PAYMENT,
        Intent.ASK_PROMOTION,
        Intent.ASK_INVOICE,
        Intent.ASK_POINTS,
        Intent.GROUP_BUY,
        Intent.FLASH_SALE,
        Intent.DISTRIBUTION,
        Intent.LIVE_STREAM,
        Intent.PRIVACY_REQUEST,
        Intent.HELP,
        Intent.OUT_OF_SCOPE,
        Intent.NLU_FALLBACK,
    )
)
"""Intents whose handlers ask for an answer."""
LOOKED_UP: Final = ASKED_FOR_ANSWERS | {Intent.ORDER_STATUS}
"""Of somebody without orders 多久发货 is a question about the shop; nothing else is looked up."""


@dataclass(slots=True)
class Answering:
    """Holds the present edition of the questions. Safe to use from several threads."""

    tokenise: Tokenise
    embedder: Embedder | None = None
    hold_minutes: int = 30
    """How long an unpaid order keeps its goods: answers quote it."""
    _book: Book | None = None
    _reading: threading.Lock = field(default_factory=threading.Lock)

    async def find(self, database: Database, understanding: Understanding) -> Found:
        """The entries that may answer the message.

        Reads and computes outside of any transaction of the turn.
        """
        text = understanding.text.strip()[:LONGEST_QUESTION]
        if understanding.intent not in LOOKED_UP or not text:
            return NOTHING
        book = await database.read(self.present_book)
        if not book.pointers:
            return NOTHING
        vector = None
        if book.needs_vector and book.exact(text) is None:
            vector = await self._vector_of(text)
        return rank(book, text, vector, understanding.intent)

    def present_book(self, session: Session) -> Book:
        """The questions of the present edition, read again only when it is another one."""
        number = queries.edition(session)
        model = "" if self.embedder is None else self.embedder.name
        with self._reading:
            if self._book is None or self._book.edition != number:
                pointers = queries.list_pointers(session)
                asked = queries.list_asked(session, model)
                self._book = Book(number, pointers, asked, self.tokenise)
            return self._book

    async def complete_vectors(self, database: Database) -> int:
        """Compute vectors that questions lack, a batch a transaction; how many were computed.

        Not more than a run's worth: the rest is left to the next one. Raises EmbedderUnavailable.
        """
        computed = 0
        while self.embedder is not None and computed < A_RUN:
            model = self.embedder.name
            lacking = await database.read(queries.list_without_vector, model, A_BATCH + 1)
            batch = lacking[:A_BATCH]
            if not batch:
                break
            vectors = await asyncio.to_thread(self.embedder.embed, [text for _, text in batch])
            rows = [(*each, to_bytes(vectors[row])) for row, each in enumerate(batch)]
            is_last = len(lacking) <= A_BATCH
            await database.write(_keep_vectors, model, rows, is_last)
            computed += len(batch)
        return computed

    async def _vector_of(self, text: str) -> Vectors | None:
        """The text's meaning; None when that cannot be had in time."""
        if self.embedder is None:
            return None
        embedding = asyncio.to_thread(self.embedder.embed, [text])
        try:
            async with asyncio.timeout(EMBEDDING_SECONDS):
                vectors = await embedding
        except (TimeoutError, EmbedderUnavailable) as error:
            log.warning("question not embedded", reason=repr(error))
            return None
        first: Vectors = vectors[0]
        return first


def _keep_vectors(
    session: Session, model: str, rows: list[tuple[int, str, bytes]], is_last: bool
) -> None:
    """Write a batch; with the last one the questions are complete, and everybody reads again."""
    queries.keep_vectors(session, model, rows)
    if is_last:
        note_edition(session)
