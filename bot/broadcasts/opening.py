"""Mass tasks as a part of a running shop."""

from bot.broadcasts.broadcaster import OutboxBroadcaster
from bot.settings import Settings
from commerce.sealing import Sealer


def open_broadcaster(settings: Settings, sealer: Sealer) -> OutboxBroadcaster | None:
    """None for a shop that is not in WeCom."""
    return OutboxBroadcaster(sealer, settings.name) if settings.has_wecom else None
