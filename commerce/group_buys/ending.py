"""Groups whose time is up: succeeded or failed, each once, whoever ends it."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from commerce.group_buys import groups
from commerce.group_buys.activities import tiers_of
from commerce.group_buys.tables import (
    BuyingGroup,
    GroupActivity,
    GroupMember,
    GroupState,
    MemberState,
)
from commerce.ordering.tables import Order, OrderState
from commerce.payments.tables import LIVE, Payment

GRACE: Final = timedelta(minutes=10)
"""How long a group waits for money that WeChat Pay may have taken in time and not told of."""
A_ROUND: Final = 100


def list_due(session: Session, now: datetime, *, limit: int = A_ROUND) -> list[int]:
    """Ids of open groups that may be ended now, the longest over first."""
    wanted = (
        select(BuyingGroup.id)
        .where(_is_over(now))
        .order_by(col(BuyingGroup.expires_at), col(BuyingGroup.id))
        .limit(limit)
    )
    return [group_id for group_id in session.exec(wanted) if group_id is not None]


def end(session: Session, group_id: int, now: datetime) -> GroupState | None:
    """End a group whose time is up; how it ended, or None when it is not to be ended now.

    It succeeds by the highest tier that is reached. Below the first one the shop completes it if
    that is switched on and enough have paid; otherwise it fails. Nobody who was asked to pay in
    time is passed over: while their payment may still turn out paid, the group waits, at most
    `GRACE`.
    """
    group = groups.lock_group(session, group_id)
    is_due = select(BuyingGroup.id).where(BuyingGroup.id == group_id, _is_over(now))
    if session.exec(is_due).first() is None:
        return None
    activity = session.get_one(GroupActivity, group.activity_id, populate_existing=True)
    tiers = tiers_of(session, activity)
    tier, percent = tiers.reached_by(group.paid), activity.virtual_percent
    if tier is not None:
        groups.succeed(session, group, tier.heads, now)
    elif percent is not None and group.paid * 100 >= percent * tiers.first.heads:
        groups.succeed(session, group, tiers.first.heads, now, percent=percent)
    else:
        groups.fail(session, group, now)
    return GroupState(group.state)


def _is_over(now: datetime) -> ColumnElement[bool]:
    """Whether a group is open, its time is up, and nobody's payment is in the air."""
    may_come = (
        select(Payment.id)
        .join(Order, col(Order.id) == col(Payment.order_id))
        .join(GroupMember, col(GroupMember.order_id) == col(Order.id))
        .where(
            col(GroupMember.group_id) == col(BuyingGroup.id),
            col(GroupMember.state) == MemberState.WAITING,
            col(Order.state) == OrderState.UNPAID,
            col(Payment.state).in_(LIVE),
        )
    )
    return (
        (col(BuyingGroup.state) == GroupState.OPEN)
        & (col(BuyingGroup.expires_at) <= now)
        & or_(col(BuyingGroup.expires_at) <= now - GRACE, ~may_come.exists())
    )
