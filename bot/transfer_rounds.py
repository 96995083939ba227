"""The clock's rounds among transfers to promoters: asked about until they are over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlmodel import Session

from bot.clock import Clock
from bot.database import Database
from bot.duties import a_few_at_once
from bot.jobs import Job
from bot.pay_calls import want_transferred
from bot.pay_reports import PayReports
from bot.payments.records import TransferBill
from bot.payments.transfers import Transfers
from commerce.distribution import withdrawals
from commerce.distribution.tables import Withdrawal, WithdrawalState
from commerce.errors import NotFound
from commerce.sealing import Sealer
from wecom.errors import WeChatError

log = structlog.get_logger()

REPEATED_FOR: Final = timedelta(days=25)
"""WeChat Pay forgets a number after 30 days: repeated later, it could be paid a second time."""


@dataclass(frozen=True, slots=True)
class TransferRounds:
    """Finds transfers whose notify never came, and asks again for those that never arrived."""

    database: Database
    clock: Clock
    sealer: Sealer
    transfers: Transfers
    reports: PayReports

    def jobs(self) -> list[Job]:
        """The round with its rhythm, in the shop's time."""
        return [Job("ask about transfers", timedelta(seconds=30), self.ask_about_transfers)]

    async def ask_about_transfers(self) -> None:
        """Ask about those whose turn has come; each waits longer for its next one."""
        due = await self.database.write(withdrawals.take_to_ask, self.clock.now())
        await a_few_at_once(self.ask_about, due)

    async def ask_about(self, withdrawal: Withdrawal) -> None:
        """Ask WeChat Pay how one transfer stands and write it down."""
        try:
            bill = await self.transfers.query(withdrawal.out_bill_no)
        except WeChatError as error:
            number = withdrawal.withdrawal_no
            log.warning("transfer not asked", withdrawal_no=number, reason=str(error))
            return
        await self.database.write(self._note, withdrawal.withdrawal_no, bill, withdrawal.ask_at)

    def _note(
        self,
        session: Session,
        withdrawal_no: str,
        bill: TransferBill | None,
        again_at: datetime | None,
    ) -> None:
        now = self.clock.now()
        if bill is not None:
            self.reports.note_transfer(session, bill, now)
        withdrawal = withdrawals.find_withdrawal(session, withdrawal_no)
        if withdrawal is None or again_at is None:
            return
        # The package comes with the answer to the transfer alone: asked for again, it comes again.
        lacks_package = withdrawal.state == WithdrawalState.WAIT_CONFIRM and not withdrawal.package
        if withdrawal.state not in withdrawals.ASKED_ABOUT or not (bill is None or lacks_package):
            return
        if now >= (withdrawal.decided_at or withdrawal.asked_at) + REPEATED_FOR:
            log.error("transfer is too old to repeat", withdrawal_no=withdrawal_no)
            return
        try:
            want_transferred(session, self.sealer, withdrawal, now, again_at=again_at)
        except NotFound:
            log.warning("transfer without a receiver", withdrawal_no=withdrawal_no)
