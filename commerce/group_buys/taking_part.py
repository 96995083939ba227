"""What an order bought in a group-buy does to its group."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from commerce.deals.choices import GroupDeal, Overflow
from commerce.errors import IllegalMove, NotFound
from commerce.group_buys import groups, limits
from commerce.group_buys.activities import may_open, tiers_of
from commerce.group_buys.tables import (
    BuyingGroup,
    GroupActivity,
    GroupHolding,
    GroupMember,
    GroupState,
    MemberState,
)
from commerce.inserting import id_of
from commerce.ordering.tables import Order
from commerce.pricing.values import UnitOffer
from commerce.shanghai import SHANGHAI

LAST_CALL: Final = timedelta(minutes=2)
"""Nobody joins nearer to a group's end: WeChat Pay would not take the money any more."""
_NEW_ONE: Final = "可以自己开一个新团"


def offer(
    session: Session,
    customer_id: int,
    deal: GroupDeal,
    quantities: Mapping[int, int],
    now: datetime,
) -> dict[int, UnitOffer]:
    """The price of one piece, by variant id: that of the first tier, whatever comes of the group.

    Variants that the activity is not about are left out. Raises NotFound, and IllegalMove when the
    activity does not run, the group has no seat or the customer has taken part as often as one may.
    """
    activity = _get_activity(session, deal)
    if deal.group_no:
        _refuse_group(session, customer_id, activity, deal.group_no, now)
    else:
        _refuse_opening(activity, now)
    _refuse_many(session, customer_id, activity, sum(quantities.values()))
    prices = tiers_of(session, activity).first.prices
    return {
        variant_id: UnitOffer(activity.name, prices[variant_id])
        for variant_id in quantities
        if variant_id in prices
    }


def bind(
    session: Session, deal: GroupDeal, order: Order, _quantities: Mapping[int, int], now: datetime
) -> None:
    """Count the order against its buyer's limit; it has no seat before it is paid.

    The caller holds the buyer's lock and has asked `offer`. Raises NotFound, IllegalMove.
    """
    activity = _get_activity(session, deal)
    limits.take(session, activity, order.customer_id)
    group = _get_group(session, activity, deal.group_no) if deal.group_no else None
    session.add(
        GroupMember(
            order_id=id_of(order),
            activity_id=id_of(activity),
            customer_id=order.customer_id,
            group_id=None if group is None else group.id,
            is_leader=group is None,
            overflow=deal.overflow,
            placed_at=now,
        )
    )
    session.flush()


def latest_at(session: Session, deal: GroupDeal, _now: datetime) -> datetime | None:
    """The end of the group that is joined; who opens one has as long as any buyer."""
    if not deal.group_no:
        return None
    return _get_group(session, _get_activity(session, deal), deal.group_no).expires_at


def on_paid(session: Session, order: Order, paid_at: datetime, now: datetime) -> None:
    """Take a seat, or open a group; announces who is in, and success with the last seat.

    Who finds no seat left is moved to a group of their own or gets everything back, as they chose.
    """
    order.awaits_group = True
    session.add(order)
    member = _member_of(session, order)
    member.paid_at = paid_at
    if member.group_id is None:
        _open(session, member, "group_opened", paid_at, now)
        return
    group = groups.take_seat(session, member.group_id, paid_at)
    if group is None:
        _overflow(session, member, paid_at, now)
        return
    _seat(session, member)
    if group.paid == group.size:
        groups.succeed(session, group, group.size, now)
        return
    seated = groups.list_seated(session, group)
    groups.announce_to(session, "group_joined", group, seated, now, joined=member.order_id)


def on_closed(session: Session, order: Order, _now: datetime) -> None:
    """The order ended unpaid: its buyer may take part once more."""
    limits.leave(session, _member_of(session, order), MemberState.CLOSED, MemberState.WAITING)


def _open(
    session: Session, member: GroupMember, kind: str, paid_at: datetime, now: datetime
) -> None:
    activity = session.get_one(GroupActivity, member.activity_id)
    group = groups.open_group(session, activity, tiers_of(session, activity), paid_at)
    member.group_id, member.is_leader = id_of(group), True
    _seat(session, member)
    groups.announce_to(session, kind, group, [member], now)


def _overflow(session: Session, member: GroupMember, paid_at: datetime, now: datetime) -> None:
    full = session.get_one(BuyingGroup, member.group_id, populate_existing=True)
    activity = session.get_one(GroupActivity, member.activity_id)
    if member.overflow == Overflow.NEW_GROUP and may_open(activity, paid_at):
        member.moved_from_id = full.id
        _open(session, member, "group_moved", paid_at, now)
        return
    member.state = MemberState.OVERFLOWED
    session.add(member)
    session.flush()
    groups.announce_to(session, "group_overflowed", full, [member], now)


def _seat(session: Session, member: GroupMember) -> None:
    member.state = MemberState.SEATED
    session.add(member)
    session.flush()


def _get_activity(session: Session, deal: GroupDeal) -> GroupActivity:
    activity = session.get(GroupActivity, deal.activity_id, populate_existing=True)
    if activity is None:
        raise NotFound("没有这个拼团活动", activity_id=deal.activity_id)
    return activity


def _get_group(session: Session, activity: GroupActivity, group_no: str) -> BuyingGroup:
    wanted = select(BuyingGroup).where(
        BuyingGroup.group_no == group_no.strip().upper(), BuyingGroup.activity_id == activity.id
    )
    group = session.exec(wanted.execution_options(populate_existing=True)).first()
    if group is None:
        raise NotFound("没有找到这个团，看看团号有没有写错", group_no=group_no)
    return group


def _member_of(session: Session, order: Order) -> GroupMember:
    wanted = select(GroupMember).where(GroupMember.order_id == id_of(order))
    return session.exec(wanted.execution_options(populate_existing=True)).one()


def _refuse_opening(activity: GroupActivity, now: datetime) -> None:
    if may_open(activity, now):
        return
    if activity.is_on and activity.starts_at is not None and now < activity.starts_at:
        begins = f"{activity.starts_at.astimezone(SHANGHAI):%-m月%-d日 %H:%M}"
        raise IllegalMove(f"“{activity.name}”还没开始，{begins}开团", starts=begins)
    raise IllegalMove(f"“{activity.name}”已经结束了")


def _refuse_group(
    session: Session, customer_id: int, activity: GroupActivity, group_no: str, now: datetime
) -> None:
    group = _get_group(session, activity, group_no)
    if not activity.is_on:
        raise IllegalMove(f"“{activity.name}”已经停了，这个团不能再参加")
    if group.state == GroupState.FAILED:
        raise IllegalMove(f"这个团没有拼成，已经结束了，{_NEW_ONE}")
    if group.state == GroupState.SUCCEEDED or group.paid >= group.size:
        raise IllegalMove(f"这个团已经成团了，{_NEW_ONE}")
    if now >= group.expires_at:
        raise IllegalMove(f"这个团已经到时间了，{_NEW_ONE}")
    if group.expires_at - now < LAST_CALL:
        raise IllegalMove(f"这个团马上到时间，来不及付款了，{_NEW_ONE}")
    own = select(GroupMember.state).where(
        GroupMember.group_id == group.id,
        GroupMember.customer_id == customer_id,
        col(GroupMember.state).in_((MemberState.WAITING, MemberState.SEATED)),
    )
    state = session.exec(own).first()
    if state == MemberState.SEATED:
        raise IllegalMove("您已经在这个团里了")
    if state is not None:
        raise IllegalMove("您在这个团有一笔订单还没付款，付款就参团成功了")


def _refuse_many(session: Session, customer_id: int, activity: GroupActivity, pieces: int) -> None:
    if pieces > activity.pieces_per_order:
        most = activity.pieces_per_order
        raise IllegalMove(f"“{activity.name}”一单最多买{most}件", limit=most)
    held = session.get(GroupHolding, (id_of(activity), customer_id), populate_existing=True)
    if held is not None and held.orders >= activity.orders_per_customer:
        raise limits.over_limit(activity)
