"""What leaves for WeChat Pay: closing an order, giving money back. Both carry our own number."""

from dataclasses import dataclass

import structlog
from sqlmodel import Session

from bot.channels.official_account_delivery import outcome_of
from bot.clock import Clock
from bot.outbox import Claimed
from bot.outcomes import Failed, Outcome, Sent
from bot.pay_reports import PayReports
from bot.payments.client import PayClient
from bot.payments.errors import OrderPaid
from bot.payments.records import Payment, Refund
from wecom.errors import WeChatError

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Settled(Sent):
    """Sent, with what WeChat Pay said about the payment or refund."""

    report: Payment | Refund | None = None


@dataclass(frozen=True, slots=True)
class CloseDelivery:
    """Closes a payment at WeChat Pay; the order follows once that is confirmed."""

    pay: PayClient
    reports: PayReports
    clock: Clock
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Close by our number; when the customer was faster, learn how they paid."""
        number = claimed.payload["out_trade_no"]
        try:
            try:
                await self.pay.close(number)
            except OrderPaid:
                return Settled({"closed": False}, await self.pay.query(number))
        except WeChatError as error:
            return outcome_of(error, keyed=True)
        return Settled({"closed": True})

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Closed there: close here. Paid there: paid here, without waiting for a notify."""
        number, now = claimed.payload["out_trade_no"], self.clock.now()
        if not isinstance(outcome, Settled):
            return
        if isinstance(outcome.report, Payment):
            self.reports.note_payment(session, outcome.report, now)
        elif outcome.result and outcome.result["closed"]:
            self.reports.note_closed(session, number, now)


@dataclass(frozen=True, slots=True)
class RefundDelivery:
    """Asks WeChat Pay for a refund, under the same number however often."""

    pay: PayClient
    reports: PayReports
    clock: Clock
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Request the refund; WeChat Pay does it once a number."""
        wanted = claimed.payload
        try:
            refund = await self.pay.refund(
                out_refund_no=wanted["out_refund_no"],
                out_trade_no=wanted["out_trade_no"],
                refund=wanted["refund"],
                total=wanted["total"],
                reason=wanted["reason"],
            )
        except WeChatError as error:
            return outcome_of(error, keyed=True)
        return Settled({"state": refund.state}, refund)

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Write down how the refund stands; one that was refused is left to the operator."""
        if isinstance(outcome, Failed):
            log.error("refund not accepted", key=claimed.key, why=outcome.reason)
        if isinstance(outcome, Settled) and isinstance(outcome.report, Refund):
            self.reports.note_refund(session, outcome.report, self.clock.now())
