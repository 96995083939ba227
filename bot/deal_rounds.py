"""The clock's rounds among flash sales and bargains: begun, announced, ended on time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.clock import Clock
from bot.database import Database
from bot.duties import a_few_at_once
from bot.handlers import deal_news_words as words
from bot.jobs import Job
from bot.messages import Text
from bot.unasked import hold_conversation, tell_now
from commerce.bargains import expiring
from commerce.flash_sales import planning, reminding
from commerce.flash_sales.queries import moment_in_words
from commerce.flash_sales.reminding import DueReminder
from commerce.sealing import Sealer


@dataclass(frozen=True, slots=True)
class DealRounds:
    """Each round looks for what is due now and does it, a sale or a customer a transaction."""

    database: Database
    clock: Clock
    sealer: Sealer

    def jobs(self) -> list[Job]:
        """The rounds with their rhythm, in the shop's time."""
        return [
            Job("switch flash sales", timedelta(seconds=10), self.switch_sales),
            Job("remind of flash sales", timedelta(seconds=10), self.remind),
            Job("expire bargains", timedelta(minutes=1), self.expire_bargains),
        ]

    async def switch_sales(self) -> None:
        """Set aside for sales that start soon, put back what is left of those that are over."""
        over = await self.database.read(planning.list_over, self.clock.now())
        await a_few_at_once(self._end_one, over)
        due = await self.database.read(planning.list_to_switch_on, self.clock.now())
        await a_few_at_once(self._switch_on_one, due)

    async def remind(self) -> None:
        """Tell customers of sales that they wanted to be reminded of."""
        due = await self.database.read(reminding.list_due, self.clock.now())
        await a_few_at_once(self._remind_one, due)

    async def expire_bargains(self) -> None:
        """Close bargains whose time is up."""
        while await self.database.write(expiring.expire_over, self.clock.now()) == expiring.AT_ONCE:
            pass

    async def _end_one(self, sale_id: int) -> None:
        await self.database.write(planning.end_over, sale_id, self.clock.now())

    async def _switch_on_one(self, sale_id: int) -> None:
        await self.database.write(planning.switch_on, sale_id, self.clock.now())

    async def _remind_one(self, due: DueReminder) -> None:
        await self.database.write(remind_one, self.sealer, due, self.clock.now())


def remind_one(session: Session, sealer: Sealer, due: DueReminder, now: datetime) -> bool:
    """Remind a customer of a sale, once; whether it was posted.

    Only who may be written to at this moment is reminded, and nothing is sent once it has begun.
    """
    talk = hold_conversation(session, due.customer_id)
    sale = reminding.claim(session, due.sale_id, due.customer_id, now)
    if sale is None or talk is None:
        return False
    minutes = max(1, round((sale.starts_at - now) / timedelta(minutes=1)))
    starts = moment_in_words(sale.starts_at, now)
    replies = [Text(words.FLASH_SOON.format(name=sale.name, minutes=minutes, starts=starts))]
    about = f"flash:{due.sale_id}:{due.customer_id}"
    return tell_now(session, sealer, talk, replies, now, about=about, until=sale.starts_at)
