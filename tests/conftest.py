"""What every test may use."""

import os
from datetime import UTC, datetime
from typing import Final

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

LEFT_TO_THE_WHOLE_RUN: Final = (
    *(
        f"tests/commerce/{part}/"
        for part in (
            *("aftersale", "bargains", "calendar", "community", "customers", "distribution"),
            *("flash_sales", "group_buys", "invoices", "ledger", "live", "membership"),
            *("parcels", "payments", "pickup", "promotions", "reconciliation", "watching"),
        )
    ),
    *(
        f"tests/bot/{part}/"
        for part in (
            *("api", "broadcasts", "campaigning", "channels", "checkup", "communities"),
            *("console", "contacts", "duties", "figures", "handover", "kf"),
            *("knowledge", "listening", "notices", "payments", "seeds", "sms", "staff"),
        )
    ),
    *(
        f"tests/bot/handlers/test_{topic}"
        for topic in (
            *("address", "aftersale", "amount", "bargain", "correction", "coupon", "deal"),
            *("distribution", "explaining", "flash", "freight", "group", "invoice", "kind"),
            *("knowledge", "live", "membership", "money", "order", "parcel", "pickup"),
            *("privacy", "receipt", "reference", "reorder", "scanning", "shop_front"),
            *("slot", "talk", "telling", "unsubscribe", "withdrawing", "written"),
        )
    ),
    *("tests/campaigns/attribution/", "tests/campaigns/journeys/", "tests/campaigns/mass/"),
    *("tests/migrations/", "tests/sandbox/"),
)
"""What `make check` has no time for. Who works on one of these runs it by its name."""

ONE_AT_A_TIME: Final = ("faults", "browser", "rasa")
"""Marks of tests that start processes of their own, or share the one Rasa: beside each other they
would only wait for the processor. The whole run gives them one of its workers."""

settings.register_profile("dev", max_examples=50, deadline=None, print_blob=True)
settings.register_profile("ci", max_examples=300, deadline=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "nightly: takes long; runs only when asked for by name")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is left to the whole run; leave out what is `nightly`, unless `-m` names it."""
    for item in items:
        if item.nodeid.startswith(LEFT_TO_THE_WHOLE_RUN):
            item.add_marker(pytest.mark.slow)
        if _needs_processes(item):
            item.add_marker(pytest.mark.xdist_group("processes"))
    if "nightly" in str(config.option.markexpr):
        return
    nightly = [item for item in items if item.get_closest_marker("nightly")]
    items[:] = [item for item in items if item not in nightly]
    config.hook.pytest_deselected(items=nightly)


def _needs_processes(item: pytest.Item) -> bool:
    used = getattr(item, "fixturenames", ())
    is_marked = any(item.get_closest_marker(mark) for mark in ONE_AT_A_TIME)
    return is_marked or not {"stage", "open_stage", "rasa_server"}.isdisjoint(used)


@pytest.fixture
def frozen_clock() -> FrozenClock:
    """Noon of a working day in Shanghai; moves only when told to."""
    return FrozenClock(datetime(2026, 11, 23, 4, 0, tzinfo=UTC))
