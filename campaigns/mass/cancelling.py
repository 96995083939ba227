"""Stopping mass tasks: by an operator, because their run was stopped, or since time ran out.

What a sender has confirmed is sent, and nothing recalls it. So a task that WeCom has is stopped
there first; then its results are read once more, and only what is unsent by then got nothing. One
whose making is under way is stopped as soon as WeCom's name for it is known.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, or_, select

from campaigns.mass import cap, recipients, states
from campaigns.mass.recipients import Why
from campaigns.mass.tables import MassTask, TaskState
from campaigns.ports import Broadcaster
from campaigns.tables import CampaignRun, RunState
from commerce.errors import IllegalMove

A_ROUND: Final = 100
_BEGUN: Final = (TaskState.PLANNED, TaskState.CREATED)


def cancel(
    session: Session, broadcaster: Broadcaster, task_id: int, reason: str, now: datetime
) -> MassTask:
    """Stop what was not sent of a task. `reason` is for operators.

    Raises NotFound, and IllegalMove for a task that is over, or of which nobody knows whether
    WeCom has it.
    """
    task = states.get_task(session, task_id)
    if not _stop(session, broadcaster, task, reason, now):
        raise IllegalMove(_WHY_NOT.get(TaskState(task.state), "这个群发已经结束，不能再停"))
    return task


def cancel_run(session: Session, broadcaster: Broadcaster, run_id: int, now: datetime) -> int:
    """Stop the tasks of a run that was stopped; how many."""
    statement = select(MassTask).where(MassTask.run_id == run_id, col(MassTask.state).in_(_BEGUN))
    tasks = session.exec(statement.execution_options(populate_existing=True)).all()
    return sum(_stop(session, broadcaster, task, "活动已停止", now) for task in tasks)


def list_stopped_runs(session: Session) -> Sequence[int]:
    """Runs that were stopped while tasks of theirs may still be confirmed."""
    statement = (
        select(CampaignRun.id)
        .join(MassTask, col(MassTask.run_id) == col(CampaignRun.id))
        .where(CampaignRun.state == RunState.STOPPED, col(MassTask.state).in_(_BEGUN))
        .distinct()
        .limit(A_ROUND)
    )
    return [each for each in session.exec(statement) if each is not None]


def list_expired(session: Session, now: datetime) -> Sequence[int]:
    """Tasks for whose confirmation nobody waits any more; what WeCom has not got waits on."""
    statement = (
        select(MassTask.id)
        .where(
            or_(
                col(MassTask.state).in_((TaskState.UNKNOWN, TaskState.CREATED)),
                states.IS_STOPPED_UNSEEN,
            ),
            col(MassTask.confirmed_at).is_(None),
            col(MassTask.expires_at) <= now,
        )
        .order_by(col(MassTask.id))
        .limit(A_ROUND)
    )
    return [each for each in session.exec(statement) if each is not None]


def expire(session: Session, broadcaster: Broadcaster, task_id: int, now: datetime) -> bool:
    """Let a task lapse that was not confirmed in time; whether it did."""
    task = states.get_task(session, task_id)
    if task.confirmed_at is not None or task.expires_at is None or task.expires_at > now:
        return False
    if task.state == TaskState.CANCELLED:
        recipients.leave_unknown(session, task, Why.CANCELLED)
        return states.finish(session, task, now)
    was_unknown = task.state == TaskState.UNKNOWN
    if not states.move(session, task, TaskState.EXPIRED, reason="48小时内没有确认", check_at=None):
        return False
    if was_unknown:
        recipients.leave_unknown(session, task, Why.EXPIRED)
        states.finish(session, task, now)
    else:
        broadcaster.cancel(session, task, now)
    return True


def take_back(session: Session, broadcaster: Broadcaster, task: MassTask, now: datetime) -> bool:
    """End a task that was stopped while it was made, and was not made; whether it was one.

    Its call would go again, and of a run that does not run never.
    """
    if task.state != TaskState.CANCELLED or not broadcaster.cancel(session, task, now):
        return False
    cap.hold(session)
    session.refresh(task)
    _end(session, task, now)
    return True


def _stop(
    session: Session, broadcaster: Broadcaster, task: MassTask, reason: str, now: datetime
) -> bool:
    # The outbox before the cap, as who notes what WeCom answered.
    is_back = task.state == TaskState.PLANNED and broadcaster.cancel(session, task, now)
    cap.hold(session)
    if not states.move(session, task, TaskState.CANCELLED, reason=reason, check_at=None):
        return False
    if is_back:
        _end(session, task, now)
    elif task.msgid is not None:
        broadcaster.cancel(session, task, now)
    return True


def _end(session: Session, task: MassTask, now: datetime) -> None:
    recipients.end_open(session, task, Why.CANCELLED)
    states.finish(session, task, now)


_WHY_NOT: Final = {
    TaskState.UNKNOWN: "还不知道企业微信有没有建好这个群发，查明之后才能停",
    TaskState.CANCELLED: "这个群发已经停了",
}
