"""Looking an answer up: the present edition, meaning in time or not at all, nothing in vain."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from sqlmodel import Session

from bot.database import Database
from bot.knowledge import answering as module
from bot.knowledge.answering import Answering
from bot.knowledge.ranking import NOTHING, SURE, Found
from bot.knowledge.vectors import Vectors
from bot.tokenise import ChineseTokeniser
from commerce.knowledge import queries
from commerce.knowledge.entries import EntryDraft, save_entry
from nlu.embedder import EmbedderUnavailable
from nlu.understanding import Understanding
from tests.commerce.shop import NOW

FREIGHT = EntryDraft(
    "freight", "运费", "包邮吗？", "包邮。", ("运费多少",), ("邮费",), intent="ask_shipping"
)
HOURS = EntryDraft("hours", "门店", "几点关门？", "八点。", ("营业到几点",), intent="ask_store")
WEATHER = EntryDraft("weather", "闲聊", "天气怎么样", "", ("下雨吗",), ("天气",), declines=True)
LETTERS = "运费邮包几点关门天气"


class LetterEmbedder:
    """A vector has a place for each of a few letters: near is what shares them."""

    def __init__(self, name: str = "letters") -> None:
        self.name = name
        self.embedded: list[str] = []
        self.fault: Exception | None = None
        self.gate: threading.Event | None = None

    def embed(self, texts: Sequence[str], kind: Literal["query", "passage"] = "query") -> Vectors:
        """See nlu.embedder.Embedder."""
        assert kind == "query", "questions are compared with questions"
        if self.gate is not None:
            self.gate.wait(5)
        if self.fault is not None:
            raise self.fault
        self.embedded += texts
        counts = [[1e-3, *(float(text.count(letter)) for letter in LETTERS)] for text in texts]
        rows = np.asarray(counts, dtype=np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def asked(text: str, intent: str = "ask_shipping") -> Understanding:
    return Understanding(text, intent, 0.9)


def save(session: Session, *drafts: EntryDraft) -> None:
    for draft in drafts:
        save_entry(session, draft, NOW)


@pytest.fixture
async def written(database: Database) -> Database:
    """A shop that answers three sorts of questions."""
    await database.write(save, FREIGHT, HOURS, WEATHER)
    return database


@pytest.fixture
def embedder() -> LetterEmbedder:
    return LetterEmbedder()


@pytest.fixture
def answering(tokenise: ChineseTokeniser, embedder: LetterEmbedder) -> Answering:
    return Answering(tokenise, embedder)


async def test_the_very_question_is_certain_and_needs_no_meaning(
    written: Database, answering: Answering, embedder: LetterEmbedder
) -> None:
    await answering.complete_vectors(written)
    embedder.embedded.clear()

    found = await answering.find(written, asked(" 包邮吗 "))

    assert (found.entry_ids, found.probability, found.is_certain) == ((1,), SURE, True)
    assert embedder.embedded == []


async def test_other_words_are_compared_by_letters_and_by_meaning(
    written: Database, answering: Answering, embedder: LetterEmbedder
) -> None:
    by_letters = await answering.find(written, asked("邮费怎么算"))
    await answering.complete_vectors(written)
    by_meaning = await answering.find(written, asked("邮费怎么算"))

    assert by_letters.entry_ids[0] == by_meaning.entry_ids[0] == 1
    assert by_letters.threshold > by_meaning.threshold
    assert embedder.embedded[-1] == "邮费怎么算"


@pytest.mark.parametrize("text", ["", "   "])
async def test_nothing_is_looked_up_for_silence(
    written: Database, answering: Answering, text: str
) -> None:
    assert await answering.find(written, asked(text)) == NOTHING


async def test_nothing_is_looked_up_for_other_goals(
    written: Database, answering: Answering
) -> None:
    assert await answering.find(written, asked("包邮吗", "search_product")) == NOTHING


async def test_what_is_not_the_shops_is_declined(written: Database, answering: Answering) -> None:
    for text in ("下雨吗", "明天天气", "天气好的话几点关门"):
        assert await answering.find(written, asked(text, "out_of_scope")) == NOTHING


async def test_an_edited_answer_is_found_at_once(written: Database, answering: Answering) -> None:
    assert not (await answering.find(written, asked("要付邮资不"))).is_certain

    await written.write(save, replace(FREIGHT, questions=("要付邮资不",)))

    assert (await answering.find(written, asked("要付邮资不"))).is_certain


async def test_an_entry_taken_out_is_found_no_more(written: Database, answering: Answering) -> None:
    await written.write(save, replace(FREIGHT, is_live=False))

    found = await answering.find(written, asked("包邮吗"))

    assert 1 not in found.entry_ids


async def test_an_embedder_that_fails_leaves_the_letters(
    written: Database, answering: Answering, embedder: LetterEmbedder
) -> None:
    await answering.complete_vectors(written)
    embedder.fault = EmbedderUnavailable("away")

    found = await answering.find(written, asked("邮费怎么算"))

    assert found.entry_ids[0] == 1


async def test_an_embedder_that_is_slow_leaves_the_letters(
    written: Database,
    answering: Answering,
    embedder: LetterEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await answering.complete_vectors(written)
    embedder.gate = threading.Event()
    monkeypatch.setattr(module, "EMBEDDING_SECONDS", 0.05)

    found = await answering.find(written, asked("邮费怎么算"))

    embedder.gate.set()
    assert found.entry_ids[0] == 1


async def test_vectors_are_computed_once_and_again_for_another_model(
    written: Database, tokenise: ChineseTokeniser
) -> None:
    old, new = LetterEmbedder("old"), LetterEmbedder("new")

    assert await Answering(tokenise, old).complete_vectors(written) == 6
    assert await Answering(tokenise, old).complete_vectors(written) == 0
    assert await Answering(tokenise, new).complete_vectors(written) == 6
    assert len(old.embedded) == len(new.embedded) == 6


async def test_a_run_of_the_duty_ends_and_the_next_goes_on(
    written: Database,
    answering: Answering,
    embedder: LetterEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "A_BATCH", 2)
    monkeypatch.setattr(module, "A_RUN", 4)
    before = await written.read(queries.edition)

    assert await answering.complete_vectors(written) == 4
    assert await written.read(queries.edition) == before
    assert await answering.complete_vectors(written) == 2
    assert await written.read(queries.edition) == before + 1
    assert len(embedder.embedded) == 6


async def test_without_an_embedder_nothing_is_computed(
    written: Database, tokenise: ChineseTokeniser
) -> None:
    answering = Answering(tokenise)

    assert await answering.complete_vectors(written) == 0
    assert (await answering.find(written, asked("包邮吗"))).is_certain


async def test_an_empty_shop_answers_nothing(database: Database, answering: Answering) -> None:
    assert await answering.find(database, asked("包邮吗")) == Found()
