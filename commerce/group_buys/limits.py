"""How many orders of a customer an activity takes: counted up at placing, down when one ends."""

from sqlalchemy import update
from sqlmodel import Session, col

from commerce.errors import IllegalMove
from commerce.group_buys.tables import GroupActivity, GroupHolding, GroupMember, MemberState
from commerce.inserting import affected_rows, id_of, insert_once


def take(session: Session, activity: GroupActivity, customer_id: int) -> None:
    """Count one more order of the customer. Raises IllegalMove at the limit."""
    activity_id, most = id_of(activity), activity.orders_per_customer
    insert_once(
        session,
        GroupHolding,
        activity_id=activity_id,
        customer_id=customer_id,
        orders=0,
        most=most,
    )
    guarded = (
        update(GroupHolding)
        .where(
            col(GroupHolding.activity_id) == activity_id,
            col(GroupHolding.customer_id) == customer_id,
            col(GroupHolding.orders) < most,
        )
        .values(orders=col(GroupHolding.orders) + 1, most=most)
    )
    if affected_rows(session, guarded) != 1:
        raise over_limit(activity)


def over_limit(activity: GroupActivity) -> IllegalMove:
    """What a customer hears who has taken part as often as one may."""
    most = activity.orders_per_customer
    return IllegalMove(f"“{activity.name}”每人最多参加{most}次，您已经参加过了", limit=most)


def leave(session: Session, member: GroupMember, to: MemberState, *come_from: MemberState) -> bool:
    """Move a member out for good, so that the customer may take part once more; whether it moved.

    The caller holds the order's lock.
    """
    guarded = (
        update(GroupMember)
        .where(col(GroupMember.id) == member.id, col(GroupMember.state).in_(come_from))
        .values(state=to)
        .execution_options(synchronize_session="fetch")
    )
    if session.exec(guarded).rowcount != 1:
        return False
    affected_rows(
        session,
        update(GroupHolding)
        .where(
            col(GroupHolding.activity_id) == member.activity_id,
            col(GroupHolding.customer_id) == member.customer_id,
        )
        .values(orders=col(GroupHolding.orders) - 1),
    )
    return True
