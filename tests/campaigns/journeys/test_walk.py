"""Journeys against a model: whatever happens, in whatever order, and however the clock jumps."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, update

from campaigns.journeys import ending, hearing
from campaigns.journeys.tables import JourneyEntry
from campaigns.tables import CampaignRun, Delivery, DeliveryState
from commerce.inserting import affected_rows, id_of
from commerce.shanghai import SHANGHAI
from tests.campaigns.crowd import PARTS
from tests.campaigns.journeys.journeying import (
    begin,
    deliveries,
    entries,
    leave_cart,
    says,
    tick,
    visitor,
    waits,
)

BEGINS = datetime(2026, 12, 30, 18, tzinfo=SHANGHAI).astimezone(UTC)
RIPENS = timedelta(minutes=30)
OLD_NEWS = timedelta(hours=3)
PAUSE = timedelta(minutes=90)
AGAIN = timedelta(days=1)
PEOPLE = 3
ENDING = {"buys": "purchase", "writes": "reply", "calls": "handover"}
HEARD = {"buys": "order_paid", "writes": "customer_wrote", "calls": "handover_queued"}
NODES = [says("s1", "w1"), waits("w1", "s2", minutes=90), says("s2")]


@dataclass
class Person:
    """Somebody as the model has them: one stay at most, and all that came of earlier ones."""

    cart_left_at: datetime | None = None
    node: str = ""
    """Where they are; nowhere, if empty."""
    wake_at: datetime = BEGINS
    entered_at: datetime | None = None
    said: list[tuple[str, datetime]] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)

    def end(self, why: str) -> None:
        """Leave the journey, if they are on it."""
        if self.node:
            self.node = ""
            self.ends.append(why)

    def tick(self, now: datetime) -> None:
        """What the rounds of a moment do with them."""
        if not self.node and self._may_enter(now):
            self.node, self.wake_at, self.entered_at = "s1", now, now
        while self.node and self.wake_at <= now:
            self._step(now)

    def _may_enter(self, now: datetime) -> bool:
        left_at, last = self.cart_left_at, self.entered_at
        is_ripe = left_at is not None and RIPENS <= now - left_at < RIPENS + OLD_NEWS
        is_new = last is None or (left_at is not None and last < left_at)
        return is_ripe and is_new and (last is None or now - last >= AGAIN)

    def _step(self, now: datetime) -> None:
        if self.node == "w1":
            self.node, self.wake_at = "s2", now
        elif morning := next_morning(now):
            self.wake_at = morning
        elif self.cart_left_at is None:
            self.end(ending.OVER)
        elif self.node == "s1":
            self.said.append(("s1", now))
            self.node, self.wake_at = "w1", now + PAUSE
        else:
            self.said.append(("s2", now))
            self.end("")


def next_morning(now: datetime) -> datetime | None:
    """When the night ends that it is; None by day."""
    local = now.astimezone(SHANGHAI)
    if 8 <= local.hour < 22:
        return None
    day = local.date() + timedelta(days=local.hour >= 22)
    return datetime(day.year, day.month, day.day, 8, tzinfo=SHANGHAI)


EVENTS = st.tuples(
    st.sampled_from(("leaves", "leaves", "empties", *ENDING)), st.integers(0, PEOPLE - 1)
)
JUMPS = st.sampled_from((1, 5, 29, 30, 31, 60, 90, 120, 211, 600, 1441))
"""Minutes; 120 are a power cut."""
WALK = st.lists(st.tuples(st.none() | EVENTS, JUMPS), min_size=4, max_size=16)


def compare(session: Session, walk: list[tuple[tuple[str, int] | None, int]]) -> None:
    """Live through a walk twice, in the shop and in the model."""
    run = begin(session, BEGINS, NODES, trigger="cart_left", after_minutes=30, again_after_days=1)
    people = {visitor(session, BEGINS): Person() for _ in range(PEOPLE)}
    now = BEGINS
    for happening, minutes in walk:
        if happening is not None:
            customer_id, person = list(people.items())[happening[1]]
            happen(session, happening[0], customer_id, person, now)
        now += timedelta(minutes=minutes)
        tick(session, now)
        letters_leave(session)
        for person in people.values():
            person.tick(now)
        for customer_id, person in people.items():
            agree(entries(session, run, customer_id), person)
    said(session, run, people)


def letters_leave(session: Session) -> None:
    """What was said has arrived: of the model nothing waits in the outbox."""
    arrived = update(Delivery).where(col(Delivery.state) == DeliveryState.POSTED)
    affected_rows(session, arrived.values(state=DeliveryState.SENT.value))


def happen(session: Session, what: str, customer_id: int, person: Person, now: datetime) -> None:
    """Something happens, in the shop and in the model."""
    if what in ENDING:
        person.end(ENDING[what])
        hearing.hear(session, PARTS.letterbox, HEARD[what], {"customer_id": customer_id}, now, now)
        return
    person.cart_left_at = now if what == "leaves" else None
    leave_cart(session, customer_id, person.cart_left_at)


def agree(found: list[JourneyEntry], person: Person) -> None:
    """One entry at a time, where the model has them, ended as in the model."""
    active = [entry for entry in found if entry.state == "active"]
    assert [entry.node for entry in active] == ([person.node] if person.node else [])
    assert [entry.wake_at for entry in active] == ([person.wake_at] if person.node else [])
    assert [entry.end_reason for entry in found if entry.state != "active"] == person.ends


def said(session: Session, run: CampaignRun, people: dict[int, Person]) -> None:
    """Everybody was told what the model was, at the same moments, and never in the night."""
    found: dict[int, list[tuple[str, datetime]]] = {customer_id: [] for customer_id in people}
    for each in deliveries(session, run):
        found[each.customer_id or 0].append((each.node, each.planned_at))
        assert next_morning(each.planned_at) is None
    assert found == {customer_id: person.said for customer_id, person in people.items()}
    occasions = [(each.occasion, each.node) for each in deliveries(session, run)]
    assert len(set(occasions)) == len(occasions)
    assert {occasion for occasion, _ in occasions} <= {
        id_of(entry) for entry in entries(session, run)
    }


@pytest.mark.database
def test_a_night_and_a_power_cut_at_the_end_of_a_year(session: Session) -> None:
    compare(
        session,
        [
            (("leaves", 0), 30),
            (("leaves", 1), 120),
            (("writes", 1), 60),
            (("empties", 0), 211),
            (("leaves", 2), 600),
            (None, 1441),
            (("leaves", 2), 31),
            (("buys", 2), 120),
            (("leaves", 0), 60),
            (None, 90),
        ],
    )


@pytest.mark.slow
@settings(
    max_examples=40,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # A walk takes long to shrink.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(WALK)
def test_whatever_happens_the_journey_is_as_the_model_has_it(
    session: Session, walk: list[tuple[tuple[str, int] | None, int]]
) -> None:
    lived = session.begin_nested()
    try:
        compare(session, walk)
    finally:
        lived.rollback()
        session.expunge_all()
