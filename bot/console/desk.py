"""What every page of the console may use of the running shop."""

from dataclasses import dataclass, field

from bot.background import Background
from bot.clock import Clock
from bot.console.feed import Feed
from bot.console.talks.typing_sign import TypingSign
from bot.database import Database
from bot.listeners import Listeners
from bot.sender import Sender
from bot.settings import Settings
from bot.staff.passwords import Vault
from bot.turn import Shop
from campaigns.parts import Parts
from commerce.sealing import Sealer


@dataclass(frozen=True, slots=True)
class Desk:
    """The running shop, as the console needs it. One to a process."""

    database: Database
    clock: Clock
    sealer: Sealer
    shop: Shop
    sender: Sender
    listeners: Listeners
    background: Background
    settings: Settings
    campaign_parts: Parts
    """The ways to customers, for previews and for what operators decide about campaigns."""
    feed: Feed = field(default_factory=Feed)
    vault: Vault = field(default_factory=Vault)
    typing: TypingSign | None = None
    """None where customers cannot be shown it."""

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the shop over TLS: always, but on a developer's own machine."""
        is_public = self.settings.public_url.startswith("https://")
        return is_public or self.settings.environment == "production"
