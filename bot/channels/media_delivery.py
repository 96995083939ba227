"""Fetching what customers sent, through a platform's media API."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from sqlmodel import Session

from bot import received_media
from bot.channels.official_account_delivery import outcome_of
from bot.evidence import EvidenceStore, kind_of_picture
from bot.outbox import Claimed
from bot.outcomes import Failed, Outcome, Sent
from bot.received_media_tables import MediaState
from commerce.sealing import Sealer
from wecom.errors import Reaction, Refused, WeChatError
from wecom.media import MediaTooLarge

TOO_LARGE: Final = "too large"
MOST_TRIES: Final = 12
"""Over some hours; what does not come by then never does."""
_TYPES: Final[Mapping[str, str]] = {"voice": "audio/amr", "video": "video/mp4"}
_ANY: Final = "application/octet-stream"


class GivesFiles(Protocol):
    """A platform's client."""

    async def download(self, media_id: str, *, largest: int) -> bytes:
        """A file of so many bytes at most. Raises WeChatError."""


@dataclass(frozen=True, slots=True)
class MediaDelivery:
    """Fetches one file a row. Fetching again gives the same file, so it may be repeated."""

    client: GivesFiles
    store: EvidenceStore
    sealer: Sealer
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Fetch a file and keep it; failed for good when it is too large, or gone."""
        kind, media_id = claimed.payload["kind"], claimed.payload["media_id"]
        try:
            content = await self.client.download(media_id, largest=received_media.LARGEST[kind])
        except MediaTooLarge:
            return Failed(TOO_LARGE)
        except WeChatError as error:
            is_gone = isinstance(error, Refused) and error.reaction is Reaction.REFRESH_MEDIA
            if is_gone or claimed.attempt >= MOST_TRIES:
                return Failed(f"gone: {error}")
            return outcome_of(error, keyed=True)
        content_type = kind_of_picture(content) if kind == "image" else _TYPES.get(kind)
        name = await asyncio.to_thread(self.store.keep, content)
        return Sent({"name": name, "content_type": content_type or _ANY, "size": len(content)})

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """The message has its file, or will never have it."""
        inbox_key = claimed.payload["inbox_key"]
        if isinstance(outcome, Sent) and outcome.result:
            received_media.keep(session, self.sealer, inbox_key, **outcome.result)
        elif isinstance(outcome, Failed):
            is_large = outcome.reason == TOO_LARGE
            state = MediaState.TOO_LARGE if is_large else MediaState.GONE
            received_media.lose(session, inbox_key, state)
