"""Steps of a journey: done once, in their order, at their time, and not after it is over."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.campaigning import journey_hearing
from bot.tables import Conversation, OutboxState
from campaigns import activating, deferring
from campaigns import deliveries as settling
from campaigns.journeys import ending, hearing, stepping, subjects
from campaigns.journeys.tables import EntryState
from campaigns.limits import Reason
from campaigns.tables import Campaign, CampaignState, DeliveryState
from commerce.customers.tables import Customer
from commerce.customers.tags import save_tag, tag_customer
from commerce.events import ShopEvent
from commerce.inserting import id_of
from commerce.shanghai import SHANGHAI
from tests.campaigns.crowd import PARTS
from tests.campaigns.journeys.journeying import (
    WHO_IS_NEW,
    asks,
    begin,
    deliveries,
    entries,
    leave_cart,
    moves,
    says,
    tick,
    visitor,
    waits,
)
from tests.commerce.shop import SEALER

NOON = datetime(2026, 11, 23, 12, tzinfo=SHANGHAI).astimezone(UTC)
EVENING = datetime(2026, 11, 23, 21, 50, tzinfo=SHANGHAI).astimezone(UTC)
NIGHT = datetime(2026, 11, 23, 23, tzinfo=SHANGHAI).astimezone(UTC)
MORNING = datetime(2026, 11, 24, 8, tzinfo=SHANGHAI).astimezone(UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
CART: dict[str, Any] = {"trigger": "cart_left", "after_minutes": 30}


def test_who_leaves_a_cart_is_told_once(session: Session) -> None:
    run = begin(session, NOON, [says("s1")], **CART)
    who = visitor(session, NOON)
    leave_cart(session, who, NOON)

    tick(session, NOON + 29 * MINUTE)
    assert entries(session, run) == []
    tick(session, NOON + 30 * MINUTE)
    tick(session, NOON + 31 * MINUTE)

    (entry,) = entries(session, run)
    assert (entry.customer_id, entry.state) == (who, EntryState.DONE)
    assert moves(session, run) == [("s1", "sent")]
    (delivery,) = deliveries(session, run)
    assert (delivery.occasion, delivery.state) == (entry.id, DeliveryState.POSTED)


def test_a_wait_lasts_until_the_time_of_day_after_its_minutes(session: Session) -> None:
    nodes = [waits("w1", "s1", minutes=60, until="12:30"), says("s1")]
    run = begin(session, NOON, nodes, trigger="cart_left")
    leave_cart(session, visitor(session, NOON), NOON)

    tick(session, NOON)

    (entry,) = entries(session, run)
    assert entry.wake_at == NOON + timedelta(hours=24, minutes=30)
    tick(session, entry.wake_at - MINUTE)
    assert moves(session, run) == []
    tick(session, entry.wake_at)
    assert [node for node, _ in moves(session, run)] == ["w1", "s1"]


@pytest.mark.parametrize(("orders", "way"), [(0, "yes"), (2, "no")])
def test_a_condition_is_asked_when_it_is_reached(session: Session, orders: int, way: str) -> None:
    rule = WHO_IS_NEW if orders == 0 else {"kind": "not", "of": WHO_IS_NEW}
    nodes = [asks("c1", rule, "yes", "no"), says("yes"), says("no")]
    run = begin(session, NOON, nodes, trigger="cart_left")
    leave_cart(session, visitor(session, NOON), NOON)

    tick(session, NOON)

    assert moves(session, run) == [("c1", way), (way, "sent")]


def test_nothing_is_said_or_decided_in_the_quiet_hours(session: Session) -> None:
    nodes = [asks("c1", WHO_IS_NEW, "s1", ""), says("s1")]
    run = begin(session, NIGHT, nodes, trigger="cart_left")
    leave_cart(session, visitor(session, NIGHT), NIGHT)

    tick(session, NIGHT)

    assert moves(session, run) == []
    assert entries(session, run)[0].wake_at == MORNING
    tick(session, MORNING)
    assert moves(session, run) == [("c1", "yes"), ("s1", "sent")]


def test_who_has_emptied_their_cart_overnight_is_left_alone(session: Session) -> None:
    run = begin(session, NIGHT, [says("s1")], trigger="cart_left")
    who = visitor(session, NIGHT)
    leave_cart(session, who, NIGHT)
    tick(session, NIGHT)

    leave_cart(session, who, None)
    tick(session, MORNING)

    (entry,) = entries(session, run)
    assert (entry.state, entry.end_reason) == (EntryState.ENDED_EARLY, ending.OVER)
    assert deliveries(session, run) == []


def test_what_was_put_off_overnight_is_looked_at_again(session: Session) -> None:
    run = begin(session, EVENING, [says("s1")], trigger="cart_left")
    who = visitor(session, EVENING)
    leave_cart(session, who, EVENING)
    tick(session, EVENING)
    deferring.put_off(session, PARTS.letterbox, id_of(run), MORNING, EVENING + 10 * MINUTE)
    assert [each.state for each in deliveries(session, run)] == [DeliveryState.DEFERRED]

    leave_cart(session, who, None)
    deferring.take_up_due(session, PARTS, MORNING, 10)

    (delivery,) = deliveries(session, run)
    assert (delivery.state, delivery.reason) == (DeliveryState.HELD_BACK, Reason.STOPPED)


def test_who_buys_gets_no_more_of_it(session: Session) -> None:
    nodes = [says("s1", "w1"), waits("w1", "s2", minutes=60), says("s2")]
    run = begin(session, NOON, nodes, trigger="cart_left")
    who = visitor(session, NOON)
    leave_cart(session, who, NOON)
    tick(session, NOON)

    paid_at = NOON + 10 * MINUTE
    hearing.hear(session, PARTS.letterbox, "order_paid", {"customer_id": who}, paid_at, paid_at)
    tick(session, NOON + 2 * HOUR)

    (entry,) = entries(session, run)
    assert (entry.state, entry.end_reason) == (EntryState.ENDED_EARLY, "purchase")
    assert moves(session, run) == [("s1", "sent"), ("w1", "ended:purchase")]


def test_a_tag_ends_it(session: Session) -> None:
    tag = save_tag(session, "意向", "不想要")
    nodes = [waits("w1", "s1", minutes=60), says("s1")]
    run = begin(session, NOON, nodes, trigger="cart_left", ends_by=["tag"], end_tag_id=tag.id)
    who = visitor(session, NOON)
    leave_cart(session, who, NOON)
    tick(session, NOON)

    tag_customer(session, who, id_of(tag), "staff:1", NOON)
    tick(session, NOON + HOUR)

    assert entries(session, run)[0].end_reason == "tag"
    assert deliveries(session, run) == []


def test_a_step_that_two_workers_take_is_done_once(session: Session) -> None:
    run = begin(session, NOON, [says("s1", "w1"), waits("w1", "", minutes=5)], trigger="cart_left")
    leave_cart(session, visitor(session, NOON), NOON)
    tick(session, NOON)
    (entry,) = entries(session, run)

    assert not stepping.step(session, PARTS, id_of(entry), NOON)

    assert moves(session, run) == [("s1", "sent")]
    assert len(deliveries(session, run)) == 1


def test_a_step_that_was_cut_off_has_not_been(session: Session) -> None:
    run = begin(session, NOON, [says("s1")], trigger="cart_left")
    leave_cart(session, visitor(session, NOON), NOON)
    tick(session, NOON - MINUTE)
    cut_off = session.begin_nested()
    tick(session, NOON)
    cut_off.rollback()
    session.expire_all()
    assert deliveries(session, run) == []

    tick(session, NOON)

    assert moves(session, run) == [("s1", "sent")]
    assert len(deliveries(session, run)) == 1


def test_a_paused_campaign_takes_no_steps_and_a_stopped_one_ends_them(session: Session) -> None:
    nodes = [waits("w1", "s1", minutes=60), says("s1")]
    run = begin(session, NOON, nodes, trigger="cart_left")
    leave_cart(session, visitor(session, NOON), NOON)
    tick(session, NOON)

    activating.pause(session, run.campaign_id, by="staff:1", now=NOON)
    tick(session, NOON + HOUR)
    assert moves(session, run) == []
    activating.stop(session, PARTS.letterbox, run.campaign_id, by="staff:1", now=NOON + HOUR)
    ending.end_stopped(session, PARTS.letterbox, NOON + HOUR, 10)

    (entry,) = entries(session, run)
    assert (entry.state, entry.end_reason) == (EntryState.ENDED_EARLY, ending.STOPPED)


def test_who_is_held_back_once_goes_on(session: Session) -> None:
    run = begin(session, NOON, [says("s1", "s2"), says("s2")], trigger="cart_left")
    who = visitor(session, NOON, opened_by=None)
    leave_cart(session, who, NOON)

    tick(session, NOON)

    held_back = f"held_back:{Reason.UNREACHABLE}"
    assert moves(session, run) == [("s1", held_back), ("s2", held_back)]
    assert entries(session, run)[0].state == EntryState.DONE


def test_a_step_that_failed_is_put_off(session: Session) -> None:
    run = begin(session, NOON, [waits("w1", "s1", minutes=1), says("s1")], trigger="cart_left")
    leave_cart(session, visitor(session, NOON), NOON)
    tick(session, NOON)
    (entry,) = entries(session, run)

    stepping.try_later(session, id_of(entry), NOON + MINUTE)

    assert entries(session, run)[0].wake_at == NOON + MINUTE + stepping.PAUSE


def test_an_active_campaign_is_needed(session: Session) -> None:
    run = begin(session, NOON, [says("s1")], {"state": CampaignState.STOPPED}, trigger="cart_left")
    leave_cart(session, visitor(session, NOON), NOON)

    tick(session, NOON)

    assert entries(session, run) == []


def test_an_entry_is_about_what_began_it_even_if_others_begin_the_journey_now(
    session: Session,
) -> None:
    run = begin(session, NOON, [waits("w1", "s1", minutes=60), says("s1")], **CART)
    who = visitor(session, NOON)
    leave_cart(session, who, NOON)
    tick(session, NOON + 30 * MINUTE)
    (entry,) = entries(session, run)
    campaign = session.get_one(Campaign, run.campaign_id)
    campaign.plan = {"kind": "journey", "trigger": "order_unpaid"}
    session.add(campaign)
    session.flush()

    assert not subjects.is_over(session, entry, NOON + HOUR)
    leave_cart(session, who, None)
    assert subjects.is_over(session, entry, NOON + HOUR)


@pytest.mark.parametrize("kind", ["order_paid", "customer_wrote"])
def test_who_buys_overnight_does_not_get_the_last_step_in_the_morning(
    session: Session, kind: str
) -> None:
    ends: dict[str, Any] = {"ends_by": ["purchase", "reply"]}
    run = begin(session, EVENING, [says("s1")], trigger="cart_left", **ends)
    who = visitor(session, EVENING)
    leave_cart(session, who, EVENING)
    tick(session, EVENING)
    deferring.put_off(session, PARTS.letterbox, id_of(run), MORNING, EVENING + 10 * MINUTE)
    assert [each.state for each in entries(session, run)] == [EntryState.DONE]

    hearing.hear(session, PARTS.letterbox, kind, {"customer_id": who}, NIGHT, NIGHT)
    deferring.take_up_due(session, PARTS, MORNING, 10)

    (entry,) = entries(session, run)
    assert entry.state == EntryState.ENDED_EARLY
    (delivery,) = deliveries(session, run)
    assert (delivery.state, delivery.reason) == (DeliveryState.HELD_BACK, Reason.STOPPED)


def test_a_journey_that_was_done_and_said_is_not_ended_afterwards(session: Session) -> None:
    run = begin(session, NOON, [says("s1")], trigger="cart_left")
    who = visitor(session, NOON)
    leave_cart(session, who, NOON)
    tick(session, NOON)
    (delivery,) = deliveries(session, run)
    settling.settle(session, delivery.outbox_key or "", OutboxState.SENT, "", NOON + MINUTE)

    hearing.hear(
        session, PARTS.letterbox, "order_paid", {"customer_id": who}, NOON + HOUR, NOON + HOUR
    )

    assert [each.state for each in entries(session, run)] == [EntryState.DONE]


@pytest.mark.parametrize("subject", ["customer_id", "conversation_id"])
def test_what_a_merged_customer_does_ends_the_journey_of_who_is_left(
    session: Session, subject: str
) -> None:
    nodes = [says("s1", "w1"), waits("w1", "s2", minutes=60), says("s2")]
    run = begin(session, NOON, nodes, trigger="cart_left", ends_by=["handover"])
    who, gone = visitor(session, NOON), visitor(session, NOON)
    session.get_one(Customer, gone).merged_into_id = who
    leave_cart(session, who, NOON)
    tick(session, NOON)
    talk = session.exec(select(Conversation.id).where(Conversation.customer_id == gone)).one()
    about = {"customer_id": gone, "conversation_id": talk}[subject]

    event = ShopEvent(kind="handover_taken", subject={subject: about}, at=NOON + MINUTE)
    journey_hearing.hear(session, SEALER, event, NOON + MINUTE)

    (entry,) = entries(session, run)
    assert (entry.state, entry.end_reason) == (EntryState.ENDED_EARLY, "handover")
