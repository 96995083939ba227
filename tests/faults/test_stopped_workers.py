"""Eight processes on one PostgreSQL, two of them stopped in the middle of a run and resumed."""

import asyncio
import os
import signal
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import text

from bot.database import Database
from tests.faults.job_worker import SLOWLY, STARTED
from tests.fixtures.processes import Program, shown_on_failure, until

pytestmark = [pytest.mark.slow, pytest.mark.faults]

PROCESSES = 8
SLOTS = int(os.environ.get("JOB_SLOTS", "1500"))
LEASE_SECONDS = float(os.environ.get("JOB_LEASE", "1"))
STOPPED_SECONDS = float(os.environ.get("JOB_STOPPED", "3"))
TABLE = "CREATE TABLE effect (job text, slot timestamptz, epoch int, epoch_then int, pid int)"


def rows(database: Database, sql: str) -> list[Any]:
    with database.reading() as session:
        return list(session.execute(text(sql)).all())


async def stop_in_the_middle(workers: list[Program], where: str) -> Program:
    """Stop whoever comes to that point of a run first."""
    before = {worker.name: len(lines_of(worker, where)) for worker in workers}
    found: list[Program] = []

    def has_come() -> bool:
        found[:] = [each for each in workers if len(lines_of(each, where)) > before[each.name]]
        return bool(found)

    await until(has_come, within=20, what=f"a run that is {where}")
    found[0].send(signal.SIGSTOP)
    return found[0]


def start_clock(folder: Path) -> None:
    """Let the shop's time begin to pass."""
    (folder / "part").write_text(str(time.monotonic()))
    (folder / "part").rename(folder / STARTED)


def lines_of(worker: Program, word: str) -> list[str]:
    return [line for line in worker.log.read_text().splitlines() if line.startswith(word)]


@pytest.mark.parametrize("database_kind", ["postgres"], scope="session")
async def test_each_slot_has_one_effect_though_two_are_stopped_and_resumed(
    database: Database, database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with database.writing() as session:
        session.execute(text(TABLE))
    arguments = ("tests.faults.job_worker", database_url, str(SLOTS), str(LEASE_SECONDS))
    workers = [Program(f"worker-{n}", *arguments, folder=tmp_path) for n in range(PROCESSES)]
    with shown_on_failure(request, *workers):
        for worker in workers:
            worker.log.touch()
            worker.start()
        await until(
            lambda: all(lines_of(each, "ready") for each in workers),
            within=60,
            what="the processes to be ready",
        )
        start_clock(tmp_path)
        await asyncio.sleep(1)
        (tmp_path / SLOWLY).touch()
        running = await stop_in_the_middle(workers, "running")
        others = [worker for worker in workers if worker is not running]
        writing = await stop_in_the_middle(others, "writing")
        (tmp_path / SLOWLY).unlink()
        seen_then = len(rows(database, "SELECT 1 FROM effect"))
        await asyncio.sleep(STOPPED_SECONDS)
        for stopped in (running, writing):
            stopped.send(signal.SIGCONT)
        statuses = [await worker.ended(within=150) for worker in workers]

    assert statuses == [0] * PROCESSES
    effects = rows(database, "SELECT job, slot, epoch, epoch_then, pid FROM effect ORDER BY slot")
    assert len(effects) > seen_then  # The others went on meanwhile.
    assert [each for each in effects if each.epoch != each.epoch_then] == []
    slots = [(each.job, each.slot) for each in effects]
    assert len(set(slots)) == len(slots)
    in_order = [slot for job, slot in slots if job == "each"]
    steps = {(after - before).total_seconds() for before, after in pairwise(in_order)}
    assert steps == {1.0}
    assert len(in_order) >= SLOTS
    assert len({each.pid for each in effects}) > PROCESSES / 2
    for stopped in (running, writing):
        assert "job overtaken" in stopped.log.read_text()
