"""The states of a mass task. Every move is guarded: of two who try, one succeeds."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, update
from sqlmodel import Session, col

from campaigns import deliveries
from campaigns.mass import cap, recipients
from campaigns.mass.recipients import Why
from campaigns.mass.tables import MassTask, TaskState
from commerce.errors import NotFound
from commerce.inserting import affected_rows, id_of

ORIGINS: Final[Mapping[TaskState, frozenset[TaskState]]] = {
    TaskState.PLANNED: frozenset(),
    TaskState.UNKNOWN: frozenset({TaskState.PLANNED}),
    TaskState.CREATED: frozenset({TaskState.PLANNED, TaskState.UNKNOWN}),
    TaskState.SENT: frozenset({TaskState.CREATED}),
    TaskState.PARTLY: frozenset({TaskState.CREATED}),
    TaskState.EXPIRED: frozenset({TaskState.CREATED, TaskState.UNKNOWN}),
    TaskState.CANCELLED: frozenset({TaskState.PLANNED, TaskState.CREATED}),
    TaskState.FAILED: frozenset({TaskState.PLANNED, TaskState.UNKNOWN, TaskState.CREATED}),
}
"""From which states each is reached."""
PATIENCE: Final = timedelta(hours=48)
"""Longer nobody waits for a sender to confirm."""
FIRST_LOOK: Final = timedelta(minutes=5)
"""After WeCom has made a task its results are asked for the first time."""


IS_STOPPED_UNSEEN: Final = and_(
    col(MassTask.state) == TaskState.CANCELLED.value,
    col(MassTask.ended_at).is_(None),
    col(MassTask.msgid).is_(None),
)
"""Of tasks that were stopped while the call was under way that makes them."""


def get_task(session: Session, task_id: int) -> MassTask:
    """The task as it is now. Raises NotFound."""
    task = session.get(MassTask, task_id, populate_existing=True)
    if task is None:
        raise NotFound("没有这个群发任务", task_id=task_id)
    return task


def move(session: Session, task: MassTask, to: TaskState, **values: Any) -> bool:
    """Bring a task into another state; false when it is not where that is reached from."""
    statement = update(MassTask).where(
        col(MassTask.id) == id_of(task), col(MassTask.state).in_(ORIGINS[to])
    )
    moved = affected_rows(session, statement.values(state=to.value, **values)) == 1
    session.refresh(task)
    return moved


def made(session: Session, task: MassTask, msgid: str, now: datetime) -> bool:
    """WeCom has it: from now on its sender may confirm it."""
    return move(
        session,
        task,
        TaskState.CREATED,
        msgid=msgid,
        created_at=now,
        expires_at=now + PATIENCE,
        check_at=now + FIRST_LOOK,
        reason="",
    )


def doubt(session: Session, task: MassTask, now: datetime) -> bool:
    """Nobody knows whether WeCom made it: it is looked for there. One that was stopped stays so."""
    looked_for = {"check_at": now, "expires_at": now + PATIENCE}
    if move(session, task, TaskState.UNKNOWN, **looked_for):
        return True
    statement = update(MassTask).where(col(MassTask.id) == id_of(task), IS_STOPPED_UNSEEN)
    doubted = affected_rows(session, statement.values(**looked_for)) == 1
    session.refresh(task)
    return doubted


def is_doubtful(task: MassTask) -> bool:
    """Whether WeCom may have it, and by which name nobody knows."""
    was_stopped = task.state == TaskState.CANCELLED and task.ended_at is None
    return task.state == TaskState.UNKNOWN or (was_stopped and task.msgid is None)


def fail(session: Session, task: MassTask, reason: str, why: Why, now: datetime) -> bool:
    """It surely was not made: nobody gets anything of it, and what was counted is given back."""
    cap.hold(session)
    failed = move(session, task, TaskState.FAILED, reason=reason, check_at=None, ended_at=now)
    if failed:
        ended = recipients.end_open(session, task, why)
        deliveries.note_failures(session, task.run_id, ended)
    elif task.state == TaskState.CANCELLED and task.msgid is None:
        # It was stopped while the call was under way.
        failed = finish(session, task, now)
        recipients.end_open(session, task, Why.CANCELLED)
    return failed


def confirm(session: Session, task: MassTask, at: datetime) -> bool:
    """Its sender has confirmed it; true the first time."""
    statement = update(MassTask).where(
        col(MassTask.id) == id_of(task), col(MassTask.confirmed_at).is_(None)
    )
    confirmed = affected_rows(session, statement.values(confirmed_at=at)) == 1
    session.refresh(task)
    return confirmed


def finish(session: Session, task: MassTask, now: datetime) -> bool:
    """All that will ever be known of its recipients is known. One that was stopped stays so."""
    ended: dict[str, Any] = {"check_at": None, "cursor": "", "ended_at": now}
    if task.state == TaskState.CREATED:
        is_whole = recipients.count_sent(session, task) >= task.recipients
        return move(session, task, TaskState.SENT if is_whole else TaskState.PARTLY, **ended)
    statement = update(MassTask).where(
        col(MassTask.id) == id_of(task), col(MassTask.ended_at).is_(None)
    )
    finished = affected_rows(session, statement.values(**ended)) == 1
    session.refresh(task)
    return finished
