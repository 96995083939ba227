"""Looking at group-buys: what runs, which groups are open, which are a customer's own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from commerce.catalogue.tables import Product
from commerce.customers.merging import ids_of
from commerce.group_buys.activities import Tiers, list_tiers
from commerce.group_buys.tables import (
    BuyingGroup,
    GroupActivity,
    GroupMember,
    GroupState,
    MemberState,
)
from commerce.inserting import id_of
from commerce.ordering.orders import read_address
from commerce.ordering.tables import Order
from commerce.sealing import Sealer

PAGE_SIZE: Final = 10
IN_A_SEAT: Final = (MemberState.SEATED, MemberState.SUCCEEDED)


@dataclass(frozen=True, slots=True)
class ActivitySeen:
    """An activity with the product that it is about. Prices are fen for one piece."""

    id: int
    name: str
    product_id: int
    title: str
    tiers: Tiers
    lifetime: timedelta
    pieces_per_order: int
    orders_per_customer: int
    starts_at: datetime | None
    ends_at: datetime | None
    is_on: bool
    may_be_virtual: bool
    """Whether the shop may complete a group that lacks a few: said wherever it is offered."""


@dataclass(frozen=True, slots=True)
class GroupSeen:
    """A group as everybody may see it: nobody in it is named but by the first character."""

    group_no: str
    activity: ActivitySeen
    state: GroupState
    seats: int
    paid: int
    expires_at: datetime
    reached: int | None
    is_virtual: bool
    initials: tuple[str, ...] = ()
    """The first characters of who is in it, the leader first; none without a sealer."""
    is_leader: bool = False
    """Whether the customer who looks leads it."""
    own_state: MemberState | None = None
    """Where their own order is in it; None when they are not in it."""
    order_no: str = ""
    """Their own order in it."""

    @property
    def missing(self) -> int:
        """Heads that it lacks to succeed; 0 when the first tier is reached."""
        return max(0, self.activity.tiers.first.heads - self.paid)

    @property
    def missing_to_next(self) -> int:
        """Heads that it lacks to the next tier; 0 at the highest."""
        following = self.activity.tiers.after(self.paid)
        return 0 if following is None else following.heads - self.paid

    @property
    def left(self) -> int:
        """Seats that nobody has taken."""
        return self.seats - self.paid


def list_running(session: Session, now: datetime) -> list[ActivitySeen]:
    """Activities in which a group may be opened now, those that end first before the others."""
    return _seen(session, session.exec(_running(now)).all())


def find_by_product(session: Session, product_id: int, now: datetime) -> ActivitySeen | None:
    """The activity in which a group may be opened now for a product, or None."""
    rows = session.exec(_running(now).where(GroupActivity.product_id == product_id)).all()
    return next(iter(_seen(session, rows[:1])), None)


def find_activity(session: Session, activity_id: int) -> ActivitySeen | None:
    """The activity, whether it runs or not."""
    activity = session.get(GroupActivity, activity_id)
    return None if activity is None else _seen(session, [activity])[0]


def find_group(
    session: Session,
    group_no: str,
    *,
    sealer: Sealer | None = None,
    customer_id: int | None = None,
) -> GroupSeen | None:
    """The group of that number, as the customer sees it; None if there is none."""
    wanted = select(BuyingGroup).where(BuyingGroup.group_no == group_no.strip().upper())
    rows = session.exec(wanted).all()
    return next(iter(_groups(session, rows, sealer, customer_id)), None)


def list_open_groups(
    session: Session,
    activity_id: int,
    now: datetime,
    *,
    sealer: Sealer | None = None,
    limit: int = PAGE_SIZE,
) -> list[GroupSeen]:
    """Groups of an activity that may be joined, those that lack least first, then by their end."""
    wanted = (
        select(BuyingGroup)
        .where(
            BuyingGroup.activity_id == activity_id,
            BuyingGroup.state == GroupState.OPEN,
            col(BuyingGroup.paid) < col(BuyingGroup.size),
            col(BuyingGroup.expires_at) > now,
        )
        .order_by(col(BuyingGroup.paid).desc(), col(BuyingGroup.expires_at), col(BuyingGroup.id))
        .limit(limit)
    )
    return _groups(session, session.exec(wanted).all(), sealer, None)


def list_own(
    session: Session, customer_id: int, *, sealer: Sealer | None = None, limit: int = PAGE_SIZE
) -> list[GroupSeen]:
    """Groups in which the customer has a seat or had one, newest first."""
    wanted = (
        select(BuyingGroup)
        .join(GroupMember, col(GroupMember.group_id) == col(BuyingGroup.id))
        .where(
            col(GroupMember.customer_id).in_(ids_of(session, customer_id)),
            col(GroupMember.paid_at).is_not(None),
        )
        .distinct()
        .order_by(col(BuyingGroup.id).desc())
        .limit(limit)
    )
    return _groups(session, session.exec(wanted).all(), sealer, customer_id)


def find_of_order(
    session: Session, order_id: int, *, sealer: Sealer | None = None
) -> GroupSeen | None:
    """The group that an order is in, as its buyer sees it; None while its leader has not paid."""
    member = session.exec(select(GroupMember).where(GroupMember.order_id == order_id)).first()
    if member is None or member.group_id is None:
        return None
    group = session.get_one(BuyingGroup, member.group_id)
    return _groups(session, [group], sealer, member.customer_id)[0]


def _running(now: datetime) -> SelectOfScalar[GroupActivity]:
    begins, ends = col(GroupActivity.starts_at), col(GroupActivity.ends_at)
    return (
        select(GroupActivity)
        .where(
            col(GroupActivity.is_on),
            or_(begins.is_(None), begins <= now),
            or_(ends.is_(None), ends > now),
        )
        .order_by(ends.is_(None), ends, col(GroupActivity.id))
    )


def _seen(session: Session, rows: Sequence[GroupActivity]) -> list[ActivitySeen]:
    tiers = list_tiers(session, [id_of(row) for row in rows])
    named = select(Product.id, Product.title).where(
        col(Product.id).in_([row.product_id for row in rows])
    )
    titles = dict(session.exec(named).all())
    return [
        ActivitySeen(
            id=id_of(row),
            name=row.name,
            product_id=row.product_id,
            title=titles[row.product_id],
            tiers=tiers[id_of(row)],
            lifetime=timedelta(seconds=row.lifetime_seconds),
            pieces_per_order=row.pieces_per_order,
            orders_per_customer=row.orders_per_customer,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            is_on=row.is_on,
            may_be_virtual=row.virtual_percent is not None,
        )
        for row in rows
    ]


def _groups(
    session: Session,
    rows: Sequence[BuyingGroup],
    sealer: Sealer | None,
    customer_id: int | None,
) -> list[GroupSeen]:
    wanted = select(GroupActivity).where(
        col(GroupActivity.id).in_({row.activity_id for row in rows})
    )
    activities = {each.id: each for each in _seen(session, session.exec(wanted).all())}
    members = _members(session, [id_of(row) for row in rows])
    orders = _orders(session, [each for group in members.values() for each in group])
    own = frozenset[int]() if customer_id is None else ids_of(session, customer_id)
    seen = []
    for row in rows:
        inside = members[id_of(row)]
        group = GroupSeen(
            group_no=row.group_no,
            activity=activities[row.activity_id],
            state=GroupState(row.state),
            seats=row.size,
            paid=row.paid,
            expires_at=row.expires_at,
            reached=row.reached,
            is_virtual=row.is_virtual,
            initials=() if sealer is None else _initials(sealer, inside, orders),
        )
        mine = next((each for each in reversed(inside) if each.customer_id in own), None)
        seen.append(group if mine is None else _as_own(group, mine, orders[mine.order_id]))
    return seen


def _as_own(group: GroupSeen, member: GroupMember, order: Order) -> GroupSeen:
    return replace(
        group,
        is_leader=member.is_leader,
        own_state=MemberState(member.state),
        order_no=order.order_no,
    )


def _members(session: Session, group_ids: Sequence[int]) -> dict[int, list[GroupMember]]:
    """Those who have paid or still may, by group, in the order in which they were seated."""
    members: dict[int, list[GroupMember]] = {group_id: [] for group_id in group_ids}
    wanted = select(GroupMember).where(
        col(GroupMember.group_id).in_(group_ids), GroupMember.state != MemberState.CLOSED
    )
    leader_first = (col(GroupMember.is_leader).desc(), col(GroupMember.paid_at))
    for member in session.exec(wanted.order_by(*leader_first, col(GroupMember.id))):
        members[member.group_id or 0].append(member)
    return members


def _orders(session: Session, members: Sequence[GroupMember]) -> dict[int, Order]:
    wanted = select(Order).where(col(Order.id).in_([each.order_id for each in members]))
    return {id_of(order): order for order in session.exec(wanted)}


def _initials(
    sealer: Sealer, members: Sequence[GroupMember], orders: dict[int, Order]
) -> tuple[str, ...]:
    """Of the recipients that the orders name: no picture and no nickname is kept."""
    return tuple(
        read_address(sealer, orders[each.order_id]).recipient[:1]
        for each in members
        if each.state in IN_A_SEAT
    )
