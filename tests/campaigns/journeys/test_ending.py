"""An early end: what a journey has said and has not left is taken back, and it is told why."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot.campaigning import journey_hearing
from bot.tables import OutboxMessage, OutboxState
from campaigns import deferring
from campaigns import deliveries as settling
from campaigns.joining import follow_merge
from campaigns.journeys import ending, hearing, stepping
from campaigns.journeys.drawing import Counts, counts
from campaigns.journeys.tables import EntryState, JourneyEntry
from campaigns.limits import Reason
from campaigns.tables import CampaignRun, DeliveryState
from commerce.customers.tables import Customer
from commerce.customers.tags import save_tag, tag_customer
from commerce.events import ShopEvent
from commerce.inserting import id_of
from commerce.shanghai import SHANGHAI
from tests.campaigns.crowd import PARTS
from tests.campaigns.journeys.journeying import (
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

pytestmark = pytest.mark.database

NOON = datetime(2026, 11, 23, 12, tzinfo=SHANGHAI).astimezone(UTC)
MORNING = datetime(2026, 11, 24, 8, tzinfo=SHANGHAI).astimezone(UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LONG = [says("s1", "w1"), waits("w1", "s2", minutes=60), says("s2")]
ENDS = ["purchase", "reply", "handover"]
HEARD = {
    "purchase": "order_paid",
    "reply": "customer_wrote",
    "unsubscribed": "unsubscribed",
    "handover": "handover_taken",
}
HELD_BACK = (DeliveryState.HELD_BACK, Reason.STOPPED)


def on_journey(session: Session, nodes: list[dict[str, Any]], **plan: Any) -> CampaignRun:
    """A journey whose first step was posted to somebody at noon."""
    run = begin(session, NOON, nodes, trigger="cart_left", **{"ends_by": ENDS, **plan})
    leave_cart(session, visitor(session, NOON), NOON)
    tick(session, NOON)
    return run


def hear(session: Session, run: CampaignRun, kind: str, at: datetime) -> None:
    """Something happens to everybody on the journey."""
    for each in entries(session, run):
        subject = {"customer_id": each.customer_id}
        hearing.hear(session, PARTS.letterbox, kind, subject, at, at)


def letters(session: Session, run: CampaignRun) -> list[OutboxMessage]:
    """The rows of the outbox that a journey has made, in order."""
    session.flush()
    found = select(OutboxMessage).where(OutboxMessage.run_id == run.id)
    found = found.order_by(col(OutboxMessage.id)).execution_options(populate_existing=True)
    return list(session.exec(found))


def outcomes(session: Session, run: CampaignRun) -> list[tuple[str, str]]:
    """What became of all deliveries of a journey."""
    return [(each.state, each.reason) for each in deliveries(session, run)]


@pytest.mark.parametrize("nodes", [[says("s1")], LONG], ids=["last step", "step on the way"])
@pytest.mark.parametrize("why", HEARD)
def test_a_letter_that_has_not_left_is_taken_back(
    session: Session, why: str, nodes: list[dict[str, Any]]
) -> None:
    run = on_journey(session, nodes)
    assert [each.state for each in letters(session, run)] == [OutboxState.PENDING]

    hear(session, run, HEARD[why], NOON + MINUTE)

    assert {each.state for each in letters(session, run)} == {OutboxState.SUPERSEDED}
    assert outcomes(session, run) == [HELD_BACK]
    (entry,) = entries(session, run)
    assert (entry.state, entry.end_reason) == (EntryState.ENDED_EARLY, why)


@pytest.mark.parametrize("end", ["tag", ending.OVER])
def test_so_is_what_a_step_finds_when_it_ends_the_journey(session: Session, end: str) -> None:
    tag = id_of(save_tag(session, "意向", "不想要"))
    run = on_journey(session, LONG, ends_by=["tag"], end_tag_id=tag)
    (entry,) = entries(session, run)
    if end == "tag":
        tag_customer(session, entry.customer_id or 0, tag, "staff:1", NOON)
    else:
        leave_cart(session, entry.customer_id or 0, None)

    tick(session, NOON + HOUR)

    assert entries(session, run)[0].end_reason == end
    assert outcomes(session, run) == [HELD_BACK]


@pytest.mark.parametrize(
    ("state", "attempts"),
    [(OutboxState.SENDING, 1), (OutboxState.PENDING, 1), (OutboxState.UNKNOWN, 1)],
    ids=["leaving", "in doubt and tried again", "in doubt"],
)
def test_a_letter_that_may_have_left_is_not_taken_back(
    session: Session, state: OutboxState, attempts: int
) -> None:
    run = on_journey(session, [says("s1")])
    (letter,) = letters(session, run)
    letter.state, letter.attempts = state, attempts
    session.add(letter)

    hear(session, run, "order_paid", NOON + MINUTE)

    assert [each.state for each in letters(session, run)] == [state]
    assert outcomes(session, run) == [(DeliveryState.POSTED, "")]


def test_a_letter_of_which_something_has_left_goes_on(session: Session) -> None:
    card = {"kind": "page", "title": "秋茶"}
    node = says("s1")
    node["arms"][0]["content"]["attachments"] = [card]
    run = on_journey(session, [node])
    words, *_ = letters(session, run)
    assert len(letters(session, run)) == 2
    words.state = OutboxState.SENT
    session.add(words)

    hear(session, run, "order_paid", NOON + MINUTE)

    states = [each.state for each in letters(session, run)]
    assert states == [OutboxState.SENT, OutboxState.PENDING]


def test_letters_of_others_stand(session: Session) -> None:
    run = on_journey(session, LONG)
    other = visitor(session, NOON)
    leave_cart(session, other, NOON)
    tick(session, NOON)
    first = entries(session, run)[0]

    subject = {"customer_id": first.customer_id}
    hearing.hear(session, PARTS.letterbox, "order_paid", subject, NOON + MINUTE, NOON + MINUTE)

    assert outcomes(session, run) == [HELD_BACK, (DeliveryState.POSTED, "")]
    states = [each.state for each in letters(session, run)]
    assert states == [OutboxState.SUPERSEDED, OutboxState.PENDING]
    assert entries(session, run, other)[0].state == EntryState.ACTIVE


def test_what_comes_back_after_the_end_is_held_back(session: Session) -> None:
    run = on_journey(session, [says("s1")])
    (letter,) = letters(session, run)
    letter.state, letter.attempts = OutboxState.SENDING, 1
    session.add(letter)
    hear(session, run, "order_paid", NOON + MINUTE)

    reason = settling.NOT_BEGUN
    settling.settle(session, letter.key, OutboxState.FAILED, reason, NOON + 11 * HOUR)
    deferring.take_up_due(session, PARTS, MORNING, 10)

    assert outcomes(session, run) == [HELD_BACK]
    assert entries(session, run)[0].end_reason == "purchase"


def test_it_is_counted_why_journeys_ended(session: Session) -> None:
    run = begin(session, NOON, LONG, trigger="cart_left", ends_by=ENDS)
    people = [visitor(session, NOON) for _ in range(6)]
    for who in people:
        leave_cart(session, who, NOON)
    tick(session, NOON)
    for letter in letters(session, run):
        settling.settle(session, letter.key, OutboxState.SENT, "", NOON)
    for who, why in zip(people, [*HEARD, "purchase"], strict=False):
        subject = {"customer_id": who}
        at = NOON + MINUTE
        hearing.hear(session, PARTS.letterbox, HEARD[why], subject, at, at)

    found = counts(session, run.campaign_id)

    reasons = {"purchase": 2, "reply": 1, "unsubscribed": 1, "handover": 1}
    assert found == {"s1": Counts(passed=6), "w1": Counts(there=1, reasons=reasons)}
    assert found["w1"].ended == 5


def test_who_ended_at_the_last_step_has_not_passed_it(session: Session) -> None:
    run = on_journey(session, [says("s1")])

    hear(session, run, "order_paid", NOON + MINUTE)

    assert counts(session, run.campaign_id) == {"s1": Counts(reasons={"purchase": 1})}


def test_an_event_ends_the_journey_of_who_is_merged_but_not_yet_followed(session: Session) -> None:
    run = on_journey(session, LONG)
    (entry,) = entries(session, run)
    kept = visitor(session, NOON)
    session.get_one(Customer, entry.customer_id).merged_into_id = kept
    session.flush()

    subject = {"customer_id": kept}
    hearing.hear(session, PARTS.letterbox, "handover_taken", subject, NOON + MINUTE, NOON + MINUTE)

    assert entries(session, run)[0].end_reason == "handover"


def test_a_journey_waits_for_the_words_of_who_is_merged_but_not_yet_followed(
    session: Session,
) -> None:
    run = on_journey(session, LONG)
    gone, kept = entries(session, run)[0].customer_id or 0, visitor(session, NOON)
    session.get_one(Customer, gone).merged_into_id = kept
    session.flush()

    journey_hearing.note_message(session, gone, "text", NOON + MINUTE)

    events = session.exec(select(ShopEvent).where(ShopEvent.kind == "customer_wrote")).all()
    assert [each.subject for each in events] == [{"customer_id": kept}]


def test_of_two_who_prove_to_be_one_the_second_says_nothing_more(session: Session) -> None:
    run = begin(session, NOON, [says("s1")], trigger="cart_left")
    kept, gone = visitor(session, NOON), visitor(session, NOON)
    for each in (kept, gone):
        leave_cart(session, each, NOON)
    tick(session, NOON)
    session.get_one(Customer, gone).merged_into_id = kept
    follow_merge(session, kept, gone)

    subject = {"customer_id": kept, "gone_id": gone}
    hearing.hear(session, PARTS.letterbox, "customers_merged", subject, NOON, NOON)

    assert outcomes(session, run) == [(DeliveryState.POSTED, ""), HELD_BACK]


@pytest.mark.parametrize("is_followed", [False, True])
def test_a_step_repeated_after_a_merge_says_nothing_twice(
    session: Session, is_followed: bool
) -> None:
    run = on_journey(session, [says("s1", "w1"), waits("w1", "", minutes=5)])
    (entry,) = entries(session, run)
    gone, kept = entry.customer_id or 0, visitor(session, NOON)
    leave_cart(session, kept, NOON)
    session.get_one(Customer, gone).merged_into_id = kept
    session.flush()
    if is_followed:
        follow_merge(session, kept, gone)
    repeat(session, run, "s1")

    assert stepping.step(session, PARTS, id_of(entry), NOON + MINUTE)

    assert len(letters(session, run)) == 1
    assert len(deliveries(session, run)) == 1
    assert moves(session, run) == [("s1", "sent"), ("s1", "sent")]


def test_a_step_cut_off_before_a_merge_is_said_once_to_who_is_left(session: Session) -> None:
    nodes = [waits("w1", "s1", minutes=60), says("s1")]
    run = begin(session, NOON, nodes, trigger="cart_left")
    gone, kept = visitor(session, NOON), visitor(session, NOON)
    leave_cart(session, gone, NOON)
    tick(session, NOON)
    cut_off = session.begin_nested()
    tick(session, NOON + HOUR)
    cut_off.rollback()
    session.expire_all()
    session.get_one(Customer, gone).merged_into_id = kept
    session.flush()

    tick(session, NOON + HOUR)

    assert [each.customer_id for each in deliveries(session, run)] == [kept]
    assert len(letters(session, run)) == 1


def repeat(session: Session, run: CampaignRun, node: str) -> None:
    """The entry stands again where it was: its step was said, and its move is lost."""
    (entry,) = entries(session, run)
    found = session.get_one(JourneyEntry, entry.id)
    found.node, found.wake_at, found.state = node, NOON, EntryState.ACTIVE.value
    session.add(found)
    session.flush()
