"""A task's moves, by which only one of two who try succeeds; and how tasks are stopped."""

from datetime import datetime, timedelta
from itertools import product

import pytest
from sqlmodel import Session, col, select, update

from campaigns.mass import cancelling, planning, recipients, results, states
from campaigns.mass.recipients import Why
from campaigns.mass.results import Result, Status
from campaigns.mass.tables import MassTask, TaskState
from campaigns.tables import CampaignRun, Delivery, RunState
from commerce.customers.tables import Customer
from commerce.errors import IllegalMove, NotFound
from commerce.inserting import affected_rows, id_of
from tests.campaigns.mass.massing import (
    NOW,
    Asked,
    a_run,
    a_task,
    customers,
    gather,
    make_all,
    states_of,
    taken,
    tasks_of,
)


@pytest.fixture
def asked() -> Asked:
    return Asked()


def test_a_task_moves_only_from_where_the_state_is_reached(session: Session) -> None:
    task = a_task(session, a_run(session), 1)

    for origin, to in product(TaskState, TaskState):
        affected_rows(session, update(MassTask).values(state=origin.value))
        moved = states.move(session, task, to)

        assert moved == (origin in states.ORIGINS[to])
        assert task.state == (to if moved else origin)


def test_what_wecom_refuses_is_given_back(session: Session, asked: Asked) -> None:
    run = a_run(session)
    gather(session, run, customers(2))
    make_all(session, asked, run)
    (task,) = tasks_of(session)

    assert states.fail(session, task, "附件不对", Why.NOT_MADE, NOW)
    assert not states.fail(session, task, "附件不对", Why.NOT_MADE, NOW)

    assert set(states_of(session).values()) == {("failed", "not_made")}
    assert taken(session, "wm1") == 0
    assert (task.reason, task.ended_at) == ("附件不对", NOW)


def test_a_task_that_has_not_left_is_stopped_at_once(session: Session, asked: Asked) -> None:
    run = a_run(session)
    gather(session, run, customers(2))
    make_all(session, asked, run)
    (task,) = tasks_of(session)

    cancelling.cancel(session, asked, id_of(task), "写错了", NOW)

    assert (task.state, task.ended_at) == ("cancelled", NOW)
    assert set(states_of(session).values()) == {("failed", "cancelled")}
    assert taken(session, "wm1") == 0
    with pytest.raises(IllegalMove, match="已经停了"):
        cancelling.cancel(session, asked, id_of(task), "写错了", NOW)


def test_of_a_confirmed_task_only_what_is_unsent_stops(session: Session, asked: Asked) -> None:
    task = a_task(session, a_run(session), 3)
    states.confirm(session, task, NOW)
    cancelling.cancel(session, asked, id_of(task), "写错了", NOW)
    assert (task.ended_at, asked.count("cancel")) == (None, 1)

    sent = [Result("wm1", Status.SENT, NOW), Result("wm2", Status.UNSENT)]
    assert results.keep_page(session, task, sent, "", "", NOW)
    assert results.read_to_end(session, task, NOW, is_stopped=True)

    assert states_of(session) == {
        "wm1": ("sent", ""),
        "wm2": ("failed", "cancelled"),
        "wm3": ("failed", "cancelled"),
    }
    assert [taken(session, each) for each in ("wm1", "wm2", "wm3")] == [1, 0, 0]
    assert (task.state, task.ended_at, task.check_at) == ("cancelled", NOW, None)


def test_without_wecom_s_word_the_rest_of_a_stopped_task_is_unknown(
    session: Session, asked: Asked
) -> None:
    task = a_task(session, a_run(session), 1)
    cancelling.cancel(session, asked, id_of(task), "写错了", NOW)

    assert results.read_to_end(session, task, NOW, is_stopped=False)

    assert states_of(session) == {"wm1": ("unknown", "cancelled")}
    assert taken(session, "wm1") == 1, "it may yet arrive"


def test_a_stopped_run_takes_its_tasks_along(session: Session, asked: Asked) -> None:
    run = a_run(session)
    task = a_task(session, run, 2)
    assert cancelling.list_stopped_runs(session) == []
    affected_rows(session, update(CampaignRun).values(state=RunState.STOPPED.value))

    (run_id,) = cancelling.list_stopped_runs(session)

    assert cancelling.cancel_run(session, asked, run_id, NOW) == 1
    session.refresh(task)
    assert (task.state, task.reason) == ("cancelled", "活动已停止")
    assert cancelling.list_stopped_runs(session) == []


def test_after_48_hours_without_confirmation_a_task_expires(session: Session, asked: Asked) -> None:
    task = a_task(session, a_run(session), 2)
    then = lapse(task)
    almost = then - timedelta(seconds=1)
    assert cancelling.list_expired(session, almost) == []
    assert not cancelling.expire(session, asked, id_of(task), almost)
    assert cancelling.list_expired(session, then) == [task.id]

    assert cancelling.expire(session, asked, id_of(task), then)

    assert (task.state, asked.count("cancel")) == ("expired", 1)
    assert results.read_to_end(session, task, then, is_stopped=True)
    assert set(states_of(session).values()) == {("failed", "expired")}
    assert taken(session, "wm1") == 0
    assert cancelling.list_expired(session, then) == []


def test_a_confirmed_task_never_expires(session: Session, asked: Asked) -> None:
    task = a_task(session, a_run(session), 2)
    states.confirm(session, task, NOW)

    assert cancelling.list_expired(session, lapse(task)) == []
    assert not cancelling.expire(session, asked, id_of(task), lapse(task))


def test_what_wecom_never_answered_for_ends_too(session: Session, asked: Asked) -> None:
    task = planned(session, asked)
    states.doubt(session, task, NOW)

    assert cancelling.list_expired(session, lapse(task)) == [task.id]
    assert cancelling.expire(session, asked, id_of(task), lapse(task))

    assert (task.state, task.ended_at) == ("expired", lapse(task))
    assert states_of(session) == {"wm1": ("unknown", "expired")}


def test_a_task_waits_as_long_as_its_run_does_and_then_two_days_for_its_sender(
    session: Session, asked: Asked
) -> None:
    task = planned(session, asked)
    late = NOW + timedelta(days=9)
    assert cancelling.list_expired(session, late) == []
    assert not cancelling.expire(session, asked, id_of(task), late)

    assert states.made(session, task, "msg", late)

    assert task.expires_at == late + timedelta(days=2)


def test_a_task_that_is_stopped_while_it_is_made_is_followed_to_its_end(
    session: Session, asked: Asked
) -> None:
    """Its sender may confirm it before WeCom hears that it is to stop."""
    asked.takes_back = False
    task = planned(session, asked)

    cancelling.cancel(session, asked, id_of(task), "写错了", NOW)

    assert (task.state, task.ended_at) == ("cancelled", None)
    assert states_of(session) == {"wm1": ("posted", "")}
    assert taken(session, "wm1") == 1


@pytest.mark.parametrize("is_known", [True, False])
def test_what_was_stopped_while_it_was_made_and_was_not_made_reached_nobody(
    session: Session, asked: Asked, is_known: bool
) -> None:
    asked.takes_back = False
    task = planned(session, asked)
    cancelling.cancel(session, asked, id_of(task), "写错了", NOW)

    if is_known:
        assert states.fail(session, task, "附件不对", Why.NOT_MADE, NOW)
        expected, ended_at = ("failed", "cancelled"), NOW
    else:
        assert states.doubt(session, task, NOW)
        assert states.is_doubtful(task)
        assert cancelling.list_expired(session, lapse(task)) == [task.id]
        assert cancelling.expire(session, asked, id_of(task), lapse(task))
        expected, ended_at = ("unknown", "cancelled"), lapse(task)

    assert (task.state, task.ended_at) == ("cancelled", ended_at)
    assert states_of(session) == {"wm1": expected}


def planned(session: Session, asked: Asked) -> MassTask:
    """A task for one customer, which is in the outbox."""
    run = a_run(session)
    gather(session, run, customers(1))
    make_all(session, asked, run)
    (task,) = tasks_of(session)
    return task


def lapse(task: MassTask) -> datetime:
    """When it lapses."""
    assert task.expires_at is not None
    return task.expires_at


def test_a_doubtful_task_cannot_be_stopped_before_it_is_known(
    session: Session, asked: Asked
) -> None:
    run = a_run(session)
    gather(session, run, customers(1))
    make_all(session, asked, run)
    (task,) = tasks_of(session)
    states.doubt(session, task, NOW)

    with pytest.raises(IllegalMove, match="还不知道"):
        cancelling.cancel(session, asked, id_of(task), "写错了", NOW)


def test_who_unsubscribed_since_is_taken_off(session: Session, asked: Asked) -> None:
    run = a_run(session)
    people = [Customer(created_at=NOW, last_seen_at=NOW) for _ in range(2)]
    session.add_all(people)
    session.flush()
    gather(session, run, customers(2))
    for number, person in enumerate(people, 1):
        named = update(Delivery).where(col(Delivery.recipient) == f"c:{number}")
        affected_rows(session, named.values(customer_id=person.id))
    make_all(session, asked, run)
    people[0].unsubscribed_at = NOW
    session.add(people[0])
    session.flush()
    (task,) = tasks_of(session)

    assert recipients.drop_unwanted(session, task) == 1

    assert states_of(session)["wm1"] == ("held_back", "unsubscribed")
    assert recipients.list_open(session, task) == ["wm2"]
    assert (taken(session, "wm1"), taken(session, "wm2")) == (0, 1)


def test_a_task_that_is_not_there_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        states.get_task(session, 7)
    assert session.exec(select(MassTask)).all() == []


@pytest.mark.parametrize("why", [Why.NOT_MADE, Why.NOBODY])
def test_a_task_that_wecom_refuses_pauses_its_run(session: Session, why: Why) -> None:
    run = a_run(session)
    gather(session, run, customers(25))
    planning.make_tasks(session, Asked(), run, NOW)
    (task,) = tasks_of(session)

    assert states.fail(session, task, "企业微信拒绝了", why, NOW)

    session.refresh(run)
    assert run.state == RunState.PAUSED
