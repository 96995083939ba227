"""The clock's rounds among group-buys: those whose time is up are ended, to the second."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.clock import Clock
from bot.database import Database
from bot.duties import a_few_at_once
from bot.jobs import Job
from commerce.group_buys import ending

LEASE: Final = timedelta(seconds=5)
"""After a death in the middle of a round, groups end this much late; each takes milliseconds."""


@dataclass(frozen=True, slots=True)
class GroupRounds:
    """Ends what is due now, a group a transaction: what was not ended is due again."""

    database: Database
    clock: Clock

    def jobs(self) -> list[Job]:
        """The round with its rhythm, in the shop's time."""
        return [Job("end group-buys", timedelta(seconds=1), self.end_due, LEASE)]

    async def end_due(self) -> None:
        """End groups whose time is up, and for which no money is in the air."""
        due = await self.database.read(ending.list_due, self.clock.now())
        await a_few_at_once(self._end_one, due)

    async def _end_one(self, group_id: int) -> None:
        await self.database.write(ending.end, group_id, self.clock.now())
