"""The clock's rounds among the books: WeChat Pay's bills fetched, and everything compared."""

from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlmodel import Session

from bot.clock import Clock
from bot.database import Database
from bot.jobs import Job
from bot.payments.client import PayClient
from bot.payments.trade_bill import BillRefused, TradeBill
from commerce.reconciliation import bill_days, reconciling
from commerce.reconciliation.findings import Finding
from wecom.errors import WeChatError

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reconciling:
    """What does not agree is kept for the operator; it is never mended here."""

    database: Database
    clock: Clock
    pay: PayClient

    def jobs(self) -> list[Job]:
        """The rounds with their rhythm, in the shop's time."""
        return [
            Job("reconcile", timedelta(minutes=5), self.reconcile),
            Job("fetch bills", timedelta(minutes=10), self.fetch_bills),
        ]

    async def reconcile(self) -> tuple[Finding, ...]:
        """Look for what does not agree, and keep it."""
        now = self.clock.now()
        examined = await self.database.read(reconciling.examine, now)
        await self.database.write(reconciling.settle, examined, now)
        if examined.findings:
            log.warning("books do not agree", findings=len(examined.findings))
        return examined.findings

    async def fetch_bills(self) -> None:
        """Fetch the bills that are to be had and not here yet, and compare them."""
        days = await self.database.write(bill_days.take_wanted, self.clock.now())
        fetched = [await self.fetch_bill(day) for day in days]
        if any(fetched):
            await self.reconcile()

    async def fetch_bill(self, day: date) -> bool:
        """Fetch one day's bill; whether it is here. What goes wrong is logged, and tried again."""
        try:
            bill = await self.pay.trade_bill(day)
        except (WeChatError, BillRefused) as error:
            log.warning("bill not fetched", day=day.isoformat(), reason=str(error))
            return False
        return await self.database.write(self._record, day, bill)

    def _record(self, session: Session, day: date, bill: TradeBill | None) -> bool:
        now = self.clock.now()
        if bill is None:
            return bill_days.record_no_bill(session, day, now)
        bill_days.record_bill(session, day, bill.sha1, bill.entries, now)
        return True
