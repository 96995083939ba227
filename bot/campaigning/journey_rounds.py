"""The clock's rounds among plans and journeys: runs begin, customers enter, steps are done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from bot.clock import Clock
from bot.database import Database
from bot.jobs import Job
from bot.listeners import is_nobodys_fault
from campaigns import plans
from campaigns.journeys import causes, ending, entering, sop, stepping
from campaigns.parts import Parts
from campaigns.runner import RunHalted
from campaigns.shapes import Trigger

log = structlog.get_logger()

A_ROUND: Final = 200
"""Steps of one round: what is left is due a second later."""
A_PAGE: Final = 500
"""Customers who enter a SOP in one transaction."""


@dataclass(frozen=True, slots=True)
class JourneyRounds:
    """Each round looks for what is due now; doing it again does no harm."""

    database: Database
    clock: Clock
    parts: Parts

    def jobs(self) -> list[Job]:
        """The rounds with their rhythm, in the shop's time."""
        return [
            Job("begin campaigns", timedelta(seconds=1), self.begin),
            Job("take steps of journeys", timedelta(seconds=1), self.take_steps),
            Job("enter journeys", timedelta(minutes=1), self.enter_soon),
            Job("enter journeys in time", timedelta(minutes=10), self.enter_in_time),
            Job("enter sops", timedelta(minutes=5), self.enter_sops),
        ]

    async def begin(self) -> None:
        """Begin the runs whose moment has come."""
        for campaign_id in await self.database.read(plans.due, self.clock.now()):
            await self.database.write(plans.begin_due, campaign_id, self.clock.now())

    async def take_steps(self) -> None:
        """Do the steps that are due, one a transaction; end what was stopped."""
        if await self.database.read(ending.is_any_stopped):
            letterbox = self.parts.letterbox
            while await self.database.write(
                ending.end_stopped, letterbox, self.clock.now(), A_PAGE
            ):
                pass
        for entry_id in await self.database.read(stepping.list_due, self.clock.now(), A_ROUND):
            await self._take_step(entry_id)

    async def enter_soon(self) -> None:
        """Let customers enter for causes where minutes count."""
        await self._enter(causes.SOON)

    async def enter_in_time(self) -> None:
        """Let customers enter for the others."""
        await self._enter(causes.IN_TIME)

    async def enter_sops(self) -> None:
        """Let customers and customer groups enter the SOPs that are for them."""
        for run_id in await self.database.read(sop.list_sops, self.clock.now()):
            await self.database.write(sop.enter_groups, run_id, self.clock.now())
            last: int | None = 0
            while last is not None:
                last = await self.database.write(
                    sop.enter_customers, run_id, last, self.clock.now(), A_PAGE
                )

    async def _enter(self, triggers: Sequence[Trigger]) -> None:
        while await self.database.write(entering.enter_due, triggers, self.clock.now()):
            pass

    async def _take_step(self, entry_id: int) -> None:
        try:
            await self.database.write(stepping.step, self.parts, entry_id, self.clock.now())
        except RunHalted:
            return  # It is due again once the run goes on.
        except Exception as error:
            if is_nobodys_fault(error):
                raise
            # A step that our own code fails on must not keep others from theirs.
            log.exception("step failed", entry_id=entry_id)
            await self.database.write(stepping.try_later, entry_id, self.clock.now())


def journey_jobs(database: Database, clock: Clock, parts: Parts) -> Sequence[Job]:
    """The rounds among plans and journeys."""
    return JourneyRounds(database, clock, parts).jobs()
