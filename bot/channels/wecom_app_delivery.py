"""Cards of the shop's own app, on the phones of its people."""

from dataclasses import dataclass

from sqlmodel import Session

from bot.channels.official_account_delivery import outcome_of
from bot.outbox import Claimed
from bot.outcomes import Outcome, Sent
from wecom.client import AsyncWeComClient
from wecom.errors import WeChatError


@dataclass(frozen=True, slots=True)
class AppCardDelivery:
    """Sends a card. WeCom drops the same one within half an hour, so a doubtful call goes again."""

    client: AsyncWeComClient
    agent_id: str
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Send it to all it is for; people who are not there are left out by WeCom."""
        told = claimed.payload
        try:
            sent = await self.client.app.send_card(self.agent_id, told["userids"], told["card"])
        except WeChatError as error:
            return outcome_of(error, keyed=True)
        return Sent({"msgid": sent.msgid, "response_code": sent.response_code})

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Nothing depends on it: who waits is seen in the console too."""
