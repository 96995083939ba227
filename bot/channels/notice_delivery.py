"""Subscription messages, of the mini-program (订阅消息) and of the official account (订阅通知)."""

from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session

from bot.channels.official_account_delivery import outcome_of
from bot.clock import Clock
from bot.notices import wallet
from bot.outbox import Claimed
from bot.outcomes import Failed, Outcome, Sent
from wecom.errors import Reaction, Refused, WeChatError
from wecom.transport import AsyncWeChatClient

NO_CREDIT: Final = "no consent"
"""What a row says whose customer refuses, or has used what they allowed (43101)."""


@dataclass(frozen=True, slots=True)
class NoticeDelivery:
    """Sends one by its app. The APIs have no key: what is doubtful is not repeated."""

    client: AsyncWeChatClient
    channel: str
    mini_program_app_id: str
    clock: Clock
    keyed: bool = False

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Send one message."""
        try:
            await self.client.subscriptions.send(self.channel, self._body(claimed))
        except WeChatError as error:
            if isinstance(error, Refused) and error.reaction is Reaction.CREDIT_GONE:
                return Failed(NO_CREDIT)
            return outcome_of(error, keyed=False)
        return Sent()

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Bring the wallet in line with what the platform said."""
        told = claimed.payload
        who = told["account"], told["openid"], told["template_id"]
        if isinstance(outcome, Failed):
            if outcome.reason == NO_CREDIT:
                wallet.empty(session, *who, self.clock.now())
            else:
                wallet.add(session, *who, self.clock.now())

    def _body(self, claimed: Claimed) -> dict[str, Any]:
        told = claimed.payload
        body = {
            "touser": told["openid"],
            "template_id": told["template_id"],
            "data": told["data"],
        }
        if not told["page"]:
            return body
        if self.channel == "mini_program":
            return {**body, "page": told["page"]}
        target = {"appid": self.mini_program_app_id, "pagepath": told["page"]}
        return {**body, "miniprogram": target}
