"""Senders who have not confirmed: reminded by WeCom, then their stand-in is told.

WeCom reminds of a task three times in 24 hours at most (提醒成员群发), whoever asks for it.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, select

from campaigns.mass import states
from campaigns.mass.tables import MassReminder, MassTask, TaskState
from campaigns.ports import Broadcaster
from commerce.errors import IllegalMove
from commerce.inserting import affected_rows, id_of
from commerce.shanghai import SHANGHAI

MOST: Final = 3
WINDOW: Final = timedelta(hours=24)
MARKS: Final = (timedelta(hours=2), timedelta(hours=6), timedelta(hours=20))
"""So long after a task was made its sender is reminded by the clock."""
APART: Final = timedelta(hours=2)
"""Reminders by the clock, and the word to the stand-in, leave the sender so much time."""
FROM, UNTIL = time(9), time(21)
"""Hours of Shanghai in which the clock reminds."""
CLOCK: Final = "clock"
A_ROUND: Final = 100


class TooManyReminders(IllegalMove):
    """The task's sender was reminded three times within 24 hours."""


def remind(
    session: Session, broadcaster: Broadcaster, task_id: int, by: str, now: datetime
) -> MassReminder:
    """Have the sender reminded. `by` is `staff:7`, or `clock`.

    Raises NotFound, IllegalMove for a task that waits for nobody, TooManyReminders.
    """
    task = states.get_task(session, task_id)
    if not _hold(session, task):
        raise IllegalMove("这个群发不在等人确认，不用提醒")
    recent = _times(session, task_id, since=now - WINDOW)
    if len(recent) >= MOST:
        free = (recent[-MOST] + WINDOW).astimezone(SHANGHAI)
        raise TooManyReminders(
            f"24小时内已经提醒过{MOST}次，{free.month}月{free.day}日{free:%H:%M}以后可以再提醒"
        )
    reminder = MassReminder(task_id=task_id, by=by, at=now)
    session.add(reminder)
    session.flush()
    broadcaster.remind(session, task, id_of(reminder), now)
    return reminder


def list_waiting(session: Session, now: datetime) -> Sequence[int]:
    """Tasks whose senders, or stand-ins, may have to hear something now; none out of hours."""
    if not FROM <= now.astimezone(SHANGHAI).time() < UNTIL:
        return []
    statement = (
        select(MassTask.id)
        .where(
            MassTask.state == TaskState.CREATED,
            col(MassTask.confirmed_at).is_(None),
            col(MassTask.created_at) <= now - MARKS[0],
            col(MassTask.stand_in_told_at).is_(None),
        )
        .order_by(col(MassTask.id))
    )
    return [each for each in session.exec(statement) if each is not None]


def remind_if_due(
    session: Session, broadcaster: Broadcaster, task_id: int, now: datetime
) -> MassReminder | None:
    """What the clock does about a task: one more reminder when a mark has passed, and after the
    last one the stand-in is told, once. The reminder, if there was one."""
    task = states.get_task(session, task_id)
    if task.created_at is None or not _hold(session, task):
        return None
    times = _times(session, task_id)
    if times and now - times[-1] < APART:
        return None
    passed = sum(task.created_at + mark <= now for mark in MARKS)
    if passed > len(times) and len([each for each in times if each > now - WINDOW]) < MOST:
        return remind(session, broadcaster, task_id, CLOCK, now)
    if passed == len(MARKS):
        _tell_stand_in(session, broadcaster, task, now)
    return None


def _tell_stand_in(
    session: Session, broadcaster: Broadcaster, task: MassTask, now: datetime
) -> None:
    if task.stand_in_told_at is None and broadcaster.tell_stand_in(session, task, now):
        task.stand_in_told_at = now
        session.add(task)
        session.flush()


def _hold(session: Session, task: MassTask) -> bool:
    """Hold a task that waits to be confirmed; who else reminds of it waits meanwhile."""
    statement = update(MassTask).where(
        col(MassTask.id) == id_of(task),
        col(MassTask.state) == TaskState.CREATED,
        col(MassTask.confirmed_at).is_(None),
    )
    is_waiting = affected_rows(session, statement.values(state=TaskState.CREATED.value)) == 1
    session.refresh(task)
    return is_waiting


def _times(session: Session, task_id: int, since: datetime | None = None) -> list[datetime]:
    statement = select(MassReminder.at).where(MassReminder.task_id == task_id)
    if since is not None:
        statement = statement.where(col(MassReminder.at) > since)
    return list(session.exec(statement.order_by(col(MassReminder.at))))
