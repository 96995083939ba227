"""Who enters a journey, for what, and how often."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from campaigns.journeys import hearing
from campaigns.journeys.tables import EntryState
from commerce.customers.summary import refresh
from commerce.group_buys.tables import GroupState
from commerce.membership.birthdays import set_birthday
from commerce.ordering.tables import OrderState
from commerce.shanghai import SHANGHAI
from tests.campaigns.crowd import PARTS
from tests.campaigns.journeys.journeying import (
    WHO_IS_NEW,
    begin,
    deliveries,
    entries,
    leave_cart,
    says,
    tick,
    visitor,
    waits,
)
from tests.campaigns.journeys.ripening import give_coupon, open_group
from tests.commerce.shop import place as place_order
from tests.commerce.shop import put_on_sale

NOON = datetime(2026, 11, 23, 12, tzinfo=SHANGHAI).astimezone(UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
LONG = [waits("w1", "s1", minutes=60 * 24 * 20), says("s1")]


def hear(session: Session, kind: str, now: datetime, **subject: Any) -> None:
    """An event of the shop, heard at once."""
    hearing.hear(session, PARTS.letterbox, kind, subject, now, now)


@pytest.mark.parametrize(
    ("kind", "trigger"),
    [
        ("contact_added", "welcome"),
        ("customer_followed", "welcome"),
        ("order_received", "after_receipt"),
    ],
)
def test_an_event_begins_its_journey(session: Session, kind: str, trigger: str) -> None:
    run = begin(session, NOON, [says("s1")], trigger=trigger, after_minutes=5)
    other = begin(session, NOON, [says("s1")], trigger="cart_left")
    who = visitor(session, NOON)

    hear(session, kind, NOON, customer_id=who, order_id=7)
    hear(session, kind, NOON, customer_id=who, order_id=7)

    (entry,) = entries(session, run)
    assert (entry.customer_id, entry.subject) == (who, {"order_id": 7})
    assert entry.wake_at == NOON + 5 * MINUTE
    assert entries(session, other) == []


def test_one_customer_is_on_a_journey_once_at_a_time(session: Session) -> None:
    run = begin(session, NOON, LONG, trigger="after_receipt", again_after_days=0)
    who = visitor(session, NOON)

    for number in (1, 2, 3):
        hear(session, "order_received", NOON + number * DAY, customer_id=who, order_id=number)

    assert [entry.cause for entry in entries(session, run)] == ["after_receipt:1"]


def test_the_same_cause_never_begins_it_twice(session: Session) -> None:
    run = begin(session, NOON, [says("s1")], trigger="after_receipt", again_after_days=0)
    who = visitor(session, NOON)

    for now in (NOON, NOON + DAY):
        hear(session, "order_received", now, customer_id=who, order_id=1)
        tick(session, now)
    hear(session, "order_received", NOON + DAY, customer_id=who, order_id=2)

    assert [entry.cause for entry in entries(session, run)] == [
        "after_receipt:1",
        "after_receipt:2",
    ]


def test_who_has_been_on_it_enters_again_after_its_days(session: Session) -> None:
    run = begin(session, NOON, [says("s1")], trigger="cart_left", again_after_days=3)
    who = visitor(session, NOON)

    for day in (0, 2, 4):
        leave_cart(session, who, NOON + day * DAY)
        tick(session, NOON + day * DAY)

    assert [entry.entered_at for entry in entries(session, run)] == [NOON, NOON + 4 * DAY]


def test_who_unsubscribed_or_does_not_fit_does_not_enter(session: Session) -> None:
    none = {"kind": "not", "of": WHO_IS_NEW}
    open_to_all = begin(session, NOON, [says("s1")], trigger="cart_left")
    open_to_buyers = begin(session, NOON, [says("s1")], trigger="cart_left")
    open_to_buyers.rule = none
    session.add(open_to_buyers)
    who, gone = visitor(session, NOON), visitor(session, NOON, unsubscribed=True)
    for each in (who, gone):
        leave_cart(session, each, NOON)

    tick(session, NOON)

    assert [entry.customer_id for entry in entries(session, open_to_all)] == [who]
    assert entries(session, open_to_buyers) == []


def test_two_hours_without_power_are_made_up_for_and_a_day_is_not(session: Session) -> None:
    run = begin(session, NOON, [says("s1")], trigger="cart_left", after_minutes=30)
    lately, long_ago = visitor(session, NOON), visitor(session, NOON)
    leave_cart(session, lately, NOON)
    leave_cart(session, long_ago, NOON - DAY)

    tick(session, NOON + 30 * MINUTE + 2 * HOUR)

    assert [entry.customer_id for entry in entries(session, run)] == [lately]


@pytest.mark.database
def test_an_unpaid_order_is_spoken_of_while_it_is_one(session: Session) -> None:
    nodes = [says("s1", "w1"), waits("w1", "s2", minutes=10), says("s2")]
    run = begin(session, NOON, nodes, trigger="order_unpaid", after_minutes=10)
    who = visitor(session, NOON)
    order = place_order(session, who, {put_on_sale(session): 1})
    order.created_at, order.expires_at = NOON, NOON + HOUR
    session.add(order)

    tick(session, NOON + 10 * MINUTE)
    order.state = OrderState.CLOSED
    session.add(order)
    tick(session, NOON + 20 * MINUTE)

    (entry,) = entries(session, run)
    assert entry.cause == f"order_unpaid:{order.id}"
    assert (entry.state, entry.end_reason) == (EntryState.ENDED_EARLY, "over")
    assert len(deliveries(session, run)) == 1


@pytest.mark.database
def test_a_coupon_is_spoken_of_before_it_lapses(session: Session) -> None:
    run = begin(session, NOON, [says("s1")], trigger="coupon_lapsing", after_minutes=24 * 60)
    who, other = visitor(session, NOON), visitor(session, NOON)
    coupon = give_coupon(session, who, NOON, NOON + 25 * HOUR)
    give_coupon(session, other, NOON, NOON + 48 * HOUR)

    tick(session, NOON)
    assert entries(session, run) == []
    tick(session, NOON + HOUR)
    tick(session, NOON + 2 * HOUR)

    (entry,) = entries(session, run)
    assert (entry.customer_id, entry.subject) == (who, {"coupon_id": coupon.id})


@pytest.mark.database
def test_a_group_is_spoken_of_to_who_has_a_seat_while_it_is_open(session: Session) -> None:
    nodes = [says("s1", "w1"), waits("w1", "s2", minutes=30), says("s2")]
    run = begin(session, NOON, nodes, trigger="group_lapsing", after_minutes=120)
    seated, unpaid = visitor(session, NOON), visitor(session, NOON)
    group = open_group(session, seated, unpaid, NOON, NOON + 3 * HOUR)

    tick(session, NOON + HOUR - MINUTE)
    assert entries(session, run) == []
    tick(session, NOON + HOUR)
    group.state, group.reached, group.ended_at = GroupState.SUCCEEDED, 1, NOON + HOUR
    session.add(group)
    tick(session, NOON + 2 * HOUR)

    (entry,) = entries(session, run)
    assert (entry.customer_id, entry.subject) == (seated, {"group_id": group.id})
    assert (entry.state, entry.end_reason) == (EntryState.ENDED_EARLY, "over")
    assert [each.node for each in deliveries(session, run)] == ["s1"]


@pytest.mark.database
@pytest.mark.parametrize(
    ("born", "today"),
    [((11, 23), (2026, 11, 23)), ((2, 29), (2027, 2, 28)), ((2, 29), (2028, 2, 29))],
)
def test_a_birthday_is_kept_once_a_year(
    session: Session, born: tuple[int, int], today: tuple[int, int, int]
) -> None:
    midnight = datetime(*today, tzinfo=SHANGHAI).astimezone(UTC)
    run = begin(session, midnight, [says("s1")], trigger="birthday", again_after_days=0)
    who = visitor(session, midnight)
    set_birthday(session, who, *born, midnight)
    refresh(session, who)

    tick(session, midnight - MINUTE)
    assert entries(session, run) == []
    for hours in (0, 8, 9, 23):
        tick(session, midnight + hours * HOUR)

    (entry,) = entries(session, run)
    assert entry.cause == f"birthday:{today[0]}"
    (delivery,) = deliveries(session, run)
    assert delivery.planned_at == midnight + 8 * HOUR


def test_a_sleeper_is_spoken_to_once_and_not_after_they_woke(session: Session) -> None:
    run = begin(session, NOON, LONG, trigger="sleeping", sleeping_days=30, again_after_days=0)
    who = visitor(session, NOON)

    tick(session, NOON + 30 * DAY - MINUTE)
    assert entries(session, run) == []
    tick(session, NOON + 30 * DAY)
    tick(session, NOON + 31 * DAY)

    (entry,) = entries(session, run)
    assert entry.customer_id == who


def test_unsubscribing_ends_every_journey(session: Session) -> None:
    run = begin(session, NOON, LONG, trigger="cart_left", ends_by=[])
    who = visitor(session, NOON)
    leave_cart(session, who, NOON)
    tick(session, NOON)

    hear(session, "order_paid", NOON + HOUR, customer_id=who)
    hear(session, "customer_wrote", NOON + HOUR, customer_id=who)
    assert [entry.state for entry in entries(session, run)] == [EntryState.ACTIVE]
    hear(session, "unsubscribed", NOON + HOUR, customer_id=who)

    (entry,) = entries(session, run)
    assert (entry.state, entry.end_reason) == (EntryState.ENDED_EARLY, "unsubscribed")


def test_an_event_ends_no_journey_that_began_after_it(session: Session) -> None:
    run = begin(session, NOON, LONG, trigger="cart_left")
    who = visitor(session, NOON)
    leave_cart(session, who, NOON)
    tick(session, NOON)

    hearing.hear(
        session, PARTS.letterbox, "order_paid", {"customer_id": who}, NOON - MINUTE, NOON + MINUTE
    )

    assert [entry.state for entry in entries(session, run)] == [EntryState.ACTIVE]


def test_two_who_prove_to_be_one_are_on_it_once(session: Session) -> None:
    run = begin(session, NOON, LONG, trigger="cart_left")
    kept, gone = visitor(session, NOON), visitor(session, NOON)
    for each in (kept, gone):
        leave_cart(session, each, NOON)
    tick(session, NOON)
    for entry in entries(session, run):
        entry.customer_id = kept
        session.add(entry)

    hear(session, "customers_merged", NOON, customer_id=kept, gone_id=gone)

    states = [entry.state for entry in entries(session, run)]
    assert states == [EntryState.ACTIVE, EntryState.ENDED_EARLY]
