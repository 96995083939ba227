"""What the rounds ask each second and each minute reads what is due, however many there are."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session

from campaigns.journeys import causes, ending, entering, stepping
from campaigns.shapes import EarlyEnd
from tests.campaigns.crowd import PARTS
from tests.campaigns.journeys.journeying import begin, says
from tests.commerce.shop import NOW

WHOLE = re.compile(
    r"SCAN (journey_entry|customer|customer_summary|customer_order|coupon|buying_group)\b"
)
BY_PARTNERS = re.compile(r"ix_customer_merged_into_id")
"""Nearly everybody was never merged into another."""

ROUNDS: dict[str, Callable[[Session], Any]] = {
    "steps": lambda session: stepping.list_due(session, NOW, 100),
    "ends": lambda session: ending.end_by(session, PARTS.letterbox, 1, EarlyEnd.REPLY, NOW, NOW),
    "stopped": ending.is_any_stopped,
    "entries": lambda session: entering.enter_due(session, causes.SOON, NOW),
}


@pytest.mark.parametrize("name", ROUNDS)
def test_a_round_reads_no_table_whole(session: Session, name: str) -> None:
    for trigger in causes.SOON:
        begin(session, NOW, [says("s1")], trigger=trigger.value, after_minutes=30)
    driver: Any = session.connection().connection.driver_connection
    said: list[str] = []
    driver.set_trace_callback(said.append)

    ROUNDS[name](session)

    driver.set_trace_callback(None)
    asked = [statement for statement in said if statement.startswith("SELECT")]
    assert asked
    steps = [
        row[3] for statement in asked for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}")
    ]
    assert [step for step in steps if WHOLE.search(step) or BY_PARTNERS.search(step)] == []
