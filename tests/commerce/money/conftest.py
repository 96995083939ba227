"""Many callers of one shop."""

from collections.abc import Iterator, Sequence

import pytest

from bot.database import Database


@pytest.fixture
def bridges(database: Database, database_url: str) -> Iterator[Sequence[Database]]:
    """Two processes' bridges, of eight writers each; SQLite has one writer."""
    if database.is_sqlite:
        yield [database]
        return
    other = Database(database_url)
    yield [database, other]
    other.close()
