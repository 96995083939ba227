"""What sending needs of the application, made once and handed on."""

from dataclasses import dataclass

from campaigns.ports import Broadcaster, Letterbox
from commerce.sealing import Sealer


@dataclass(frozen=True, slots=True)
class Parts:
    """The ways to customers, and what words are made with."""

    sealer: Sealer
    letterbox: Letterbox
    broadcaster: Broadcaster | None
    """None for a shop that is not in WeCom."""
    shop_name: str
