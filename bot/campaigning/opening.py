"""What campaigns need of a running shop, put together for its composition root."""

from collections.abc import Sequence

from bot.campaigning.journey_rounds import journey_jobs
from bot.campaigning.letterbox import OutboxLetterbox
from bot.campaigning.rounds import CampaignRounds
from bot.clock import Clock
from bot.database import Database
from bot.jobs import Job
from campaigns.parts import Parts
from campaigns.ports import Broadcaster
from commerce.sealing import Sealer


def open_parts(sealer: Sealer, shop_name: str, broadcaster: Broadcaster | None) -> Parts:
    """The ways to customers that campaigns use. `broadcaster` is None out of WeCom."""
    return Parts(sealer, OutboxLetterbox(sealer), broadcaster, shop_name)


def campaign_jobs(database: Database, clock: Clock, parts: Parts) -> Sequence[Job]:
    """The rounds among campaigns."""
    rounds = CampaignRounds(database, clock, parts)
    return [*rounds.jobs(), *journey_jobs(database, clock, parts)]
