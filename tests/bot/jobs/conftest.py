"""Two processes with one job, one database and one stopwatch."""

from collections.abc import Iterator

import pytest

from bot.clock import FrozenClock
from bot.database import Database
from bot.jobs import Jobs
from tests.bot.jobs.bell import Bell
from tests.bot.jobs.stopwatch import Stopwatch


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def here(database: Database, frozen_clock: FrozenClock, stopwatch: Stopwatch, bell: Bell) -> Jobs:
    return Jobs(database, frozen_clock, [bell.job], elapsed=stopwatch)


@pytest.fixture
def elsewhere(database_url: str) -> Iterator[Database]:
    """The database of another process."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def there(elsewhere: Database, frozen_clock: FrozenClock, stopwatch: Stopwatch, bell: Bell) -> Jobs:
    """Another process."""
    return Jobs(elsewhere, frozen_clock, [bell.job], elapsed=stopwatch)
