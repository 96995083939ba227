"""The shop's side in WeCom as a part of a running shop: customer service, contacts, callback."""

from dataclasses import dataclass

from bot.background import Background
from bot.broadcasts.broadcaster import OutboxBroadcaster
from bot.broadcasts.cards import MassCardTaps
from bot.broadcasts.rounds import BroadcastRounds
from bot.channels.wecom import WeComChannel
from bot.clock import Clock
from bot.communities.rounds import CommunityRounds
from bot.contacts.rounds import ContactRounds
from bot.database import Database
from bot.handover.staff_cards import CardTaps
from bot.jobs import Job, SlotJob
from bot.kf.opening import open_customer_service
from bot.pipeline import Pipeline
from bot.platform import Platform
from bot.sender import Sender
from bot.settings import Settings
from bot.wecom_hearing import WeComHearing
from commerce.sealing import Sealer
from wecom.callback import WeComWire


@dataclass(frozen=True, slots=True)
class WeComSide:
    """Its callback, and what the clock does for it."""

    channel: WeComChannel
    jobs: tuple[Job | SlotJob, ...]


def open_wecom_side(
    settings: Settings,
    platform: Platform,
    database: Database,
    clock: Clock,
    sealer: Sealer,
    pipeline: Pipeline,
    sender: Sender,
    background: Background,
) -> WeComSide | None:
    """None for a shop that is not in WeCom."""
    service = open_customer_service(
        settings, platform, database, clock, sealer, pipeline, sender, background
    )
    if service is None or platform.wecom is None:
        return None
    corp_id = settings.wecom_corp_id
    broadcaster = OutboxBroadcaster(sealer, settings.name)
    taps = (CardTaps(database, clock), MassCardTaps(database, clock, broadcaster))
    hearing = WeComHearing(corp_id, service.sync, taps, database, clock, sealer, sender)
    wire = WeComWire(
        corp_id=corp_id,
        token=settings.wecom_token.get_secret_value(),
        aes_key=settings.wecom_aes_key.get_secret_value(),
    )
    channel = WeComChannel(wire, corp_id, hearing.hears(), database, clock, sealer, background)
    contacts = ContactRounds(database, clock, sealer, platform.wecom)
    tasks = BroadcastRounds(database, clock, platform.wecom, broadcaster)
    communities = CommunityRounds(database, clock, sealer, platform.wecom)
    in_service = (*service.jobs(), *channel.jobs(), *contacts.jobs())
    jobs = (*in_service, *tasks.jobs(), *communities.jobs())
    return WeComSide(channel, jobs)
