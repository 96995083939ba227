"""What leaves for WeChat Pay's 商家转账: one transfer a bill number, however often asked for."""

from dataclasses import dataclass
from typing import Final

import structlog
from sqlmodel import Session

from bot.channels.official_account_delivery import outcome_of
from bot.clock import Clock
from bot.outbox import Claimed
from bot.outcomes import Failed, Outcome, Postponed, Sent
from bot.pay_reports import PayReports
from bot.payments.errors import PayRefused
from bot.payments.records import TransferBill
from bot.payments.transfers import Transfers
from wecom.errors import WeChatError

log = structlog.get_logger()

SURE_AFTER: Final = 4
"""Attempts, more than 20 seconds in all: an earlier call is no longer on its way by then."""


@dataclass(frozen=True, slots=True)
class Taken(Sent):
    """WeChat Pay has the transfer, and this is how it stands."""

    bill: TransferBill | None = None


@dataclass(frozen=True, slots=True)
class NeverTaken(Failed):
    """WeChat Pay will not have the transfer, and has none of its number."""


@dataclass(frozen=True, slots=True)
class TransferDelivery:
    """Asks WeChat Pay for a transfer, under the same number however often."""

    transfers: Transfers
    reports: PayReports
    clock: Clock
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Request the transfer; WeChat Pay does it once a number."""
        wanted = claimed.payload
        try:
            bill = await self.transfers.transfer(
                wanted["out_bill_no"], wanted["openid"], wanted["amount"], wanted["remark"]
            )
        except ValueError as error:
            return NeverTaken(str(error))
        except PayRefused as refused:
            if not refused.permanent:
                return outcome_of(refused, keyed=True)
            return await self._after_refusal(claimed, refused)
        except WeChatError as error:
            return outcome_of(error, keyed=True)
        return Taken({"state": bill.state}, bill)

    async def _after_refusal(self, claimed: Claimed, refused: PayRefused) -> Outcome:
        """A refusal is about this call alone: an earlier one may have made the transfer all the
        same, and then its money must not be given back (WeChat Pay docs 发起转账)."""
        try:
            bill = await self.transfers.query(claimed.payload["out_bill_no"])
        except WeChatError as error:
            return Postponed(f"refused ({refused}), and not told whether it is known: {error}")
        if bill is not None:
            return Taken({"state": bill.state}, bill)
        if 1 < claimed.attempt < SURE_AFTER:
            return Postponed(f"refused ({refused}), but an earlier call may still arrive")
        return NeverTaken(str(refused))

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Write down how the transfer stands; money that will never leave is available again."""
        now = self.clock.now()
        if isinstance(outcome, NeverTaken):
            log.error("transfer not accepted", key=claimed.key, why=outcome.reason)
            self.reports.note_no_transfer(session, claimed.payload["out_bill_no"], now)
        elif isinstance(outcome, Taken) and outcome.bill is not None:
            self.reports.note_transfer(session, outcome.bill, now)
