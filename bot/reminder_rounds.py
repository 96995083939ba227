"""The clock's round among groups that lapse soon: their people are reminded."""

from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock
from bot.database import Database
from bot.duties import a_few_at_once
from bot.jobs import Job
from bot.messenger import OutboxMessenger
from campaigns import group_reminders
from campaigns.group_reminders import DueReminder
from commerce.sealing import Sealer


@dataclass(frozen=True, slots=True)
class ReminderRounds:
    """Looks for who is due now and reminds them, a person a transaction."""

    database: Database
    clock: Clock
    sealer: Sealer

    def jobs(self) -> list[Job]:
        """The round with its rhythm, in the shop's time."""
        return [Job("remind of groups", timedelta(seconds=10), self.remind_of_groups)]

    async def remind_of_groups(self) -> None:
        """Remind leaders and unpaid joiners of groups that lack people."""
        due = await self.database.read(group_reminders.list_due, self.clock.now())
        await a_few_at_once(self._remind_one, due)

    async def _remind_one(self, due: DueReminder) -> None:
        messenger = OutboxMessenger(self.sealer)
        await self.database.write(
            group_reminders.remind, self.sealer, messenger, due, self.clock.now()
        )
