"""Senders are reminded three times in 24 hours at most, by day; then their stand-in is told."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from campaigns.mass import reminding, states
from campaigns.mass.reminding import TooManyReminders
from campaigns.mass.tables import MassReminder, MassTask
from commerce.errors import IllegalMove
from commerce.inserting import id_of
from commerce.shanghai import SHANGHAI
from tests.campaigns.mass.massing import NOW, Asked, a_run, a_task

HOUR = timedelta(hours=1)


@pytest.fixture
def asked() -> Asked:
    return Asked(stand_ins={"lin": "zhou"})


@pytest.fixture
def task(session: Session) -> MassTask:
    """Made at ten in the morning."""
    return a_task(session, a_run(session), 1)


def go_on(session: Session, asked: Asked, hours: int, since: datetime = NOW) -> list[datetime]:
    """Every quarter of an hour what the job does; when the clock reminded, in Shanghai."""
    for quarter in range(hours * 4 + 1):
        now = since + quarter * timedelta(minutes=15)
        for task_id in reminding.list_waiting(session, now):
            reminding.remind_if_due(session, asked, task_id, now)
    times = session.exec(select(MassReminder.at).order_by(col(MassReminder.at)))
    return [each.astimezone(SHANGHAI) for each in times]


@pytest.mark.database
def test_the_fourth_reminder_within_24_hours_is_refused_here(
    session: Session, asked: Asked, task: MassTask
) -> None:
    for hours in range(3):
        reminding.remind(session, asked, id_of(task), "staff:7", NOW + hours * HOUR)

    with pytest.raises(
        TooManyReminders, match="24小时内已经提醒过3次，11月24日10:00以后可以再提醒"
    ):
        reminding.remind(session, asked, id_of(task), "staff:7", NOW + 23 * HOUR)

    assert asked.count("remind") == 3
    reminding.remind(session, asked, id_of(task), "staff:7", NOW + 24 * HOUR)
    assert asked.count("remind") == 4
    with pytest.raises(TooManyReminders):
        reminding.remind(session, asked, id_of(task), "staff:7", NOW + 24 * HOUR)


def test_the_clock_reminds_by_day_and_then_tells_the_stand_in_once(
    session: Session, asked: Asked, task: MassTask
) -> None:
    times = go_on(session, asked, hours=48)

    assert [(each.day, each.hour, each.minute) for each in times] == [
        (23, 12, 0),
        (23, 16, 0),
        (24, 9, 0),
    ]
    assert asked.calls[-1] == ("stand-in", task.id)
    assert asked.count("stand-in") == 1
    session.refresh(task)
    assert task.stand_in_told_at == NOW + 25 * HOUR, "two hours after the last reminder"


def test_marks_of_the_night_are_made_good_one_at_a_time(session: Session, asked: Asked) -> None:
    task = a_task(session, a_run(session), 1)
    evening = NOW + 10 * HOUR
    task.created_at = evening
    session.add(task)
    session.flush()

    times = go_on(session, asked, hours=36, since=evening)

    assert [(each.day, each.hour) for each in times] == [(24, 9), (24, 11), (24, 16)]


def test_who_has_no_stand_in_stays_with_three_reminders(session: Session, task: MassTask) -> None:
    alone = Asked()

    assert len(go_on(session, alone, hours=48)) == 3
    session.refresh(task)
    assert task.stand_in_told_at is None


def test_who_has_confirmed_is_left_alone(session: Session, asked: Asked, task: MassTask) -> None:
    states.confirm(session, task, NOW)

    assert go_on(session, asked, hours=48) == []
    assert reminding.remind_if_due(session, asked, id_of(task), NOW + 3 * HOUR) is None
    with pytest.raises(IllegalMove, match="不在等人确认"):
        reminding.remind(session, asked, id_of(task), "staff:7", NOW)
    assert asked.calls == []


def test_what_people_reminded_of_counts_for_the_clock_too(
    session: Session, asked: Asked, task: MassTask
) -> None:
    reminding.remind(session, asked, id_of(task), "staff:7", NOW + HOUR)

    times = go_on(session, asked, hours=5)

    assert len(times) == 1, "the next mark is at six hours"
