"""The demo shop as its commands make it, once a run; every dialogue is had in a copy of it."""

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest
from rich.progress import Progress

from bot.app import open_shop
from bot.carriers.trackers import Trackers
from bot.clock import FrozenClock, real_now
from bot.database import Database
from bot.seeding import seed_shop
from bot.settings import Settings
from bot.turn import Shop
from commerce.sealing import Sealer
from nlu.cascade import Cascade
from nlu.dictionary import Dictionary
from nlu.keyword_parser import KeywordParser
from nlu.rasa_parser import RasaParser
from tests.dialogues.chat import Chat, Overheard
from tests.fixtures.databases import spare_the_disk
from tests.nlu.rasa_fixture import RasaServer

PATIENT: float = 30.0
"""Seconds: a busy machine must not turn Rasa's answers into those of keywords."""
OPENED_AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Nine o'clock of the day of the dialogues: what the shop plans is planned from here on."""


@dataclass(frozen=True)
class Seeded:
    """A shop with its goods and answers, to copy, and what all copies share."""

    database: Path
    lexicon: Path
    shop: Shop


@pytest.fixture(scope="session")
def seeded(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    """The demo shop, seeded once."""
    folder = tmp_path_factory.mktemp("dialogues")
    file = folder / "shop.db"
    shutil.copy(sqlite_template, file)
    offset = folder / "clock-offset"
    offset.write_text(str((OPENED_AT - real_now()).total_seconds()))
    settings = Settings(
        database_url=f"sqlite:///{file}",
        clock_offset_file=offset,
        var_folder=folder,
        lexicon_file=folder / "catalogue.txt",
        session_secret="a secret of the tests",
    )
    # Goods and answers; its last step paints pictures, which nobody sees here.
    list(islice(seed_shop(settings, Progress(disable=True)), 2))
    sealer = Sealer({"test": bytes(range(32))})
    return Seeded(file, settings.lexicon_file, open_shop(settings, sealer, Trackers({}, None)))


@pytest.fixture(scope="module")
def rasa_of_the_shop(rasa_server: RasaServer, seeded: Seeded) -> Iterator[RasaServer]:
    """The run's Rasa, for the length of the dialogues with the catalogue's words."""
    beside = rasa_server.lexicon.with_suffix(".dialogues")
    shutil.copy(seeded.lexicon, beside)
    beside.replace(rasa_server.lexicon)
    yield rasa_server
    rasa_server.lexicon.unlink(missing_ok=True)


@pytest.fixture
async def cascade(rasa_of_the_shop: RasaServer) -> AsyncIterator[Cascade]:
    """Understands as the shop does, with the real Rasa."""
    dictionary = Dictionary(rasa_of_the_shop.lexicon)
    rasa = RasaParser(rasa_of_the_shop.url, rasa_of_the_shop.token, dictionary, deadline=PATIENT)
    cascade = Cascade(rasa, KeywordParser(dictionary))
    yield cascade
    await cascade.close()


@pytest.fixture
def chat(
    seeded: Seeded, cascade: Cascade, frozen_clock: FrozenClock, tmp_path: Path
) -> Iterator[Chat]:
    """A customer in a shop of their own."""
    file = tmp_path / "shop.db"
    shutil.copy(seeded.database, file)
    database = Database(f"sqlite:///{file}")
    spare_the_disk(database)
    yield Chat(database, seeded.shop, Overheard(cascade), frozen_clock)
    database.close()
