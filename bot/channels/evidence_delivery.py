"""Fetching the pictures that customers sent as evidence, through the platform's media API."""

import asyncio
from dataclasses import dataclass

from sqlmodel import Session

from bot.channels.official_account_delivery import outcome_of
from bot.clock import Clock
from bot.evidence import LARGEST, EvidenceStore, kind_of_picture
from bot.outbox import Claimed
from bot.outcomes import Failed, Outcome, Sent
from commerce.aftersale.pictures import keep_picture, lose_picture
from commerce.sealing import Sealer
from wecom.errors import Reaction, Refused, WeChatError
from wecom.transport import AsyncWeChatClient


@dataclass(frozen=True, slots=True)
class EvidenceDelivery:
    """Fetches one picture a row. Fetching again gives the same picture, so it may be repeated."""

    client: AsyncWeChatClient
    store: EvidenceStore
    sealer: Sealer
    clock: Clock
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Fetch a picture and keep it; failed for good when WeChat has it no longer."""
        try:
            content = await self.client.download(claimed.payload["media_id"], largest=LARGEST)
        except Refused as error:
            if error.reaction is Reaction.REFRESH_MEDIA:
                return Failed(f"gone: {error}")
            return outcome_of(error, keyed=True)
        except WeChatError as error:
            return outcome_of(error, keyed=True)
        kind = kind_of_picture(content)
        if kind is None:
            return Failed("not a picture")
        name = await asyncio.to_thread(self.store.keep, content)
        return Sent({"name": name, "content_type": kind, "size": len(content)})

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """The request has its picture, or will never have it."""
        row_key = claimed.payload["picture"]
        if isinstance(outcome, Sent) and outcome.result:
            keep_picture(session, self.sealer, row_key, **outcome.result)
        elif isinstance(outcome, Failed):
            lose_picture(session, row_key, self.clock.now())
