"""The recipients of a mass task: deliveries that wait with it, and how they end."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import batched
from typing import Any, Final

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlmodel import Session, SQLModel, col

from campaigns.limits import Reason
from campaigns.mass import cap
from campaigns.mass.tables import ChatType, MassTask
from campaigns.tables import Campaign, Delivery, DeliveryState, Purpose
from commerce.customers.tables import Customer
from commerce.inserting import affected_rows, core, id_of

AT_ONCE: Final = 1_000
"""Addresses that one statement names; SQLite takes no more than 32,766 values."""


class Why(StrEnum):
    """Why a recipient of a task got nothing."""

    REFUSED = "refused"
    """WeCom took them off when the task was made (fail_list)."""
    NOBODY = "nobody"
    """WeCom found nobody in the task to send to."""
    NOT_FRIEND = "not_friend"
    """No longer a contact of the sender."""
    NOT_CHOSEN = "not_chosen"
    """The sender confirmed and left them out, or WeCom did not get to them."""
    EXPIRED = "expired"
    """Nobody confirmed in time."""
    CANCELLED = "cancelled"
    NOT_MADE = "not_made"
    """WeCom refused the whole task; `MassTask.reason` says why."""


def is_counted(task: MassTask) -> bool:
    """Whether WeCom caps what the recipients receive; moments are nobody's messages."""
    return task.chat_type != ChatType.MOMENT


def open_addresses(task: MassTask) -> cap.Addresses:
    """A statement for the addresses about which nothing is known yet."""
    return _addresses(_is_open(task))


def list_open(session: Session, task: MassTask) -> Sequence[str]:
    """Those addresses, in the order in which they were planned."""
    found = core(session).execute(open_addresses(task).order_by(_DELIVERY.c.id))
    return [str(row[0]) for row in found]


def count_open(session: Session, task: MassTask) -> int:
    """How many they are."""
    return _count(session, _is_open(task))


def count_sent(session: Session, task: MassTask) -> int:
    """How many of the task's recipients were reached."""
    return _count(session, [_of(task), _DELIVERY.c.state == DeliveryState.SENT.value])


def end(session: Session, task: MassTask, addresses: Collection[str], why: Why) -> int:
    """These got nothing; what was counted for them on the day it was planned is given back."""
    ended = 0
    for some in batched(addresses, AT_ONCE):
        conditions = [*_is_open(task), _DELIVERY.c.address.in_(some)]
        ended += _end(session, task, conditions, why)
    return ended


def end_open(session: Session, task: MassTask, why: Why) -> int:
    """All about whom nothing is known got nothing; what was counted for them is given back."""
    return _end(session, task, _is_open(task), why)


def leave_unknown(session: Session, task: MassTask, why: Why) -> int:
    """Nobody can say what became of the rest: it stays counted, as if they had received it."""
    return _change(session, _is_open(task), state=DeliveryState.UNKNOWN.value, reason=why.value)


def drop_unwanted(session: Session, task: MassTask) -> int:
    """Take off who has unsubscribed from marketing since the task was planned."""
    turned_away = exists().where(
        _CUSTOMER.c.id == _DELIVERY.c.customer_id,
        _CUSTOMER.c.unsubscribed_at.is_not(None),
        _CAMPAIGN.c.id == _DELIVERY.c.campaign_id,
        _CAMPAIGN.c.purpose == Purpose.MARKETING.value,
    )
    conditions = [*_is_open(task), turned_away]
    if is_counted(task):
        cap.give_back(session, _addresses(conditions), task.counted_on)
    held_back = {"state": DeliveryState.HELD_BACK.value, "reason": Reason.UNSUBSCRIBED.value}
    return _change(session, conditions, **held_back)


def note_sent(
    session: Session, task: MassTask, addresses: Collection[str], sent_at: datetime
) -> int:
    """These were reached at that moment, and count on its day."""
    noted = 0
    counted, sent = task.counted_on, cap.day_of(sent_at)
    for some in batched(addresses, AT_ONCE):
        conditions = [*_is_open(task), _DELIVERY.c.address.in_(some)]
        if is_counted(task):
            cap.count_again(session, _addresses(conditions), counted, sent)
        reached = {"state": DeliveryState.SENT.value, "reason": "", "sent_at": sent_at}
        noted += _change(session, conditions, **reached)
    return noted


def count_today(session: Session, now: datetime) -> int:
    """Let whoever may still get something of a task count today, not on the day before; how many
    tasks. A sender may confirm until WeCom has stopped a task, and WeCom may send until its results
    are known: each day keeps their place free.

    The caller holds the cap.
    """
    today = cap.day_of(now)
    stale = (
        select(MassTask)
        .where(col(MassTask.ended_at).is_(None), col(MassTask.counted_on) < today)
        .order_by(col(MassTask.id))
        .execution_options(populate_existing=True)
    )
    tasks = session.scalars(stale).all()
    for task in tasks:
        if is_counted(task):
            cap.count_again(session, open_addresses(task), task.counted_on, today)
        task.counted_on = today
        session.add(task)
    session.flush()
    return len(tasks)


def defer(
    session: Session,
    task: MassTask,
    addresses: Collection[str],
    policy: str,
    at: datetime,
    now: datetime,
) -> int:
    """WeCom found at that moment that these had received too many: the next period has them."""
    deferred = 0
    due = max(cap.next_period(policy, at), now)
    for some in batched(addresses, AT_ONCE):
        conditions = [*_is_open(task), _DELIVERY.c.address.in_(some)]
        cap.count_again(session, _addresses(conditions), task.counted_on, cap.day_of(at))
        cap.fill(session, _addresses(conditions), policy, at)
        deferred += _change(
            session,
            conditions,
            state=DeliveryState.DEFERRED.value,
            reason=Reason.PLATFORM_CAP.value,
            due_at=due,
            task_id=None,
        )
    return deferred


def _end(
    session: Session, task: MassTask, conditions: Sequence[ColumnElement[bool]], why: Why
) -> int:
    if is_counted(task):
        cap.give_back(session, _addresses(conditions), task.counted_on)
    return _change(session, conditions, state=DeliveryState.FAILED.value, reason=why.value)


def _change(session: Session, conditions: Sequence[ColumnElement[bool]], **values: Any) -> int:
    return affected_rows(session, update(_DELIVERY).where(*conditions).values(**values))


def _count(session: Session, conditions: Sequence[ColumnElement[bool]]) -> int:
    statement = select(func.count()).select_from(_DELIVERY).where(*conditions)
    found: int = core(session).execute(statement).scalar_one()
    return found


def _addresses(conditions: Sequence[ColumnElement[bool]]) -> cap.Addresses:
    return select(_DELIVERY.c.address).where(*conditions)


def _of(task: MassTask) -> ColumnElement[bool]:
    return _DELIVERY.c.task_id == id_of(task)


def _is_open(task: MassTask) -> list[ColumnElement[bool]]:
    return [_of(task), _DELIVERY.c.state == DeliveryState.POSTED.value]


_TABLES: Final = SQLModel.metadata.tables
_DELIVERY: Final = _TABLES[Delivery.__tablename__]
_CUSTOMER: Final = _TABLES[Customer.__tablename__]
_CAMPAIGN: Final = _TABLES[Campaign.__tablename__]
