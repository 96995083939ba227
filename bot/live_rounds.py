"""The clock's round among live streams: those who agreed are reminded, once, where they may be."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.clock import Clock
from bot.database import Database
from bot.duties import a_few_at_once
from bot.handlers.live_words import reminder_in_words
from bot.jobs import Job
from bot.messages import Text
from bot.unasked import hold_conversation, tell_now
from commerce.live import reminding
from commerce.live.tables import LiveReminder
from commerce.sealing import Sealer


@dataclass(frozen=True, slots=True)
class LiveRounds:
    """Looks for reminders that are due and sends them, one a transaction."""

    database: Database
    clock: Clock
    sealer: Sealer

    def jobs(self) -> list[Job]:
        """The round with its rhythm, in the shop's time."""
        return [Job("remind of live streams", timedelta(seconds=15), self.remind_all)]

    async def remind_all(self) -> None:
        """Remind everybody whose stream begins soon."""
        due = await self.database.read(reminding.list_due, self.clock.now())
        await a_few_at_once(self._remind_one, due)

    async def _remind_one(self, reminder_id: int) -> None:
        await self.database.write(remind, self.sealer, reminder_id, self.clock.now())


def remind(session: Session, sealer: Sealer, reminder_id: int, now: datetime) -> bool:
    """Remind one customer of a stream; whether it was posted.

    Only who may be written to at this moment is reminded, and nobody once it has begun.
    """
    reminder = session.get(LiveReminder, reminder_id)
    if reminder is None:
        return False
    talk = hold_conversation(session, reminder.customer_id)
    live = reminding.claim(session, reminder_id, now)
    if live is None or talk is None:
        return False
    told = [Text(reminder_in_words(live, now))]
    about, until = f"live:{reminder_id}", live.starts_at
    return tell_now(session, sealer, talk, told, now, about=about, until=until)
