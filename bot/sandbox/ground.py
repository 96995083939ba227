"""What every part of the platform stands on."""

from dataclasses import dataclass

from bot.sandbox.clock import SandboxClock
from bot.sandbox.counters import Counters
from bot.sandbox.feed import Feed
from bot.sandbox.settings import SandboxSettings
from bot.sandbox.store import Store


@dataclass(frozen=True)
class Ground:
    """One of each: settings, database, clock, and who is told or counts."""

    settings: SandboxSettings
    store: Store
    clock: SandboxClock
    feed: Feed
    counters: Counters


def lay_ground(settings: SandboxSettings) -> Ground:
    """Open the database and the clock."""
    store, clock = Store(settings.database), SandboxClock(settings.clock_offset_file)
    return Ground(settings, store, clock, Feed(), Counters(store, clock))
