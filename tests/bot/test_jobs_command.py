"""`python -m bot jobs`: what an operator reads of the clock's work."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from bot.cli import app
from bot.clock import real_now
from bot.database import Database
from bot.jobs import Daily, Every, SkipAfter, Slot, SlotJob
from bot.jobs.listing import list_jobs
from bot.jobs.slots import claim

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


async def ring(_slot: Slot) -> None:
    """Nobody calls it."""


BELL = SlotJob("bell", Every(timedelta(minutes=1)), ring)
LETTER = SlotJob("letter", Daily("10:00"), ring, overdue=SkipAfter(timedelta(hours=2)))


@pytest.fixture
async def slot(database: Database) -> Slot:
    found = await database.write(claim, BELL, NOW, "shop-1:7")
    assert isinstance(found, Slot)
    return found


@pytest.mark.parametrize(
    ("change", "seconds", "state"),
    [
        ("", 9, "running, last sign of life 0:00:09 ago"),
        ("beat", 9, "running, last sign of life 0:00:08 ago"),
        ("", 31, "silent for 0:00:31: to be taken over"),
        ("finish", 3, "done 0:00:02 ago"),
        ("give_back", 3, "cut off 0:00:02 ago: to be done again"),
        ("finish", -60, "ahead of the clock: waits until it has caught up"),
    ],
)
async def test_the_state_says_who_is_at_it(
    database: Database, slot: Slot, change: str, seconds: int, state: str
) -> None:
    if change:
        await database.write(getattr(slot, change), NOW + SECOND)

    [seen] = await database.read(list_jobs, NOW + seconds * SECOND)

    assert (seen.name, seen.holder, seen.slot, seen.runs) == ("bell", "shop-1:7", NOW, 1)
    assert seen.state == state


@pytest.fixture
def installed(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """What the command finds in its environment."""
    monkeypatch.setenv("SHOP_DATABASE_URL", database_url)
    monkeypatch.setenv("SHOP_ENVIRONMENT", "development")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield database
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


async def test_jobs_are_listed_by_name_with_rhythm_and_policy(installed: Database) -> None:
    for job in (LETTER, BELL):
        await installed.write(claim, job, real_now(), "shop-1:7")

    shown = CliRunner().invoke(app, ["jobs"]).stdout
    lines = CliRunner().invoke(app, ["jobs", "--json"]).stdout.splitlines()

    assert "daily at 10:00" in shown
    assert "skipped after 2:00:00" in shown
    assert "10:00:00" in shown  # The letter's slot, in Shanghai.
    bell, letter = (json.loads(line) for line in lines)
    assert (bell["name"], bell["rhythm"]) == ("bell", "every 0:01:00")
    assert letter["slot"].endswith("T02:00:00+00:00")
