"""What the shop's people do by hand until they have pages for it: codes and invoices."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.clock import SystemClock
from bot.database import Database
from bot.settings import Settings
from commerce.sealing import Sealer

ACTOR: Final = "agent:cli"


@dataclass(frozen=True, slots=True)
class Counter:
    """One transaction of the shop, for one command."""

    session: Session
    sealer: Sealer
    now: datetime


@contextmanager
def at_counter(settings: Settings) -> Iterator[Counter]:
    """Work on the shop's database; what is done is kept unless it raises."""
    sealer = Sealer.from_setting(settings.field_keys.get_secret_value())
    now = SystemClock(settings.clock_offset_file).now()
    database = Database(settings.database_url)
    try:
        with database.writing() as session:
            yield Counter(session, sealer, now)
    finally:
        database.close()
