"""What WeCom says of a mass task's recipients, page by page.

A page and the cursor behind it are kept together: who reads on, reads on from there, and of two
who bring the same page one keeps it.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, select

from campaigns.mass import cap, recipients, states
from campaigns.mass.recipients import Why
from campaigns.mass.tables import MassTask, TaskState
from campaigns.terms import get_terms
from commerce.inserting import affected_rows, id_of

SETTLED: Final = timedelta(hours=2)
"""So long after its confirmation WeCom has sent what it will send of a task."""
EAGER: Final = (
    (timedelta(hours=1), timedelta(minutes=5)),
    (timedelta(hours=6), timedelta(minutes=15)),
)
"""Up to such an age of a task its results are asked for after such a pause,"""
LAZY: Final = timedelta(hours=1)
"""later after this one."""
A_ROUND: Final = 50


class Status(IntEnum):
    """Of a recipient (企业微信 获取企业群发成员执行结果)."""

    UNSENT = 0
    SENT = 1
    NOT_FRIEND = 2
    TOO_MANY = 3


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one recipient."""

    address: str
    status: int
    sent_at: datetime | None = None


def list_due(session: Session, now: datetime) -> Sequence[int]:
    """Tasks whose results are to be asked for now, those that waited longest at the front."""
    statement = (
        select(MassTask.id)
        .where(col(MassTask.check_at) <= now, col(MassTask.msgid).is_not(None))
        .order_by(col(MassTask.check_at), col(MassTask.id))
        .limit(A_ROUND)
    )
    return [each for each in session.exec(statement) if each is not None]


def refuse(session: Session, task: MassTask, addresses: Collection[str]) -> int:
    """WeCom will not send to these (fail_list): they are kept, as failed."""
    return recipients.end(session, task, addresses, Why.REFUSED)


def keep_page(
    session: Session,
    task: MassTask,
    results: Sequence[Result],
    cursor: str,
    next_cursor: str,
    began_at: datetime,
) -> bool:
    """Keep a page that was read from `cursor`; false when somebody else has kept it.

    `began_at` is when the first page of this reading was asked for: what has changed since may not
    be in it.
    """
    cap.hold(session)  # Before the task: who plans tasks holds it before theirs.
    guarded = update(MassTask).where(
        col(MassTask.id) == id_of(task),
        col(MassTask.cursor) == cursor,
        col(MassTask.ended_at).is_(None),
    )
    if cursor:  # An earlier reading may be there too: what it saw is no part of this one.
        guarded = guarded.where(col(MassTask.read_since) == began_at)
    if affected_rows(session, guarded.values(cursor=next_cursor, read_since=began_at)) != 1:
        return False
    session.refresh(task)
    by_status: dict[int, list[str]] = defaultdict(list)
    by_moment: dict[datetime, list[str]] = defaultdict(list)
    for each in results:
        if each.status == Status.SENT:
            by_moment[each.sent_at or task.confirmed_at or began_at].append(each.address)
        else:
            by_status[each.status].append(each.address)
    for moment, addresses in by_moment.items():
        recipients.note_sent(session, task, addresses, moment)
    recipients.end(session, task, by_status[Status.NOT_FRIEND], Why.NOT_FRIEND)
    policy = get_terms(session).cap_policy
    at = task.confirmed_at or began_at
    recipients.defer(session, task, by_status[Status.TOO_MANY], policy, at, began_at)
    return True


def read_to_end(session: Session, task: MassTask, now: datetime, *, is_stopped: bool) -> bool:
    """All pages were read: end the task if nothing more is to come, else ask again later.

    `is_stopped`: WeCom had confirmed that the task was stopped before this reading began, so what
    is unsent stays so. Whether it ended.
    """
    if task.ended_at is not None:
        return False
    cap.hold(session)
    session.refresh(task)
    since = task.read_since or now
    if task.state in _STOPPED:
        why = _STOPPED[TaskState(task.state)]
        if is_stopped:
            recipients.end_open(session, task, why)
        else:
            recipients.leave_unknown(session, task, why)
        return states.finish(session, task, now)
    if not recipients.count_open(session, task):
        return states.finish(session, task, now)
    if task.confirmed_at is not None and task.confirmed_at + SETTLED <= since:
        recipients.end_open(session, task, Why.NOT_CHOSEN)
        return states.finish(session, task, now)
    is_settled = task.confirmed_at is not None and task.confirmed_at + SETTLED <= now
    # What was read before it was settled, page by page with pauses, may have changed since.
    ask_again(session, task, now if is_settled else now + pause(task, now))
    return False


def pause(task: MassTask, now: datetime) -> timedelta:
    """How long to wait before the results are asked for again: the longer, the older it is."""
    since = task.confirmed_at or task.created_at or task.planned_at
    return next((wait for age, wait in EAGER if now - since < age), LAZY)


def ask_again(session: Session, task: MassTask, at: datetime, *, goes_on: bool = False) -> None:
    """Ask for the results at that time: from their beginning, or behind the last page kept."""
    guarded = update(MassTask).where(
        col(MassTask.id) == id_of(task), col(MassTask.ended_at).is_(None)
    )
    cursor = col(MassTask.cursor) if goes_on else ""
    affected_rows(session, guarded.values(check_at=at, cursor=cursor))
    session.refresh(task)


_STOPPED: Final = {TaskState.EXPIRED: Why.EXPIRED, TaskState.CANCELLED: Why.CANCELLED}
