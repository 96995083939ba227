"""Customer service in WeCom as a part of a running shop."""

from dataclasses import dataclass

from bot.background import Background
from bot.clock import Clock
from bot.database import Database
from bot.jobs import Job
from bot.kf.rounds import KfRounds
from bot.kf.syncing import KfSync
from bot.pipeline import Pipeline
from bot.platform import Platform
from bot.sender import Sender
from bot.settings import Settings
from commerce.sealing import Sealer


@dataclass(frozen=True, slots=True)
class CustomerService:
    """Its reading and its rounds."""

    sync: KfSync
    rounds: KfRounds

    def jobs(self) -> list[Job]:
        """What the clock does for it."""
        return [*self.sync.jobs(), *self.rounds.jobs()]


def open_customer_service(
    settings: Settings,
    platform: Platform,
    database: Database,
    clock: Clock,
    sealer: Sealer,
    pipeline: Pipeline,
    sender: Sender,
    background: Background,
) -> CustomerService | None:
    """That of the accounts in the settings; None for a shop that is not in WeCom."""
    if platform.wecom is None:
        return None
    kf, open_kfids = platform.wecom.kf, settings.open_kfids
    sync = KfSync(
        kf,
        open_kfids,
        database=database,
        clock=clock,
        sealer=sealer,
        pipeline=pipeline,
        sender=sender,
        background=background,
    )
    return CustomerService(sync, KfRounds(kf, open_kfids, database, clock, sealer))
