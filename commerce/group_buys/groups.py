"""The life of a group: opened, filled seat by seat, ended once. Every member hears of each step.

Whoever changes a group's state or seats does it by one guarded update, which also locks it; members
come after the group, and orders before it. Nothing here locks an order: what an end means for the
members' orders follows from the events, an order at a time.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import update
from sqlmodel import Session, col, select

from commerce.events import announce
from commerce.group_buys.activities import Tiers
from commerce.group_buys.tables import (
    BuyingGroup,
    GroupActivity,
    GroupMember,
    GroupState,
    MemberState,
    VirtualCompletion,
)
from commerce.inserting import affected_rows, id_of, insert_once
from commerce.ordering.tables import Order

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without the letters and digits that are read as others."""
NUMBER_LENGTH: Final = 8
_TRIES_FOR_A_NUMBER: Final = 5


def open_group(
    session: Session, activity: GroupActivity, tiers: Tiers, paid_at: datetime
) -> BuyingGroup:
    """A new group with its leader in the first seat.

    Its time runs from WeChat Pay's word of the payment, however late that word came.
    """
    for _ in range(_TRIES_FOR_A_NUMBER):
        number = "".join(secrets.choice(ALPHABET) for _ in range(NUMBER_LENGTH))
        is_new = insert_once(
            session,
            BuyingGroup,
            group_no=number,
            activity_id=id_of(activity),
            state=GroupState.OPEN,
            size=tiers.size,
            paid=1,
            is_virtual=False,
            opened_at=paid_at,
            expires_at=paid_at + timedelta(seconds=activity.lifetime_seconds),
        )
        if is_new:
            return session.exec(select(BuyingGroup).where(BuyingGroup.group_no == number)).one()
    raise RuntimeError("no free group number was found")  # Of 850 billion: it cannot be.


def take_seat(session: Session, group_id: int, paid_at: datetime) -> BuyingGroup | None:
    """The group with one more seat taken, locked; None when it has none for this moment.

    What counts is when WeChat Pay took the money, not when we heard of it.
    """
    guarded = (
        update(BuyingGroup)
        .where(
            col(BuyingGroup.id) == group_id,
            col(BuyingGroup.state) == GroupState.OPEN,
            col(BuyingGroup.paid) < col(BuyingGroup.size),
            col(BuyingGroup.expires_at) >= paid_at,
        )
        .values(paid=col(BuyingGroup.paid) + 1)
    )
    if affected_rows(session, guarded) != 1:
        return None
    return session.get_one(BuyingGroup, group_id, populate_existing=True)


def lock_group(session: Session, group_id: int) -> BuyingGroup:
    """The group as it is now; nobody else changes it until the transaction ends."""
    statement = select(BuyingGroup).where(BuyingGroup.id == group_id)
    locked = statement.with_for_update(key_share=True)
    return session.exec(locked.execution_options(populate_existing=True)).one()


def succeed(
    session: Session, group: BuyingGroup, reached: int, now: datetime, *, percent: int | None = None
) -> None:
    """A locked open group has reached a tier; with `percent` the shop completes it.

    Announces `group_succeeded` for every member.
    """
    is_virtual = percent is not None
    columns = {"reached": reached, "is_virtual": is_virtual}
    _end(session, group, GroupState.SUCCEEDED, now, **columns)
    if percent is not None:
        session.add(
            VirtualCompletion(
                group_id=id_of(group), paid=group.paid, heads=reached, percent=percent, at=now
            )
        )
    members = _move_members(session, group, MemberState.SUCCEEDED)
    announce_to(session, "group_succeeded", group, members, now, **columns)


def fail(session: Session, group: BuyingGroup, now: datetime) -> None:
    """A locked open group has too few. Announces `group_failed` for every member."""
    _end(session, group, GroupState.FAILED, now)
    members = _move_members(session, group, MemberState.FAILED)
    announce_to(session, "group_failed", group, members, now)


def list_seated(session: Session, group: BuyingGroup) -> list[GroupMember]:
    """Who has a seat in an open group, in the order of their numbers."""
    seated = select(GroupMember).where(
        GroupMember.group_id == group.id, GroupMember.state == MemberState.SEATED
    )
    return list(session.exec(seated.order_by(col(GroupMember.id))))


def announce_to(
    session: Session,
    kind: str,
    group: BuyingGroup,
    members: list[GroupMember],
    now: datetime,
    **more: Any,
) -> None:
    """Announce an event for each of these members: their order, their group and how full it is."""
    wanted = select(Order).where(col(Order.id).in_([member.order_id for member in members]))
    orders = {order.id: order for order in session.exec(wanted)}
    for member in members:
        order = orders[member.order_id]
        announce(
            session,
            kind,
            now=now,
            order_id=order.id,
            order_no=order.order_no,
            customer_id=order.customer_id,
            conversation_id=order.conversation_id,
            payable=order.payable,
            member_id=id_of(member),
            group_id=id_of(group),
            group_no=group.group_no,
            activity_id=group.activity_id,
            paid=group.paid,
            **more,
        )


def _end(session: Session, group: BuyingGroup, to: GroupState, now: datetime, **more: Any) -> None:
    guarded = (
        update(BuyingGroup)
        .where(col(BuyingGroup.id) == group.id, col(BuyingGroup.state) == GroupState.OPEN)
        .values(state=to, ended_at=now, **more)
    )
    if affected_rows(session, guarded) != 1:
        raise RuntimeError("the group was not locked")  # Its caller has just seen it open.
    session.refresh(group)


def _move_members(session: Session, group: BuyingGroup, to: MemberState) -> list[GroupMember]:
    members = list_seated(session, group)
    for member in members:
        member.state = to
        session.add(member)
    session.flush()
    return members
