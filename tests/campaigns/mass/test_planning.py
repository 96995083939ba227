"""Gathered deliveries become tasks within WeCom's bounds, and nobody gets more than the cap."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from campaigns import deferring
from campaigns.mass import planning
from campaigns.mass.tables import MassReceipt, MassTask
from campaigns.tables import Delivery, DeliveryState
from tests.campaigns.crowd import PARTS
from tests.campaigns.mass.massing import (
    NOW,
    Asked,
    a_run,
    customers,
    gather,
    make_all,
    states_of,
    taken,
    tally,
    tasks_of,
)


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.mark.database
def test_25_001_recipients_of_one_sender_are_three_tasks(session: Session, asked: Asked) -> None:
    run = a_run(session)
    gather(session, run, customers(25_001))

    make_all(session, asked, run)

    tasks = tasks_of(session)
    assert [(each.part, each.recipients) for each in tasks] == [(1, 10_000), (2, 10_000), (3, 5001)]
    assert asked.count("create") == 3
    assert tally(session) == {"posted": 25_001}
    assert tasks[0].content["text"] == "A款到货了"


def test_one_owner_gets_one_task_for_all_groups(session: Session, asked: Asked) -> None:
    run = a_run(session)
    gather(session, run, [f"g:wr{each}" for each in range(3)], sender="lin")
    gather(session, run, ["g:wr9"], sender="zhou")

    make_all(session, asked, run)

    made = [(task.sender, task.chat_type, task.recipients) for task in tasks_of(session)]
    assert made == [("lin", "group", 3), ("zhou", "group", 1)]


def test_arms_and_kinds_of_recipients_are_never_mixed(session: Session, asked: Asked) -> None:
    run = a_run(session)
    gather(session, run, ["c:1", "c:2"], arm="A")
    gather(session, run, ["c:3"], arm="B")
    gather(session, run, ["g:wr1"], arm="A")
    gather(session, run, ["m:lin"], arm="A")

    make_all(session, asked, run)

    made = {(task.arm, task.chat_type, task.recipients) for task in tasks_of(session)}
    assert made == {("A", "single", 2), ("B", "single", 1), ("A", "group", 1), ("A", "moment", 1)}


@pytest.mark.database
def test_the_31st_message_of_a_month_of_30_days_is_in_no_task(
    session: Session, asked: Asked
) -> None:
    run = a_run(session, policy="month_days")
    first = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
    for number in range(31):
        at = first + timedelta(hours=20 * number)
        gather(session, run, ["c:1"], occasion=number)
        make_all(session, asked, run, at)

    assert taken(session, "wm1") == 30
    assert len(tasks_of(session)) == 30
    assert tally(session) == {"posted": 30, "deferred": 1}
    last = session.exec(select(Delivery).where(Delivery.state == DeliveryState.DEFERRED)).one()
    assert last.due_at == datetime(2026, 11, 30, 16, 0, tzinfo=UTC), "December in Shanghai"
    assert last.reason == "platform_cap"


def test_who_is_over_the_cap_is_due_tomorrow_and_the_others_go(
    session: Session, asked: Asked
) -> None:
    run = a_run(session)
    gather(session, run, customers(2))
    make_all(session, asked, run)
    gather(session, run, customers(3), occasion=1)

    make_all(session, asked, run, NOW + timedelta(hours=1))

    assert [task.recipients for task in tasks_of(session)] == [2, 1]
    deferred = session.exec(select(Delivery).where(Delivery.state == "deferred")).all()
    assert {each.address for each in deferred} == {"wm1", "wm2"}
    assert {each.due_at for each in deferred} == {datetime(2026, 11, 23, 16, 0, tzinfo=UTC)}


def test_the_same_address_is_never_twice_in_a_task(session: Session, asked: Asked) -> None:
    run = a_run(session, policy="week7")
    for occasion in range(3):
        gather(session, run, ["c:1", "c:2"], occasion=occasion)

    make_all(session, asked, run)

    for task in tasks_of(session):
        addresses = session.exec(select(Delivery.address).where(Delivery.task_id == task.id)).all()
        assert len(addresses) == len(set(addresses)) == 2


def test_who_waits_for_a_sender_overnight_keeps_their_place_in_the_new_day(
    session: Session, asked: Asked
) -> None:
    """The sender may confirm tomorrow, and WeCom sends one a day."""
    first, second = a_run(session), a_run(session)
    gather(session, first, ["c:1"])
    make_all(session, asked, first)
    tomorrow = NOW + timedelta(days=1)
    gather(session, second, ["c:1", "c:2"])

    make_all(session, asked, second, tomorrow)

    waiting, late = tasks_of(session)
    assert (waiting.counted_on, late.recipients) == (date(2026, 11, 24), 1)
    assert [taken(session, each) for each in ("wm1", "wm2")] == [1, 1]
    (deferred,) = session.exec(select(Delivery).where(Delivery.state == "deferred")).all()
    assert (deferred.address, deferred.reason) == ("wm1", "platform_cap")


def test_moments_are_nobody_s_messages(session: Session, asked: Asked) -> None:
    run = a_run(session)
    gather(session, run, ["m:lin"], sender="lin")
    gather(session, run, ["m:zhou"], sender="zhou")

    make_all(session, asked, run)

    assert [task.recipients for task in tasks_of(session)] == [1, 1]
    assert session.exec(select(MassReceipt)).all() == []


def test_a_call_makes_few_tasks_and_the_next_goes_on(session: Session, asked: Asked) -> None:
    run = a_run(session)
    for number in range(planning.AT_ONCE + 2):
        gather(session, run, [f"c:{number}"], sender=f"s{number}")

    assert planning.make_tasks(session, asked, run, NOW) == planning.AT_ONCE
    assert planning.make_tasks(session, asked, run, NOW) == 2
    assert planning.make_tasks(session, asked, run, NOW) == 0


def test_a_node_that_is_gone_is_named(session: Session) -> None:
    with pytest.raises(LookupError, match="goodbye"):
        planning.content_of(a_run(session), "goodbye", "A")


@pytest.mark.slow
@pytest.mark.database
def test_100_000_recipients_are_ten_full_tasks(session: Session, asked: Asked) -> None:
    run = a_run(session)
    for number in range(10):
        gather(session, run, customers(10_000, 1 + 10_000 * number))

    make_all(session, asked, run)

    assert tally(session) == {"posted": 100_000}
    assert session.exec(select(MassTask.recipients)).all() == [10_000] * 10
    assert states_of(session)["wm1"] == ("posted", "")


def test_a_group_over_its_cap_is_not_written_to_at_midnight(session: Session, asked: Asked) -> None:
    for run in (a_run(session), a_run(session)):
        gather(session, run, ["g:wr1"])
        make_all(session, asked, run)
    midnight, morning = datetime(2026, 11, 23, 16, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)
    due = select(Delivery).where(Delivery.recipient == "g:wr1", Delivery.state != "posted")
    assert session.exec(due).one().due_at == midnight

    for moment, state, due_at in ((midnight, "deferred", morning), (morning, "gathered", None)):
        assert deferring.take_up_due(session, PARTS, moment, 10) == 1
        found = session.exec(due.execution_options(populate_existing=True)).one()
        assert (found.state, found.due_at) == (state, due_at)
