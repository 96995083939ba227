"""A promoter's QR code: made at WeChat, then sent to the promoter as a picture."""

from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from bot import conversations
from bot.channels.official_account_delivery import outcome_of
from bot.clock import Clock
from bot.handlers.order_words import moment_in_words
from bot.messages import Picture, Reply, Text
from bot.outbox import Claimed
from bot.outcomes import Failed, Outcome, Postponed, Sent
from bot.scene_codes import CodePicture, NoPicture, SceneCodes
from bot.speaking import say, write_down
from commerce.distribution.promoters import SCENE
from commerce.sealing import Sealer
from commerce.sources.tables import CodeKind
from wecom.errors import WeChatError

MOST_TRIES: Final = 4
"""Some twenty seconds; then the promoter is told that it did not work."""
LAPSES: Final = "这张推广码{until}前有效，过期了再说“我的推广码”。"
NOT_MADE: Final = "推广码暂时没做出来，过一会儿再说“我的推广码”试试。"


async def promoter_code_picture(codes: SceneCodes, code: str) -> CodePicture:
    """The QR code that makes whoever scans it that promoter's. Raises WeChatError, NoPicture."""
    return await codes.picture(CodeKind.OA, f"{SCENE}{code}")


@dataclass(frozen=True, slots=True)
class PromoterCodeDelivery:
    """Makes one picture a row; making it again gives the same one. Its note sends it."""

    codes: SceneCodes
    sealer: Sealer
    clock: Clock
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Fetch the picture, unless it is here; failed for good after some tries."""
        try:
            made = await promoter_code_picture(self.codes, claimed.payload["code"])
        except NoPicture as error:
            return Failed(str(error))
        except WeChatError as error:
            outcome = outcome_of(error, keyed=True)
            if isinstance(outcome, Postponed) and claimed.attempt >= MOST_TRIES:
                return Failed(outcome.reason)
            return outcome
        until = "" if made.expires_at is None else moment_in_words(made.expires_at)
        return Sent({"picture": made.name, "until": until})

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Send the picture, or say that there is none."""
        replies = _replies(outcome)
        if not replies:
            return
        now = self.clock.now()
        talk = conversations.lock(session, claimed.payload["conversation_id"])
        if say(session, self.sealer, talk, replies, now, about=claimed.key):
            write_down(session, self.sealer, talk.id, None, replies, now, about=claimed.key)


def _replies(outcome: Outcome) -> list[Reply]:
    match outcome:
        case Sent(result) if result is not None:
            until = result["until"]
            lapses = [Text(LAPSES.format(until=until))] if until else []
            return [Picture(result["picture"]), *lapses]
        case Failed():
            return [Text(NOT_MADE)]
    return []
