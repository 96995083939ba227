"""Customer questions with the entries that answer them, written apart from the entries' own.

A line is the question, the keys that answer it (`a|b`, or `-` for none), and the intent
that the keyword parser saw in it when the weights were fitted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.knowledge.book import Book
from bot.knowledge.terms import Tokenise
from bot.knowledge.vectors import Vectors, to_bytes
from bot.seeds.knowledge import ENTRY_FILES
from commerce.knowledge.entries import EntryDraft
from commerce.knowledge.importing import read_entries
from commerce.knowledge.queries import Asked, Pointer

QUESTIONS: Final = Path(__file__).with_name("questions.tsv")
"""By which the weights were fitted."""
HELD_OUT: Final = Path(__file__).with_name("held_out.tsv")
"""Written when weights, thresholds and entries stood, and never used to change them."""

type Embed = Callable[[list[str]], Vectors]


@dataclass(frozen=True)
class Labelled:
    """One question; no keys when no entry answers it."""

    text: str
    keys: frozenset[str]
    intent: str


def read_questions(file: Path = QUESTIONS) -> list[Labelled]:
    """All of them, in the file's order."""
    rows = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines())
    return [
        Labelled(text, frozenset() if keys == "-" else frozenset(keys.split("|")), intent)
        for text, keys, intent in rows
    ]


def demo_drafts() -> list[EntryDraft]:
    """The entries of the demo shop."""
    return read_entries(ENTRY_FILES)


def demo_book(drafts: list[EntryDraft], tokenise: Tokenise, embed: Embed | None) -> Book:
    """A book of the drafts as the database would give it; ids are places in the list, from 1."""
    pointers = [
        Pointer(number, each.intent, each.keywords, each.priority, each.declines)
        for number, each in enumerate(drafts, 1)
    ]
    asked = [(number, text) for number, each in enumerate(drafts, 1) for text in each.ways_to_ask]
    vectors = embed([text for _, text in asked]) if embed else None
    return Book(
        edition=1,
        pointers=pointers,
        asked=[
            Asked(number, text, None if vectors is None else to_bytes(vectors[row]))
            for row, (number, text) in enumerate(asked)
        ],
        tokenise=tokenise,
    )
