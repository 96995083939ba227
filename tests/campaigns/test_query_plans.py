"""What a campaign asks for each batch and each message reads a few rows, however large the run."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from sqlmodel import Session

from bot import outbox
from bot.database import Database
from bot.outcomes import Sent
from campaigns import deferring, runner
from campaigns.tables import DeliveryState
from commerce.inserting import id_of
from tests.campaigns.campaigning import delivery_of
from tests.campaigns.crowd import PARTS, new_run, somebody
from tests.commerce.shop import NOW, SEALER
from tests.fixtures.query_plans import plans_of

LARGE: Final = "delivery|outbox|customer|conversation|identity|contact|kf_session|mass_receipt"
WHOLE: Final = re.compile(
    rf"SCAN ({LARGE})\b(?! USING (COVERING )?INDEX ix_\w+_(due|run))"
    r"|SEARCH delivery USING (COVERING )?INDEX (ix_delivery_run|uq_delivery)"
    r" \(run_id=\?( AND (state|occasion)=\?)*\)"
)
"""A step that reads every row of a large table, or all deliveries of a run or of one state."""


def steps_of(database: Database, function: Callable[[Session], Any]) -> list[str]:
    """The steps of SQLite's plans for what a function asks, each with its statement."""
    with database.writing() as session:
        return [f"{step}: {asked[:240]}" for step, asked in plans_of(session, function)]


def with_run(database: Database) -> int:
    """A run over twelve customers, nobody of whom was looked at."""
    with database.writing() as session:
        for _ in range(12):
            somebody(session)
        return id_of(new_run(session))


def plan(run_id: int) -> Callable[[Session], Any]:
    return lambda session: runner.plan_batch(session, PARTS, run_id, NOW, 5)


def claim(session: Session) -> list[outbox.Claimed]:
    return list(outbox.claim_due(session, SEALER, NOW + timedelta(seconds=1), limit=5))


def test_a_batch_reads_its_own_customers_alone(database: Database) -> None:
    run_id = with_run(database)
    with database.writing() as session:
        plan(run_id)(session)

    steps = steps_of(database, plan(run_id))

    assert any("delivery" in step for step in steps)
    assert [step for step in steps if WHOLE.match(step)] == []


def test_a_message_that_leaves_reads_its_own_rows_alone(database: Database) -> None:
    run_id = with_run(database)
    with database.writing() as session:
        plan(run_id)(session)

    def leave(session: Session) -> None:
        claimed = claim(session)
        assert claimed
        for each in claimed:
            assert outbox.record(session, each, Sent(), NOW)

    steps = steps_of(database, leave)

    assert [step for step in steps if WHOLE.match(step)] == []


def test_taking_up_reads_what_is_due(database: Database) -> None:
    with database.writing() as session:
        run = new_run(session)
        deferred = {"state": DeliveryState.DEFERRED, "due_at": NOW, "sent_at": None}
        for _ in range(3):
            delivery_of(session, run, somebody(session), NOW, node="hello", **deferred)

    steps = steps_of(database, lambda session: deferring.take_up_due(session, PARTS, NOW, 2))

    assert any("delivery" in step for step in steps)
    assert [step for step in steps if WHOLE.match(step)] == []
