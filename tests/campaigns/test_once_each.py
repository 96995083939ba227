"""Nobody gets it twice and nothing is lost, whatever happens while a run is under way."""

from datetime import timedelta

from sqlmodel import Session, col, select

from bot.tables import OutboxMessage, OutboxState
from campaigns import deferring, runner
from campaigns.joining import follow_merge
from campaigns.mass import planning
from campaigns.tables import CampaignRun, Delivery, DeliveryState, RunState
from commerce.customers.tables import Customer
from commerce.inserting import id_of
from tests.campaigns.crowd import PARTS, new_run, somebody
from tests.campaigns.mass.massing import Asked, a_run, customers, gather, tasks_of
from tests.commerce.shop import NOW


def _waiting(session: Session, run: CampaignRun) -> int:
    """How many letters of a run are about to leave."""
    statement = select(OutboxMessage.key).where(
        OutboxMessage.run_id == run.id, col(OutboxMessage.state) == OutboxState.PENDING
    )
    return len(session.exec(statement).all())


def test_who_proves_to_be_somebody_planned_before_is_not_planned_again(session: Session) -> None:
    gone, kept = somebody(session), somebody(session)
    run = new_run(session)
    assert runner.plan_batch(session, PARTS, id_of(run), NOW, 1) == 1
    session.get_one(Customer, gone).merged_into_id = kept
    session.flush()
    follow_merge(session, kept, gone)

    runner.plan_batch(session, PARTS, id_of(run), NOW, 1)

    found = session.exec(select(Delivery).where(Delivery.run_id == run.id)).all()
    assert [each.customer_id for each in found] == [kept]


def test_a_letter_taken_back_leaves_again_within_the_same_second(session: Session) -> None:
    somebody(session)
    run = new_run(session)
    runner.plan_batch(session, PARTS, id_of(run), NOW, 10)
    before = _waiting(session, run)
    runner.pause(session, id_of(run), by="staff:1", reason="等一等")
    soon = NOW + timedelta(milliseconds=400)

    runner.resume(session, PARTS.letterbox, id_of(run), by="staff:1", now=soon)
    deferring.take_up_due(session, PARTS, soon, 10)

    assert _waiting(session, run) == before > 0


def test_no_task_is_made_for_a_run_that_was_paused_meanwhile(session: Session) -> None:
    run = a_run(session)
    gather(session, run, customers(3))
    runner.pause(session, id_of(run), by="staff:1", reason="等一等")

    assert planning.make_tasks(session, Asked(), run, NOW) == 0
    assert run.state == RunState.PAUSED
    assert tasks_of(session) == []


def test_a_run_whose_letters_stand_still_keeps_no_other_waiting(session: Session) -> None:
    full, other = new_run(session), new_run(session)
    for run, number in ((full, deferring.BACKLOG), (full, 5), (other, 2)):
        for _ in range(number):
            customer = somebody(session)
            delivery = Delivery(
                campaign_id=run.campaign_id,
                run_id=id_of(run),
                node="hello",
                arm="A",
                recipient=f"c:{customer}",
                customer_id=customer,
                state=DeliveryState.DEFERRED,
                due_at=NOW - timedelta(hours=1 if run is full else 0),
                planned_at=NOW,
            )
            session.add(delivery)
        session.flush()

    while deferring.take_up_due(session, PARTS, NOW, 25):
        pass

    assert [_waiting(session, run) for run in (full, other)] == [deferring.BACKLOG, 2]
