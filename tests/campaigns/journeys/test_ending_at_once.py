"""A journey ends at the very moment at which it speaks: nothing of it leaves."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from bot.database import Database
from bot.tables import OutboxMessage, OutboxState
from campaigns import deferring
from campaigns.journeys import entering, hearing, stepping
from campaigns.journeys.causes import SOON
from campaigns.journeys.tables import EntryState, JourneyEntry
from campaigns.tables import Delivery, DeliveryState
from commerce.inserting import id_of
from commerce.shanghai import SHANGHAI
from tests.campaigns.crowd import PARTS
from tests.campaigns.journeys.journeying import begin, leave_cart, says, tick, visitor

pytestmark = pytest.mark.database

EVENING = datetime(2026, 11, 23, 21, 50, tzinfo=SHANGHAI).astimezone(UTC)
MORNING = datetime(2026, 11, 24, 8, tzinfo=SHANGHAI).astimezone(UTC)
PEOPLE = 12


def prepare(session: Session) -> int:
    """A journey of one step, which many are about to enter; the run's number."""
    run = begin(session, EVENING, [says("s1")], trigger="cart_left")
    for _ in range(PEOPLE):
        leave_cart(session, visitor(session, EVENING), EVENING)
    return id_of(run)


def put_off(session: Session) -> list[int]:
    """All were spoken to, and what was said waits for the morning; the deliveries."""
    run_id = prepare(session)
    tick(session, EVENING)
    until = EVENING + timedelta(minutes=10)
    deferring.put_off(session, PARTS.letterbox, run_id, MORNING, until)
    return [each or 0 for each in session.exec(select(Delivery.id))]


def enter(session: Session) -> list[int]:
    """All have entered, and their step is due; the entries."""
    prepare(session)
    entering.enter_due(session, SOON, EVENING)
    return [each or 0 for each in session.exec(select(JourneyEntry.id))]


def take_up(session: Session, delivery_id: int) -> None:
    """The morning has come."""
    deferring.take_up(session, PARTS, delivery_id, MORNING)


def step(session: Session, entry_id: int) -> None:
    """The step is taken."""
    stepping.step(session, PARTS, entry_id, EVENING)


def buy(session: Session, customer_id: int) -> None:
    """They buy, and the journey hears of it."""
    subject = {"customer_id": customer_id}
    hearing.hear(session, PARTS.letterbox, "order_paid", subject, MORNING, MORNING)


@pytest.mark.parametrize(("ready", "speak"), [(put_off, take_up), (enter, step)])
async def test_who_buys_while_it_speaks_hears_nothing(
    database: Database,
    ready: Callable[[Session], list[int]],
    speak: Callable[[Session, int], None],
) -> None:
    about = await database.write(ready)
    rows = select(JourneyEntry.customer_id).order_by(JourneyEntry.id)  # type: ignore[arg-type]
    people = await database.read(lambda session: list(session.exec(rows)))

    await asyncio.gather(
        *(
            call
            for which, who in zip(about, people, strict=True)
            for call in (database.write(speak, which), database.write(buy, who or 0))
        )
    )

    with database.reading() as session:
        states = session.exec(select(OutboxMessage.state)).all()
        deliveries = session.exec(select(Delivery.state)).all()
        entries = session.exec(select(JourneyEntry.state)).all()
    assert set(states) <= {OutboxState.SUPERSEDED}
    assert set(deliveries) <= {DeliveryState.HELD_BACK}
    assert entries == [EntryState.ENDED_EARLY] * PEOPLE
