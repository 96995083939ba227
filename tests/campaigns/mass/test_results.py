"""What WeCom says of recipients, kept page by page."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select as core_select
from sqlalchemy import update as core_update
from sqlmodel import Session, SQLModel, col, select

from campaigns.mass import cap, results, states
from campaigns.mass.results import Result, Status
from campaigns.mass.tables import MassReceipt, MassTask
from campaigns.tables import Delivery
from commerce.inserting import core, id_of
from tests.campaigns.mass.massing import NOW, a_run, a_task, states_of, taken

HOUR = timedelta(hours=1)
MASS_TASK = SQLModel.metadata.tables[MassTask.__tablename__]
MASS_RECEIPT = SQLModel.metadata.tables[MassReceipt.__tablename__]


@pytest.fixture
def task(session: Session) -> MassTask:
    """Four customers, confirmed."""
    made = a_task(session, a_run(session), 4)
    states.confirm(session, made, NOW)
    return made


@pytest.mark.database
def test_every_status_means_what_wecom_says(session: Session, task: MassTask) -> None:
    page = [
        Result("wm1", Status.SENT, NOW + timedelta(seconds=5)),
        Result("wm2", Status.NOT_FRIEND),
        Result("wm3", Status.TOO_MANY),
        Result("wm4", Status.UNSENT),
    ]
    assert results.keep_page(session, task, page, "", "", NOW)

    assert states_of(session) == {
        "wm1": ("sent", ""),
        "wm2": ("failed", "not_friend"),
        "wm3": ("deferred", "platform_cap"),
        "wm4": ("posted", ""),
    }
    assert [taken(session, f"wm{each}") for each in range(1, 5)] == [1, 0, 1, 1]
    sent = session.exec(select(Delivery).where(Delivery.address == "wm1")).one()
    assert sent.sent_at == NOW + timedelta(seconds=5)


def test_who_had_too_many_is_planned_for_the_next_period(session: Session) -> None:
    task = a_task(session, a_run(session, policy="week7"), 1)
    results.keep_page(session, task, [Result("wm1", Status.TOO_MANY)], "", "", NOW)

    delivery = session.exec(select(Delivery)).one()
    assert delivery.due_at == datetime(2026, 11, 29, 16, 0, tzinfo=UTC), "Monday in Shanghai"
    assert (delivery.task_id, delivery.address, delivery.sender) == (None, "wm1", "lin")
    assert taken(session, "wm1") == 7


def test_who_had_too_many_had_them_when_the_sender_confirmed(session: Session) -> None:
    task = a_task(session, a_run(session), 1)
    states.confirm(session, task, NOW)
    tomorrow = NOW + timedelta(days=1)

    results.keep_page(session, task, [Result("wm1", Status.TOO_MANY)], "", "", tomorrow)

    delivery = session.exec(select(Delivery)).one()
    assert delivery.due_at == tomorrow, "its next period has begun"
    assert cap.take(session, core_select(col(Delivery.address)), "day1", tomorrow) == 1


def test_refused_recipients_are_kept_as_failed(session: Session, task: MassTask) -> None:
    assert results.refuse(session, task, ["wm2", "wm9"]) == 1

    assert states_of(session)["wm2"] == ("failed", "refused")
    assert len(session.exec(select(Delivery).where(Delivery.task_id == task.id)).all()) == 4
    assert taken(session, "wm2") == 0


def test_of_two_who_bring_a_page_one_keeps_it(session: Session, task: MassTask) -> None:
    page = [Result("wm1", Status.SENT, NOW)]

    assert results.keep_page(session, task, page, "", "cursor-1", NOW)
    assert not results.keep_page(session, task, page, "", "cursor-1", NOW)
    assert task.cursor == "cursor-1"


def test_a_page_of_an_earlier_reading_is_no_part_of_a_later_one(
    session: Session, task: MassTask
) -> None:
    later = NOW + HOUR
    assert results.keep_page(session, task, [], "", "cursor-1", NOW)
    results.ask_again(session, task, later)
    assert results.keep_page(session, task, [], "", "cursor-1", later)

    assert not results.keep_page(session, task, [], "cursor-1", "", NOW)
    assert results.keep_page(session, task, [], "cursor-1", "", later)


def test_a_reading_that_began_before_all_was_sent_leaves_nobody_out(
    session: Session, task: MassTask
) -> None:
    settled = NOW + results.SETTLED
    results.keep_page(session, task, [], "", "cursor-1", settled - HOUR)
    results.keep_page(session, task, [], "cursor-1", "", settled - HOUR)

    assert not results.read_to_end(session, task, settled + HOUR, is_stopped=False)
    assert set(states_of(session).values()) == {("posted", "")}


def test_who_is_left_out_is_given_back_on_the_day_they_are_counted_now(
    session: Session, task: MassTask
) -> None:
    """Another process has let them count today since the task was read."""
    tomorrow = NOW + timedelta(days=1)
    begun = {"counted_on": tomorrow.date(), "read_since": tomorrow}
    core(session).execute(core_update(MASS_TASK).values(**begun))
    core(session).execute(core_update(MASS_RECEIPT).values(day=tomorrow.date()))

    assert results.read_to_end(session, task, tomorrow, is_stopped=False)

    assert taken(session, "wm1") == 0


def test_a_message_confirmed_on_another_day_counts_on_that_day(session: Session) -> None:
    task = a_task(session, a_run(session), 1)
    tomorrow = NOW + timedelta(days=1)

    results.keep_page(session, task, [Result("wm1", Status.SENT, tomorrow)], "", "", tomorrow)

    assert taken(session, "wm1") == 1
    of_task = core_select(col(Delivery.address))
    assert cap.take(session, of_task, "day1", NOW) == 1
    assert cap.take(session, of_task, "day1", tomorrow) == 0


def test_all_reached_is_sent(session: Session, task: MassTask) -> None:
    page = [Result(f"wm{each}", Status.SENT, NOW) for each in range(1, 5)]
    results.keep_page(session, task, page, "", "", NOW)

    assert results.read_to_end(session, task, NOW, is_stopped=False)
    assert (task.state, task.ended_at, task.check_at) == ("sent", NOW, None)


def test_some_reached_is_partly_sent(session: Session, task: MassTask) -> None:
    page = [Result("wm1", Status.SENT, NOW)]
    page += [Result(f"wm{each}", Status.NOT_FRIEND) for each in range(2, 5)]
    results.keep_page(session, task, page, "", "", NOW)

    assert results.read_to_end(session, task, NOW, is_stopped=False)
    assert task.state == "partly"


def test_who_was_left_out_is_known_when_wecom_has_had_its_time(
    session: Session, task: MassTask
) -> None:
    results.keep_page(session, task, [Result("wm1", Status.SENT, NOW)], "", "", NOW)
    assert not results.read_to_end(session, task, NOW + HOUR, is_stopped=False)
    assert (task.state, task.cursor) == ("created", "")
    assert task.check_at is not None
    assert task.check_at > NOW + HOUR

    settled = NOW + results.SETTLED
    assert not results.read_to_end(session, task, settled, is_stopped=False)
    assert task.check_at == settled, "what was read before then may have changed"
    results.keep_page(session, task, [Result("wm1", Status.SENT, NOW)], "", "", settled)
    assert results.read_to_end(session, task, settled, is_stopped=False)

    assert task.state == "partly"
    assert states_of(session)["wm2"] == ("failed", "not_chosen")
    assert taken(session, "wm2") == 0


@pytest.mark.parametrize(
    ("age", "wait"),
    [(0, 5), (59, 5), (60, 15), (359, 15), (360, 60), (2_000, 60)],
)
def test_the_older_a_task_the_rarer_it_is_asked_about(
    session: Session, age: int, wait: int
) -> None:
    task = a_task(session, a_run(session), 1)

    assert results.pause(task, NOW + timedelta(minutes=age)) == timedelta(minutes=wait)


def test_tasks_are_due_when_their_time_has_come(session: Session) -> None:
    task = a_task(session, a_run(session), 1)

    assert results.list_due(session, NOW) == []
    assert results.list_due(session, NOW + states.FIRST_LOOK) == [id_of(task)]
    results.ask_again(session, task, NOW + HOUR)
    assert results.list_due(session, NOW + states.FIRST_LOOK) == []
