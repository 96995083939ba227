"""What runs all day reads what is open, however much is done."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from bot import conversations, health, inbox, outbox
from bot.clock import FrozenClock
from bot.database import Database
from commerce.payments.closing import list_payments_to_ask
from commerce.payments.refunds import list_refunds_to_ask
from commerce.privacy import requests as privacy
from commerce.privacy.tables import PrivacyKind
from commerce.sealing import Sealer
from tests.commerce.shop import NOW
from tests.fixtures.query_plans import plans_of

FULL = re.compile(
    r"SCAN (inbox|outbox|earlier|payment|refund|privacy_request)(?! USING (COVERING )?INDEX ix_)"
)
"""A step that reads every row. Walking a partial index reads what is open."""


@pytest.fixture
def plan_of(database: Database) -> Iterator[Callable[[Callable[[Session], Any]], list[str]]]:
    """Runs a function on an empty SQLite; the steps of SQLite's plans for its statements."""
    with database.writing() as session:

        def plan(function: Callable[[Session], Any]) -> list[str]:
            return [step for step, _ in plans_of(session, function)]

        yield plan


@pytest.mark.parametrize(
    "name",
    [
        "conversations.lock",
        "outbox.unpark",
        "outbox.end_lost_leases",
        "outbox.claim_due",
        "inbox.take_up_left_behind",
        "inbox.oldest_waiting",
        "health.count_backlog",
        "list_payments_to_ask",
        "list_refunds_to_ask",
        "privacy.list_due",
        "privacy.find_live",
    ],
)
def test_no_statement_of_the_day_reads_a_whole_table(
    plan_of: Callable[[Callable[[Session], Any]], list[str]],
    sealer: Sealer,
    frozen_clock: FrozenClock,
    name: str,
) -> None:
    now = frozen_clock.now()
    calls: dict[str, Callable[[Session], Any]] = {
        "conversations.lock": lambda s: conversations.lock(s, 1),
        "outbox.unpark": lambda s: outbox.unpark(s, 1, now),
        "outbox.end_lost_leases": lambda s: outbox.end_lost_leases(s, now, ["pay.refund"]),
        "outbox.claim_due": lambda s: outbox.claim_due(s, sealer, now),
        "inbox.take_up_left_behind": lambda s: inbox.take_up_left_behind(s, now),
        "inbox.oldest_waiting": lambda s: inbox.oldest_waiting(s, sealer, 1),
        "health.count_backlog": health.count_backlog,
        "list_payments_to_ask": lambda s: list_payments_to_ask(s, now),
        "list_refunds_to_ask": lambda s: list_refunds_to_ask(s, now),
        "privacy.list_due": lambda s: privacy.list_due(s, now),
        "privacy.find_live": lambda s: privacy.find_live(s, 1, PrivacyKind.ERASE),
    }

    steps = plan_of(calls[name])

    assert steps
    assert [step for step in steps if FULL.match(step)] == []


@pytest.mark.parametrize(
    ("look", "index"),
    [
        (lambda s: privacy.list_due(s, NOW), "ix_privacy_request_due"),
        (lambda s: privacy.find_live(s, 1, PrivacyKind.ERASE), "uq_privacy_request_live"),
    ],
)
def test_open_requests_about_data_are_found_by_their_own_indexes(
    database: Database, look: Callable[[Session], Any], index: str
) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        asked.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.reading() as session:
        look(session)
        event.remove(database.engine, "before_cursor_execute", note)
        statement, values = asked[-1]  # Before it the transaction was begun.
        # Without its values: SQLite first plans before it knows them, and would plan again.
        unknown = (None,) * len(values)
        connection = session.connection()
        (step, *_) = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", unknown)

    assert index in step[3]
