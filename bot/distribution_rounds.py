"""The clock's rounds among commissions: what was frozen long enough can be withdrawn."""

from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock
from bot.database import Database
from bot.duties import a_few_at_once
from bot.jobs import Job
from commerce.distribution import following


@dataclass(frozen=True, slots=True)
class DistributionRounds:
    """Each round looks for what is due now and does it, an order a transaction."""

    database: Database
    clock: Clock

    def jobs(self) -> list[Job]:
        """The rounds with their rhythm, in the shop's time."""
        return [Job("free commissions", timedelta(minutes=1), self.free_commissions)]

    async def free_commissions(self) -> None:
        """Let commissions be withdrawn whose days of freezing are over."""
        due = await self.database.read(following.list_maturing, self.clock.now())
        await a_few_at_once(self._follow_one, due)

    async def _follow_one(self, order_id: int) -> None:
        await self.database.write(following.follow, order_id, self.clock.now())
