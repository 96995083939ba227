"""Tasks that are worth points, each once to a customer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from commerce.customers.merging import lock_customer
from commerce.customers.tables import Identity
from commerce.inserting import id_of, insert_once
from commerce.membership.points import give
from commerce.membership.tables import Member, MemberTask, TaskDone, TaskKind
from commerce.ordering.tables import Order, OrderState

_KINDS: Final = {kind.value: place for place, kind in enumerate(TaskKind)}


@dataclass(frozen=True, slots=True)
class TaskStanding:
    """A task as one customer has it."""

    task: MemberTask
    is_done: bool


def list_tasks(session: Session, customer_id: int) -> list[TaskStanding]:
    """The open tasks, and which of them the customer has had points for."""
    done = set(session.exec(select(TaskDone.kind).where(TaskDone.customer_id == customer_id)))
    found = session.exec(select(MemberTask).where(col(MemberTask.is_open)))
    tasks = sorted(found, key=lambda task: _KINDS.get(task.kind, len(_KINDS)))
    return [TaskStanding(task, task.kind in done) for task in tasks]


def serve_tasks(session: Session, customer_id: int, now: datetime) -> list[MemberTask]:
    """Give the points of every open task that the customer has fulfilled; those served now."""
    fulfilled = [
        each.task
        for each in list_tasks(session, customer_id)
        if not each.is_done and _is_fulfilled(session, customer_id, each.task)
    ]
    if not fulfilled:
        return []
    customer_id = id_of(lock_customer(session, customer_id))
    return [task for task in fulfilled if _serve(session, customer_id, task, now)]


def _serve(session: Session, customer_id: int, task: MemberTask, now: datetime) -> bool:
    if not insert_once(session, TaskDone, customer_id=customer_id, kind=task.kind, at=now):
        return False
    give(
        session,
        customer_id,
        task.points,
        kind="task_done",
        ref=f"{customer_id}:{task.kind}",
        memo=task.title,
        now=now,
    )
    return True


def _is_fulfilled(session: Session, customer_id: int, task: MemberTask) -> bool:
    fulfilled = _FULFILLED.get(task.kind)
    return fulfilled is not None and fulfilled(session, customer_id)


def _told_birthday(session: Session, customer_id: int) -> bool:
    return session.get(Member, customer_id) is not None


def _follows(session: Session, customer_id: int) -> bool:
    follows = select(Identity.id).where(
        Identity.customer_id == customer_id,
        Identity.channel == "official_account",
        col(Identity.follows),
    )
    return session.exec(follows).first() is not None


def _received_order(session: Session, customer_id: int) -> bool:
    received = select(Order.id).where(
        Order.customer_id == customer_id,
        col(Order.state).in_((OrderState.RECEIVED, OrderState.FINISHED)),
    )
    return session.exec(received.limit(1)).first() is not None


_FULFILLED: Final[Mapping[str, Callable[[Session, int], bool]]] = {
    TaskKind.BIRTHDAY: _told_birthday,
    TaskKind.FOLLOW: _follows,
    TaskKind.FIRST_ORDER: _received_order,
}
