"""What leaves for the mini-program's shipping service: which parcels a paid order went into."""

from dataclasses import dataclass

from sqlmodel import Session

from bot.channels.official_account_delivery import outcome_of
from bot.clock import Clock
from bot.database import Database
from bot.outbox import Claimed
from bot.outcomes import Failed, Outcome, Sent
from bot.shipping_info import show_refused
from commerce.parcels.reporting import is_overtaken, record_report
from commerce.parcels.tables import ReportState
from wecom.errors import WeChatError
from wecom.transport import AsyncWeChatClient

NO_MINI_PROGRAM = "no mini-program is set up"
OVERTAKEN = "a later report says more"


@dataclass(frozen=True, slots=True)
class Skipped(Sent):
    """Nothing had to be sent."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class ShippingInfoDelivery:
    """Tells WeChat of a payment's parcels; without a mini-program, nobody.

    A repeated call could use up the one correction that a payment has, so what became of an
    earlier one is asked first.
    """

    client: AsyncWeChatClient | None
    database: Database
    clock: Clock
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Upload one report, unless WeChat has it already or a later one is on its way."""
        if self.client is None:
            return Skipped(reason=NO_MINI_PROGRAM)
        if await self.database.read(is_overtaken, claimed.payload["report_id"]):
            return Skipped(reason=OVERTAKEN)
        body = claimed.payload["body"]
        try:
            if claimed.attempt > 1 and await self.client.shipping.has(body):
                return Sent({"found": True})
            await self.client.shipping.upload(body)
        except WeChatError as error:
            return outcome_of(error, keyed=True)
        return Sent()

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Write down what became of the report; a person is told of one that was refused."""
        report_id, now = claimed.payload["report_id"], self.clock.now()
        match outcome:
            case Skipped(reason=reason):
                record_report(session, report_id, ReportState.SKIPPED, reason, now)
            case Sent():
                record_report(session, report_id, ReportState.TAKEN, "", now)
            case Failed(reason):
                record_report(session, report_id, ReportState.REFUSED, reason, now)
                show_refused(claimed.payload["order_no"], reason)
