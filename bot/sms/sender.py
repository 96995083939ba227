"""Who sends SMS, and what can come of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.errors import BotError


class SmsRefused(BotError):
    """The provider surely did not send it. `may_pass`: it may later, such as a flow limit."""

    def __init__(self, reason: str, *, may_pass: bool = False) -> None:
        super().__init__(reason)
        self.may_pass = may_pass


class SmsInDoubt(BotError):
    """The request left, and nobody knows whether the SMS did."""


@dataclass(frozen=True, slots=True)
class Sms:
    """One message on a template. `out_id` is ours: the provider keeps it with its record."""

    phone: str
    template: str
    values: Mapping[str, str]
    out_id: str


class SmsSender(Protocol):
    """One provider. No provider knows a key under which a repetition would be absorbed."""

    async def send(self, sms: Sms) -> str:
        """Send one; the provider's number of it. Raises SmsRefused or SmsInDoubt."""
