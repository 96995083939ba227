"""From gathered deliveries to mass tasks: by content and sender, within WeCom's bounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, not_, select, update
from sqlmodel import Session, SQLModel, col

from campaigns.limits import Reason
from campaigns.mass import cap, recipients
from campaigns.mass.tables import ChatType, MassTask
from campaigns.ports import Broadcaster
from campaigns.shapes import NODES, Content, Send
from campaigns.tables import CampaignRun, Delivery, DeliveryState, RunState
from campaigns.terms import get_terms
from commerce.inserting import affected_rows, core, id_of

CHAT_TYPES: Final = {"c": ChatType.SINGLE, "g": ChatType.GROUP, "m": ChatType.MOMENT}
"""By the first letter of a recipient."""
MOST: Final[Mapping[ChatType, int]] = {
    ChatType.SINGLE: 10_000,
    ChatType.GROUP: 2_000,
    ChatType.MOMENT: 1,
}
"""Recipients of one task (企业微信 创建企业群发)."""
AT_ONCE: Final = 5
"""Tasks of one call: so that no transaction holds others up."""


class CountsDiffer(RuntimeError):
    """Receipts were counted by somebody who does not hold them."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one sender is to send with the same content."""

    run_id: int
    node: str
    arm: str
    sender: str
    chat_type: ChatType

    def condition(self) -> ColumnElement[bool]:
        """Its deliveries that wait for a task."""
        letter = next(each for each, kind in CHAT_TYPES.items() if kind == self.chat_type)
        return and_(
            _DELIVERY.c.run_id == self.run_id,
            _DELIVERY.c.state == DeliveryState.GATHERED.value,
            _DELIVERY.c.node == self.node,
            _DELIVERY.c.arm == self.arm,
            _DELIVERY.c.sender == self.sender,
            _DELIVERY.c.recipient.like(f"{letter}:%"),
        )


def make_tasks(session: Session, broadcaster: Broadcaster, run: CampaignRun, now: datetime) -> int:
    """Make tasks of what the run has gathered, a few of them; how many.

    To be called again, in a transaction of its own, until it makes none. Nobody is twice in a
    task; who is over the platform's cap is in none, but due again when the next period begins.
    A run that was paused or stopped makes none.
    """
    cap.hold(session)  # Before anything is read: two who make tasks of a run count the same parts.
    session.refresh(run, ["state"])
    if run.state != RunState.RUNNING:
        return 0
    recipients.count_today(session, now)
    policy = get_terms(session).cap_policy
    made = 0
    for batch in _waiting(session, id_of(run)):
        while made < AT_ONCE and _make(session, broadcaster, run, batch, policy, now):
            made += 1
    return made


def content_of(run: CampaignRun, node: str, arm: str) -> Content:
    """What a node of the run says in one of its variants. Raises LookupError."""
    for each in NODES.validate_python(run.nodes):
        if isinstance(each, Send) and each.id == node:
            return next(one.content for one in each.arms if arm in ("", one.name))
    raise LookupError(f"run {run.id} has no node {node!r}")


def _waiting(session: Session, run_id: int) -> list[Batch]:
    """In the order in which their first recipients were gathered."""
    letter = func.substr(_DELIVERY.c.recipient, 1, 1).label("letter")
    columns = (_DELIVERY.c.node, _DELIVERY.c.arm, _DELIVERY.c.sender)
    statement = (
        select(*columns, letter)
        .where(_DELIVERY.c.run_id == run_id, _DELIVERY.c.state == DeliveryState.GATHERED.value)
        .group_by(*columns, "letter")
        .order_by(func.min(_DELIVERY.c.id))
    )
    return [
        Batch(run_id, row.node, row.arm, row.sender, CHAT_TYPES[row.letter])
        for row in core(session).execute(statement)
    ]


def _make(
    session: Session,
    broadcaster: Broadcaster,
    run: CampaignRun,
    batch: Batch,
    policy: str,
    now: datetime,
) -> bool:
    """One task of a batch; false when nobody of it may receive one now."""
    if core(session).execute(_ids(batch, 1)).first() is None:
        return False
    task = _new_task(session, run, batch, now)
    is_counted = batch.chat_type != ChatType.MOMENT
    most = MOST[batch.chat_type]
    while task.recipients < most and (claimed := _claim(session, batch, task)):
        deferred = _defer_over_cap(session, task, policy, now) if is_counted else 0
        task.recipients += claimed - deferred
    if not task.recipients:
        session.delete(task)
        session.flush()
        return False
    if is_counted and cap.take(session, _addresses(task), policy, now) != task.recipients:
        raise CountsDiffer(task.outbox_key)
    session.add(task)
    session.flush()
    return broadcaster.create(session, task, now)


def _claim(session: Session, batch: Batch, task: MassTask) -> int:
    """Fill up a task with what waits; nobody who is in it already.

    In two statements: in one, a PostgreSQL that has not counted the table lately reads all of it
    for every recipient. Who makes tasks holds the cap, so nobody else claims in between.
    """
    room = MOST[batch.chat_type] - task.recipients
    waiting = _ids(batch, room).subquery("waiting")
    chosen = (
        select(func.min(waiting.c.id))
        .where(waiting.c.address.not_in(_addresses(task)))
        .group_by(waiting.c.address)
    )
    ids = core(session).execute(chosen).scalars().all()
    is_waiting = _DELIVERY.c.state == DeliveryState.GATHERED.value  # Unless the run was stopped.
    claimed = (
        update(_DELIVERY)
        .where(is_waiting)
        .values(state=DeliveryState.POSTED.value, task_id=id_of(task), due_at=None, reason="")
    )
    return sum(
        affected_rows(session, claimed.where(_DELIVERY.c.id.in_(some)))
        for some in batched(ids, recipients.AT_ONCE)
    )


def _ids(batch: Batch, most: int) -> Any:
    """The first deliveries of a batch that wait."""
    columns = (_DELIVERY.c.id, _DELIVERY.c.address)
    return select(*columns).where(batch.condition()).order_by(_DELIVERY.c.id).limit(most)


def _addresses(task: MassTask) -> cap.Addresses:
    return select(_DELIVERY.c.address).where(_DELIVERY.c.task_id == id_of(task))


def _defer_over_cap(session: Session, task: MassTask, policy: str, now: datetime) -> int:
    """Let those of a task wait who may receive nothing more in this period; how many."""
    may_receive = cap.may_receive(_DELIVERY.c.address, policy, now)
    over = update(_DELIVERY).where(_DELIVERY.c.task_id == id_of(task), not_(may_receive))
    deferred = over.values(
        state=DeliveryState.DEFERRED.value,
        reason=Reason.PLATFORM_CAP.value,
        due_at=cap.next_period(policy, now),
        task_id=None,
    )
    return affected_rows(session, deferred)


def _new_task(session: Session, run: CampaignRun, batch: Batch, now: datetime) -> MassTask:
    known = select(func.coalesce(func.max(MassTask.part), 0)).where(
        col(MassTask.run_id) == batch.run_id,
        col(MassTask.node) == batch.node,
        col(MassTask.arm) == batch.arm,
        col(MassTask.sender) == batch.sender,
    )
    part = core(session).execute(known).scalar_one() + 1
    task = MassTask(
        campaign_id=run.campaign_id,
        run_id=batch.run_id,
        node=batch.node,
        arm=batch.arm,
        chat_type=batch.chat_type,
        sender=batch.sender,
        part=part,
        content=content_of(run, batch.node, batch.arm).model_dump(mode="json"),
        recipients=0,
        outbox_key=f"mass:{batch.run_id}:{batch.node}:{batch.arm}:{batch.sender}:{part}",
        planned_at=now,
        counted_on=cap.day_of(now),
    )
    session.add(task)
    session.flush()
    return task


_DELIVERY: Final = SQLModel.metadata.tables[Delivery.__tablename__]
