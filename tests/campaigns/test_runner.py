"""A run from its slot to its end: who is planned, once, and what becomes of them."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, func, select, update

from bot.tables import OutboxMessage, OutboxState
from campaigns import deferring, deliveries, runner, terms
from campaigns.composer import NothingToShow
from campaigns.limits import Reason
from campaigns.ports import Route
from campaigns.shapes import Send
from campaigns.tables import (
    Campaign,
    CampaignKind,
    CampaignRun,
    CampaignState,
    Delivery,
    DeliveryState,
    RunState,
)
from commerce.customers.tables import Customer
from commerce.inserting import id_of
from tests.campaigns.crowd import PARTS, new_campaign, new_run, send, somebody, states
from tests.commerce.shop import NOW

LETTERBOX = PARTS.letterbox
NIGHT = NOW.replace(hour=15)
MORNING = NOW.replace(hour=0) + timedelta(days=1)
POSTED = (DeliveryState.POSTED, "")


def plan(session: Session, run: CampaignRun, size: int = 10) -> int:
    """Plan to the end; how many batches that took."""
    batches = 0
    while runner.plan_batch(session, PARTS, id_of(run), NOW, size):
        batches += 1
    return batches


def settle(session: Session, run: CampaignRun, state: str, reason: str = "") -> None:
    """End every message of a run alike."""
    rows = session.exec(select(OutboxMessage).where(OutboxMessage.run_id == run.id)).all()
    for row in rows:
        row.state, row.reason = state, reason
        session.add(row)
        deliveries.settle(session, row.key, state, reason, NOW)
    session.flush()


def test_a_slot_has_one_run(session: Session) -> None:
    campaign = new_campaign(session)

    first = runner.begin(session, campaign, NOW, NOW)

    assert first is not None
    assert runner.begin(session, campaign, NOW, NOW + timedelta(seconds=1)) is None
    assert runner.begin(session, campaign, NOW + timedelta(days=1), NOW) is not None


def test_what_is_changed_afterwards_is_not_of_the_run(session: Session) -> None:
    somebody(session)
    campaign = new_campaign(session)
    run = runner.begin(session, campaign, NOW, NOW)
    assert run is not None

    campaign.nodes = [send("另一段话")]
    campaign.routes = [Route.KF.value]
    late = somebody(session)
    plan(session, run)

    assert list(states(session, run)) == [late - 1]
    assert run.routes == [Route.OFFICIAL_ACCOUNT]


@pytest.mark.database
def test_everybody_is_looked_at_once_batch_by_batch(session: Session) -> None:
    people = [somebody(session, unsubscribed=number % 5 == 0) for number in range(25)]
    run = new_run(session)

    batches = plan(session, run, size=10)

    assert batches == 3
    held = (DeliveryState.HELD_BACK, Reason.UNSUBSCRIBED)
    assert states(session, run) == {
        each: held if number % 5 == 0 else POSTED for number, each in enumerate(people)
    }
    assert runner.plan_batch(session, PARTS, id_of(run), NOW, 10) == 0
    assert LETTERBOX.unsent(session, id_of(run)) == 20


def test_a_worker_with_an_old_cursor_plans_nothing(session: Session) -> None:
    for _ in range(4):
        somebody(session)
    run = new_run(session)
    seen = session.get_one(CampaignRun, run.id)
    runner.plan_batch(session, PARTS, id_of(run), NOW, 2)
    session.refresh(seen)
    cursor = seen.cursor

    stale = seen.model_copy(update={"cursor": 0})
    assert not runner._move_cursor(session, stale, 99, 2, NOW, is_over=False)

    session.refresh(seen)
    assert seen.cursor == cursor


@pytest.mark.database
def test_the_run_ends_when_nothing_of_it_is_open(session: Session) -> None:
    somebody(session)
    run = new_run(session)

    assert not runner.finish(session, id_of(run), NOW)
    plan(session, run)
    assert not runner.finish(session, id_of(run), NOW)
    settle(session, run, "sent")

    assert runner.finish(session, id_of(run), NOW)
    session.expire_all()
    assert run.state == RunState.DONE
    assert session.get_one(Campaign, run.campaign_id).state == CampaignState.DONE


def test_the_run_of_a_journey_stands(session: Session) -> None:
    run = new_run(session, kind=CampaignKind.JOURNEY)

    assert plan(session, run) == 0
    assert not runner.finish(session, id_of(run), NOW)


@pytest.mark.database
def test_a_step_is_sent_once_to_a_customer_within_an_entry(session: Session) -> None:
    customer = somebody(session)
    run = new_run(session, kind=CampaignKind.JOURNEY)
    step = Send.model_validate(send())

    first, second, other = (
        runner.send_one(session, PARTS, run, entry, step, customer, NOW) for entry in (1, 1, 2)
    )

    assert (first, second, other) == (DeliveryState.POSTED,) * 3
    assert session.exec(select(func.count()).select_from(OutboxMessage)).one() == 2


def test_a_step_to_a_merged_customer_goes_to_who_stayed(session: Session) -> None:
    kept, gone = somebody(session), somebody(session)
    session.get_one(Customer, gone).merged_into_id = kept
    run = new_run(session, kind=CampaignKind.JOURNEY)

    runner.send_one(session, PARTS, run, 1, Send.model_validate(send()), gone, NOW)

    assert states(session, run) == {kept: POSTED}


@pytest.mark.database
def test_a_step_at_night_waits_for_the_morning_and_is_judged_again(session: Session) -> None:
    stays, leaves = (somebody(session, now=NIGHT) for _ in range(2))
    run = new_run(session, kind=CampaignKind.JOURNEY)
    for entry, each in enumerate((stays, leaves), 1):
        step = Send.model_validate(send())
        state = runner.send_one(session, PARTS, run, entry, step, each, NIGHT)
        assert state == DeliveryState.DEFERRED
    session.get_one(Customer, leaves).unsubscribed_at = NIGHT

    assert deferring.take_up_due(session, PARTS, MORNING - timedelta(seconds=1), 10) == 0
    assert deferring.take_up_due(session, PARTS, MORNING, 10) == 2

    gone = (DeliveryState.HELD_BACK, Reason.UNSUBSCRIBED)
    assert states(session, run) == {stays: POSTED, leaves: gone}


def test_a_run_waits_as_a_whole_for_the_morning(session: Session) -> None:
    somebody(session, now=NIGHT)
    run = new_run(session)

    assert runner.plan_batch(session, PARTS, id_of(run), NIGHT, 10) == 0
    just_before = NOW.replace(hour=14) - timedelta(seconds=2)
    assert runner.plan_batch(session, PARTS, id_of(run), just_before, 10) == 0
    assert runner.plan_batch(session, PARTS, id_of(run), MORNING, 10) == 1


@pytest.mark.database
def test_what_has_not_left_by_night_leaves_in_the_morning(session: Session) -> None:
    customer = somebody(session)
    run = new_run(session)
    plan(session, run)

    assert deferring.put_off(session, LETTERBOX, id_of(run), MORNING, NIGHT) == 1
    assert states(session, run) == {customer: (DeliveryState.DEFERRED, Reason.QUIET_HOURS)}
    assert LETTERBOX.unsent(session, id_of(run)) == 0

    assert deferring.take_up_due(session, PARTS, MORNING, 10) == 1
    assert states(session, run) == {customer: POSTED}
    rows = session.exec(select(OutboxMessage.state).order_by(col(OutboxMessage.id))).all()
    assert rows == [OutboxState.SUPERSEDED, OutboxState.PENDING]


@pytest.mark.database
def test_stopping_takes_back_what_has_not_left(session: Session) -> None:
    first, second, night = (somebody(session) for _ in range(3))
    run = new_run(session)
    runner.plan_batch(session, PARTS, id_of(run), NOW, 2)
    key = session.exec(select(Delivery.outbox_key).where(Delivery.customer_id == first)).one()
    sent = session.exec(select(OutboxMessage).where(OutboxMessage.key == key)).one()
    sent.state = OutboxState.SENDING

    assert runner.stop(session, LETTERBOX, id_of(run), by="staff:1", reason="写错了", now=NOW)

    deliveries.settle(session, key or "", "sent", "", NOW)
    stopped = (DeliveryState.HELD_BACK, Reason.STOPPED)
    assert states(session, run) == {first: (DeliveryState.SENT, ""), second: stopped}
    assert night not in states(session, run)
    assert runner.plan_batch(session, PARTS, id_of(run), NOW, 2) == 0
    assert not runner.resume(session, LETTERBOX, id_of(run), by="staff:1", now=NOW)
    assert (run.state, run.decided_by, run.reason) == (RunState.STOPPED, "staff:1", "写错了")


@pytest.mark.database
def test_a_paused_run_plans_nothing_and_judges_anew_what_stood_ready(session: Session) -> None:
    customer = somebody(session)
    run = new_run(session)
    plan(session, run)
    assert runner.pause(session, id_of(run), by="staff:1", reason="等一等")
    assert not runner.pause(session, id_of(run), by="staff:2", reason="再等等")
    session.get_one(Customer, customer).unsubscribed_at = NOW

    later = NOW + timedelta(days=3)
    assert deferring.take_up_due(session, PARTS, later, 10) == 0
    assert runner.resume(session, LETTERBOX, id_of(run), by="staff:1", now=later)
    assert deferring.take_up_due(session, PARTS, later, 10) == 1

    assert states(session, run) == {customer: (DeliveryState.HELD_BACK, Reason.UNSUBSCRIBED)}


@pytest.mark.database
def test_a_run_pauses_itself_after_failures_in_a_row_and_not_before(session: Session) -> None:
    terms.set_terms(session, auto_pause_failures=3)
    people = [somebody(session) for _ in range(6)]
    run = new_run(session)
    plan(session, run)
    keys = [
        session.exec(select(Delivery.outbox_key).where(Delivery.customer_id == each)).one()
        for each in people
    ]
    for key, end in zip(keys, ("failed", "failed", "sent", "failed", "failed"), strict=False):
        deliveries.settle(session, key or "", end, "40003", NOW)
    session.expire_all()
    assert run.state == RunState.RUNNING

    deliveries.settle(session, keys[-1] or "", "failed", "40003", NOW)

    session.expire_all()
    assert (run.state, run.decided_by) == (RunState.PAUSED, "clock")
    assert run.reason == deliveries.FAILED_TOO_OFTEN


@pytest.mark.database
def test_progress_counts_every_delivery_by_state_reason_and_arm(session: Session) -> None:
    for number in range(40):
        somebody(session, unsubscribed=number < 10)
    run = new_run(session, nodes=[send(A=50, B=50)])
    plan(session, run)
    settle(session, run, "sent")

    counted = deliveries.counts(session, id_of(run))

    assert sum(each.deliveries for each in counted) == 40
    by_state = {(each.state, each.reason) for each in counted}
    assert by_state == {
        (DeliveryState.HELD_BACK, Reason.UNSUBSCRIBED),
        (DeliveryState.SENT, ""),
    }
    assert {each.arm for each in counted} == {"A", "B"}


def test_content_that_is_gone_stops_the_batch_and_fails_a_step(session: Session) -> None:
    customer = somebody(session)
    content = {"text": "看看", "attachments": [{"kind": "product", "ref": "999"}]}
    node = {"kind": "send", "id": "hello", "arms": [{"content": content}]}
    run = new_run(session, nodes=[node])
    journey = new_run(session, nodes=[node], kind=CampaignKind.JOURNEY)

    step = Send.model_validate(node)
    assert runner.send_one(session, PARTS, journey, 1, step, customer, NOW) == DeliveryState.FAILED
    with pytest.raises(NothingToShow):
        runner.plan_batch(session, PARTS, id_of(run), NOW, 10)


@pytest.mark.database
@pytest.mark.parametrize("state", [RunState.PAUSED, RunState.STOPPED])
def test_a_step_beside_a_pause_or_a_stop_leaves_nothing(session: Session, state: RunState) -> None:
    customer = somebody(session)
    run = new_run(session, kind=CampaignKind.JOURNEY)
    beside = update(CampaignRun).where(col(CampaignRun.id) == run.id).values(state=state.value)
    session.exec(beside.execution_options(synchronize_session=False))

    with pytest.raises(runner.RunHalted):
        runner.send_one(session, PARTS, run, 1, Send.model_validate(send()), customer, NOW)

    assert states(session, run) == {}
