"""What is to be done, and when."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.jobs.overdue import ONCE, Overdue
from bot.jobs.rhythms import Every, Rhythm
from bot.jobs.slots import Slot

LEASE: Final = timedelta(seconds=30)
"""A holder shows a sign of life three times in this time; who shows none is taken over."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something done about once every `every` of the shop's time, by one process at a time.

    `run` finds what is due and does it; what was left undone is due still in the next slot. A
    process that dies or stands still loses its run after `lease`, and another does it again: doing
    it twice must do no harm. What the first still writes is refused (`Overtaken`).
    """

    name: str
    every: timedelta
    run: Callable[[], Awaitable[object]]
    lease: timedelta = LEASE

    @property
    def rhythm(self) -> Rhythm:
        """Slots of one length."""
        return Every(self.every)

    @property
    def overdue(self) -> Overdue:
        """A round finds all that is due: one makes up for any number of them."""
        return ONCE

    async def start(self, slot: Slot) -> None:  # noqa: ARG002 - a round looks for what is due
        """Run it."""
        await self.run()


@dataclass(frozen=True, slots=True)
class SlotJob:
    """Something done for each slot: `run` is told which, by `slot.at`.

    A job that is new has missed nothing: with `Daily` and `Monthly` its first slot is the next.
    A run that raises is over, and its slot with it. One that was cut off is done again, by whoever
    comes first; a run that calls `slot.finish` in the transaction of its effect is not.
    """

    name: str
    rhythm: Rhythm
    run: Callable[[Slot], Awaitable[object]]
    overdue: Overdue = ONCE
    lease: timedelta = LEASE

    async def start(self, slot: Slot) -> None:
        """Run it."""
        await self.run(slot)
