"""Trying the knowledge base out: what a question would be answered, with its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from bot.console.page import Page
from bot.handlers.knowledge_values import LiveValues
from bot.knowledge.answering import LONGEST_QUESTION, LOOKED_UP
from bot.knowledge.ranking import NOTHING, Found
from bot.memory import Memory
from bot.messages import Incoming
from bot.turn import Shop, Turn
from commerce.knowledge.placeholders import Unanswerable, fill
from commerce.knowledge.queries import list_valid_entries
from commerce.knowledge.tables import KnowledgeEntry
from nlu.dictionary import Dictionary
from nlu.keyword_parser import KeywordParser
from nlu.understanding import Intent, Understanding

NOBODY = 0
"""No customer has this id: values of their own are left out."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a question: the entries that come near, the nearest first."""

    text: str
    found: Found
    entries: Sequence[KnowledgeEntry]
    answer: str
    """The first one's as it would be read now; empty when nothing is near."""


async def try_out(page: Page, text: str) -> Trial:
    """Ask the knowledge base as a message would. The intent comes from keywords alone."""
    text, shop = text[:LONGEST_QUESTION], page.desk.shop
    understanding = KeywordParser(Dictionary(page.desk.settings.lexicon_file)).parse(text)
    if understanding.intent not in LOOKED_UP:
        understanding = replace(understanding, intent=Intent.NLU_FALLBACK)
    found = NOTHING
    if shop.answering is not None:
        found = await shop.answering.find(page.desk.database, understanding)
    return await page.read(_look, shop, text, found, understanding, page.now)


def preview(session: Session, shop: Shop, answer: str, now: datetime, text: str = "") -> str:
    """An answer with its placeholders filled, as somebody without orders would read it now."""
    understanding = Understanding(text, Intent.NLU_FALLBACK, 1.0)
    return _filled(session, shop, answer, understanding, now)


def _look(
    session: Session,
    shop: Shop,
    text: str,
    found: Found,
    understanding: Understanding,
    now: datetime,
) -> Trial:
    valid = list_valid_entries(session, found.entry_ids, now)
    entries = [valid[each] for each in found.entry_ids if each in valid]
    answer = ""
    if entries:
        answer = _filled(session, shop, entries[0].answer, understanding, now)
    return Trial(text, found, entries, answer)


def _filled(
    session: Session, shop: Shop, answer: str, understanding: Understanding, now: datetime
) -> str:
    turn = Turn(
        session=session,
        shop=shop,
        now=now,
        customer_id=NOBODY,
        conversation_id=NOBODY,
        incoming=Incoming("", "official_account", "", "", "text", understanding.text, now),
        understanding=understanding,
        memory=Memory(),
    )
    value_of = LiveValues(turn)

    def value_or_gap(name: str) -> str:
        try:
            return value_of(name)
        except Unanswerable:
            return f"（{name}：现在没有）"

    return fill(answer, value_or_gap)
