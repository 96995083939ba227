"""The clock's round among promoters: what the month that is over brought is told, once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.clock import Clock
from bot.database import Database
from bot.duties import a_few_at_once
from bot.handlers import commission_news_words as words
from bot.jobs import Monthly, Slot, SlotJob
from bot.messages import Text
from bot.unasked import hold_conversation, tell_now
from commerce.distribution import statements
from commerce.ordering.nudging import is_quiet
from commerce.sealing import Sealer

NEWS: Final = timedelta(days=2)
"""After that it is seen among the promoter's own lines."""


@dataclass(frozen=True, slots=True)
class StatementRounds:
    """Draws up the statements that are due and sends them, a promoter a transaction."""

    database: Database
    clock: Clock
    sealer: Sealer

    def jobs(self) -> list[SlotJob]:
        """The round with its rhythm, in the shop's time; of slots that passed the latest runs."""
        return [SlotJob("send commission statements", Monthly(1, "10:00"), self.send_statements)]

    async def send_statements(self, _: Slot) -> None:
        """Tell every promoter to whom the month moved something."""
        tried: set[int] = set()
        while due := set(await self.database.read(statements.list_due, self.clock.now())) - tried:
            tried |= due
            await a_few_at_once(self._send_one, sorted(due))

    async def _send_one(self, customer_id: int) -> None:
        await self.database.write(send_statement, self.sealer, customer_id, self.clock.now())


def send_statement(session: Session, sealer: Sealer, customer_id: int, now: datetime) -> bool:
    """Draw up one promoter's statement; whether it was posted.

    Only who may be written to at this moment is told, and nobody at night: the statement is drawn
    up all the same, and nothing waits.
    """
    talk = hold_conversation(session, customer_id)
    statement = statements.draw_up(session, customer_id, now)
    if statement is None or talk is None or is_quiet(now):
        return False
    told = [Text(words.monthly(statement))]
    about = f"commission_statement:{statement.id}"
    return tell_now(session, sealer, talk, told, now, about=about, until=now + NEWS)
