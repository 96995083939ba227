"""What segments ask of customers, compared with the books every night, and scores made anew."""

from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.clock import Clock
from bot.contacts.standing import follow_contacts
from bot.database import Database
from bot.jobs import Daily, Slot, SlotJob
from commerce.customers.summary_rebuild import find_quintiles, rebuild, score
from commerce.customers.tables import Customer

log = structlog.get_logger()

A_BATCH: Final = 500
"""Customers a transaction: the shop goes on beside it."""
AT_NIGHT: Final = "03:40"


@dataclass(frozen=True, slots=True)
class SummaryRounds:
    """Walks over all customers twice: to mend, then to score."""

    database: Database
    clock: Clock

    def jobs(self) -> list[SlotJob]:
        """Once a night, in Shanghai."""
        return [SlotJob("rebuild customer summaries", Daily(AT_NIGHT), self._run)]

    async def rebuild(self) -> int:
        """Mend and score everybody; how many summaries were wrong."""
        upper = await self.database.read(_newest)
        mended = 0
        for first in range(1, upper + 1, A_BATCH):
            last = min(first + A_BATCH - 1, upper)
            mended += await self.database.write(_mend, first, last)
        quintiles = await self.database.read(find_quintiles)
        for first in range(1, upper + 1, A_BATCH):
            last = min(first + A_BATCH - 1, upper)
            await self.database.write(score, quintiles, first, last)
        if mended:
            log.warning("customer summaries mended", mended=mended)
        return mended

    async def _run(self, _slot: Slot) -> None:
        await self.rebuild()


def _newest(session: Session) -> int:
    return session.exec(select(func.max(col(Customer.id)))).one() or 0


def _mend(session: Session, first: int, last: int) -> int:
    return rebuild(session, first, last) + follow_contacts(session, first, last)
