"""What every test may use."""

import os
from datetime import UTC, datetime

import pytest
from hypothesis import settings

from bot.clock import FrozenClock

pytest_plugins = (
    "tests.fixtures.browser",
    "tests.fixtures.databases",
    "tests.fixtures.network",
    "tests.fixtures.postgres",
    "tests.nlu.rasa_fixture",
    "tests.fixtures.processes",
    "tests.fixtures.stage",
)

settings.register_profile("dev", max_examples=50, deadline=None, print_blob=True)
settings.register_profile("ci", max_examples=300, deadline=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "nightly: takes long; runs only when asked for by name")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave what is marked `nightly` out, unless the expression of `-m` speaks of it."""
    if "nightly" in str(config.option.markexpr):
        return
    nightly = [item for item in items if item.get_closest_marker("nightly")]
    items[:] = [item for item in items if item not in nightly]
    config.hook.pytest_deselected(items=nightly)


@pytest.fixture
def frozen_clock() -> FrozenClock:
    """Noon of a working day in Shanghai; moves only when told to."""
    return FrozenClock(datetime(2026, 11, 23, 4, 0, tzinfo=UTC))
