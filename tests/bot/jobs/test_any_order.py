"""Three processes, their deaths and stops, and a clock that nobody can trust: one effect a slot."""

import asyncio
import contextlib
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import Session, SQLModel, text

from bot.clock import FrozenClock
from bot.database import Database
from bot.jobs import Daily, Each, Every, Jobs, Once, Overtaken, SkipAfter, Slot, SlotJob
from bot.jobs.overdue import Overdue
from bot.jobs.rhythms import Rhythm
from tests.bot.jobs.stopwatch import Stopwatch
from tests.fixtures.databases import spare_the_disk

NOON = datetime(2028, 2, 28, 4, 0, tzinfo=UTC)
"""The next day is a leap day."""
PROCESSES = st.integers(0, 2)
ORDERS = st.permutations(range(3))
LEASE = 30.0
TABLE = "CREATE TABLE effect (slot text, epoch integer, epoch_then integer)"
EFFECT = """
INSERT INTO effect SELECT :slot, :epoch, epoch FROM job_slot WHERE job = 'diary'
"""


@dataclass
class Process:
    """One that ticks. It stands still in the middle of a run until it is told to go on."""

    jobs: Jobs
    ticking: "asyncio.Task[None] | None" = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    may_go_on: "asyncio.Future[None] | None" = None
    slot: Slot | None = None


class Processes(RuleBasedStateMachine):
    """The model: effects are counted by what the database holds, slots by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database(f"sqlite:///{Path(self.folder.name) / 'shop.db'}")
        spare_the_disk(self.database)
        with self.database.writing() as session:
            SQLModel.metadata.tables["job_slot"].create(session.connection())
            session.execute(text(TABLE))
        self.clock, self.stopwatch = FrozenClock(NOON), Stopwatch()
        self.latest = NOON
        self.dead: list[Process] = []

    def start(self, rhythm: Rhythm, overdue: Overdue) -> None:
        self.rhythm, self.overdue = rhythm, overdue
        self.processes = [self.new_process() for _ in range(3)]
        self.look(0)
        self.first = rhythm.number_at(NOON) + (not rhythm.begins_at_once)

    def new_process(self) -> Process:
        async def act(slot: Slot) -> None:
            process.slot = slot
            process.may_go_on = self.loop.create_future()
            process.arrived.set()
            await process.may_go_on
            await self.database.write(effect, slot)

        def effect(session: Session, slot: Slot) -> None:
            session.execute(text(EFFECT), {"slot": slot.at.isoformat(), "epoch": slot.epoch})

        job = SlotJob("diary", self.rhythm, act, overdue=self.overdue)
        process = Process(Jobs(self.database, self.clock, [job], elapsed=self.stopwatch))
        return process

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        self.loop.run_until_complete(work)

    def look(self, number: int) -> None:
        """A process ticks, unless it is in the middle of a run."""
        process = self.processes[number]
        if process.may_go_on is None:
            process.ticking = self.loop.create_task(process.jobs.tick())
            self.settle(process)

    @rule(order=ORDERS)
    def all_look(self, order: list[int]) -> None:
        for number in order:
            self.look(number)

    @rule(number=PROCESSES)
    def go_on(self, number: int) -> None:
        """A run comes to its effect, however long it has stood still."""
        process = self.processes[number]
        if process.may_go_on is not None:
            process.may_go_on.set_result(None)
            process.may_go_on = None
            self.settle(process)

    def settle(self, process: Process) -> None:
        """Until its tick is over, or it stands in a run."""

        async def wait() -> None:
            assert process.ticking is not None
            arriving = self.loop.create_task(process.arrived.wait())
            await asyncio.wait({process.ticking, arriving}, return_when=asyncio.FIRST_COMPLETED)
            arriving.cancel()
            process.arrived.clear()

        self.do(wait())

    @rule(order=ORDERS)
    def work(self, order: list[int]) -> None:
        """A second as most are: whoever finds something due does it."""
        for number in order:
            self.look(number)
            self.go_on(number)

    @rule(number=PROCESSES)
    def show_life(self, number: int) -> None:
        process = self.processes[number]
        if process.may_go_on is not None and process.slot is not None:
            with contextlib.suppress(Overtaken):
                self.do(self.database.write(process.slot.beat, self.clock.now()))

    @rule(number=PROCESSES)
    def die(self, number: int) -> None:
        self.dead.append(self.processes[number])
        self.processes[number] = self.new_process()

    @rule(order=ORDERS, seconds=st.sampled_from([LEASE / 2, LEASE, LEASE * 3]))
    def wait(self, order: list[int], seconds: float) -> None:
        self.all_look(order)
        self.stopwatch.advance(seconds)
        self.all_look(order)

    @rule(order=ORDERS, hours=st.sampled_from([-60, -12, -6, 1, 6, 12, 60]))
    def set_clock(self, order: list[int], hours: int) -> None:
        self.clock.advance(hours=hours)
        self.latest = max(self.latest, self.clock.now())
        self.all_look(order)

    @invariant()
    def each_slot_has_one_effect_and_none_is_stale(self) -> None:
        effects = self.effects()
        assert len({slot for slot, _, _ in effects}) == len(effects)
        assert all(epoch == then for _, epoch, then in effects)

    def effects(self) -> list[Any]:
        with self.database.reading() as session:
            return list(session.execute(text("SELECT slot, epoch, epoch_then FROM effect")).all())

    def teardown(self) -> None:
        try:
            if hasattr(self, "processes"):
                self.everybody_comes_to_an_end()
        finally:
            self.do(self.stop())
            self.database.close()
            self.loop.close()
            self.folder.cleanup()

    async def stop(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def everybody_comes_to_an_end(self) -> None:
        """The clock is right again, and what is due is done."""
        self.clock.advance(hours=24 + (self.latest - self.clock.now()) / timedelta(hours=1))
        for _ in range(3):
            for number, process in enumerate(self.processes):
                self.look(number)
                while process.may_go_on is not None:
                    self.go_on(number)
            self.stopwatch.advance(LEASE)
        self.each_slot_has_one_effect_and_none_is_stale()
        present = self.rhythm.number_at(self.clock.now())
        done = {self.rhythm.number_at(datetime.fromisoformat(each[0])) for each in self.effects()}
        match self.overdue:
            case Each():
                assert done == set(range(self.first, present + 1))
            case Once():
                assert present in done


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rhythm", "overdue"),
    [
        (Every(timedelta(hours=12)), Once()),
        (Daily("10:00"), Each(10_000)),
        (Every(timedelta(hours=12)), SkipAfter(timedelta(hours=7))),
    ],
    ids=str,
)
def test_each_slot_has_one_effect_whatever_happens(rhythm: Rhythm, overdue: Overdue) -> None:
    class OfThisKind(Processes):
        @initialize()
        def begin(self) -> None:
            self.start(rhythm, overdue)

    run_state_machine_as_test(
        OfThisKind, settings=settings(max_examples=25, stateful_step_count=20, deadline=None)
    )
