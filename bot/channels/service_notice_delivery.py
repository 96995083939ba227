"""Service notices by template message (模板消息) and by SMS, and the next way after a refusal."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session

from bot.channels.official_account_delivery import outcome_of
from bot.clock import Clock
from bot.notices import reports
from bot.notices.posting import post_next
from bot.outbox import Claimed
from bot.outcomes import Doubtful, Failed, Outcome, Postponed, Sent
from bot.sender import Deliverer
from bot.sms.sender import Sms, SmsInDoubt, SmsRefused, SmsSender
from commerce.sealing import Sealer
from wecom.errors import Reaction, Refused, WeChatError
from wecom.transport import AsyncWeChatClient

KEY_LASTS: Final = timedelta(minutes=9)
"""Within ten minutes a repetition under one `client_msg_id` is absorbed (发送模板消息)."""
KEY_TOO_OLD: Final = "its key has lapsed since it was tried first"
IN_REVIEW: Final = "the platform holds the content for review"
QUOTA_USED: Final = "the day's quota is used"
NO_SMS: Final = "no SMS provider is set up"
MOST_TRIES: Final = 4
"""Of an SMS that the provider surely did not send."""


@dataclass(frozen=True, slots=True)
class TemplateDelivery:
    """Sends template messages, keyed by `client_msg_id` for as long as WeChat remembers it."""

    client: AsyncWeChatClient
    account: str
    mini_program_app_id: str
    sealer: Sealer
    clock: Clock
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Send one. What is in review is not sent again: it is refused for good."""
        told = claimed.payload
        posted_at = datetime.fromisoformat(told["posted_at"])
        if claimed.attempt > 1 and self.clock.now() - posted_at > KEY_LASTS:
            return Doubtful(KEY_TOO_OLD)
        try:
            msg_id = await self.client.subscriptions.send_template(self._body(claimed))
        except WeChatError as error:
            if isinstance(error, Refused) and error.reaction is Reaction.IN_REVIEW:
                return Failed(IN_REVIEW)
            if isinstance(error, Refused) and error.reaction is Reaction.PAUSE_API:
                return Failed(QUOTA_USED)
            return outcome_of(error, keyed=True)
        return Sent({"msg_id": msg_id})

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Remember by which number the platform will report of it."""
        if isinstance(outcome, Sent) and outcome.result:
            number = int(outcome.result["msg_id"])
            now = self.clock.now()
            reports.note_sent(session, self.sealer, self.account, number, claimed.key, now)

    def _body(self, claimed: Claimed) -> dict[str, Any]:
        told = claimed.payload
        body = {
            "touser": told["openid"],
            "template_id": told["template_id"],
            "client_msg_id": hashlib.sha256(claimed.key.encode()).hexdigest()[:32],
            "data": told["data"],
        }
        if not told["page"]:
            return body
        target = {"appid": self.mini_program_app_id, "pagepath": told["page"]}
        return {**body, "miniprogram": target}


@dataclass(frozen=True, slots=True)
class SmsDelivery:
    """Sends SMS. Providers know no key: what is doubtful is shown, and not repeated."""

    sender: SmsSender | None
    keyed: bool = False

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Send one under an `OutId` by which people find it at the provider."""
        told = claimed.payload
        if self.sender is None:
            return Failed(NO_SMS)
        out_id = hashlib.sha256(claimed.key.encode()).hexdigest()[:32]
        sms = Sms(told["phone"], told["template_id"], told["data"], out_id)
        try:
            number = await self.sender.send(sms)
        except SmsInDoubt as error:
            return Doubtful(f"{error} (OutId {out_id})")
        except SmsRefused as error:
            if error.may_pass and claimed.attempt < MOST_TRIES:
                return Postponed(str(error))
            return Failed(str(error))
        return Sent({"biz_id": number, "out_id": out_id})

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Nothing depends on it."""


@dataclass(frozen=True, slots=True)
class WithNextWay:
    """A delivery of notices: what it surely did not send is said by the customer's next way.

    What a campaign wants is left to the campaign.
    """

    delivery: Deliverer
    sealer: Sealer
    clock: Clock

    @property
    def keyed(self) -> bool:
        """As the delivery is."""
        return self.delivery.keyed

    async def deliver(self, claimed: Claimed) -> Outcome:
        """As the delivery does."""
        return await self.delivery.deliver(claimed)

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """After a refusal post the next one, in the transaction that records it."""
        self.delivery.note(session, claimed, outcome)
        if isinstance(outcome, Failed) and claimed.run_id is None:
            post_next(session, self.sealer, claimed.key, claimed.payload, self.clock.now())
