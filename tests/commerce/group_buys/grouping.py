"""Group-buys for tests: an activity, people who take part, and the sums that must always hold."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count

from sqlmodel import Session, col, select

from commerce.aftersale.paying_back import record_refund_result
from commerce.catalogue.tables import Variant
from commerce.deals.choices import GroupDeal, Overflow
from commerce.events import ShopEvent
from commerce.group_buys.activities import Tier, Tiers, tiers_of
from commerce.group_buys.drafts import GroupDraft
from commerce.group_buys.entries import save_activity, set_virtual_percent, switch
from commerce.group_buys.following import give_back, let_go, note_whole_refund
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
from commerce.payments.settling import PaidOutcome
from commerce.payments.tables import Refund, RefundState
from tests.commerce.shop import NOW, SEALER, begin_to_pay, new_customer, pay, place, put_on_sale

HOUR = timedelta(hours=1)
PRICES = {3: 3000, 5: 2500, 10: 2000}

_number = count(1)


def start_activity(
    session: Session,
    prices: Mapping[int, int] = PRICES,
    *,
    lifetime: timedelta = HOUR,
    orders: int = 1,
    pieces: int = 2,
    stock: int = 1000,
    virtual: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> GroupActivity:
    """An activity that is on, of one variant of 39 yuan; `prices` are fen by heads."""
    variant = session.get_one(Variant, put_on_sale(session, f"商品{next(_number)}", pieces=stock))
    draft = GroupDraft(
        key=f"group-{next(_number)}",
        name="拖鞋拼团",
        product_id=variant.product_id,
        tiers=Tiers(tuple(Tier(heads, {id_of(variant): fen}) for heads, fen in prices.items())),
        lifetime=lifetime,
        starts_at=starts_at,
        ends_at=ends_at,
        pieces_per_order=pieces,
        orders_per_customer=orders,
    )
    save_activity(session, draft, actor="agent:1", reason="新活动", now=NOW)
    if virtual is not None:
        set_virtual_percent(
            session, draft.key, virtual, actor="agent:1", reason="店长同意", now=NOW
        )
    return switch(session, draft.key, is_on=True, actor="agent:1", reason="开始", now=NOW)


def variant_of(session: Session, activity: GroupActivity) -> int:
    """The id of the only variant of an activity."""
    (variant_id,) = tiers_of(session, activity).first.prices
    return variant_id


def order_in(
    session: Session,
    activity: GroupActivity,
    group: BuyingGroup | None = None,
    *,
    customer_id: int | None = None,
    overflow: Overflow = Overflow.REFUND,
    pieces: int = 1,
    expected_payable: int | None = None,
    now: datetime = NOW,
) -> Order:
    """Place an order that opens a group, or joins one, by somebody new unless they are named."""
    variant_id = variant_of(session, activity)
    first = tiers_of(session, activity).first.prices[variant_id]
    deal = GroupDeal(id_of(activity), group.group_no if group else "", overflow)
    return place(
        session,
        customer_id or new_customer(session),
        {variant_id: pieces},
        deal=deal,
        expected_payable=first * pieces if expected_payable is None else expected_payable,
        now=now,
    )


def pay_for(
    session: Session, order: Order, at: datetime, *, heard: datetime | None = None
) -> PaidOutcome:
    """WeChat Pay takes the money at that moment, and is heard of it then, or later."""
    payment = begin_to_pay(session, order, min(at, order.expires_at - timedelta(minutes=2)))
    return pay(session, payment, heard or at, success_time=at)


def open_one(session: Session, activity: GroupActivity, now: datetime = NOW) -> BuyingGroup:
    """A group whose leader has just paid."""
    order = order_in(session, activity, now=now)
    pay_for(session, order, now)
    return group_of(session, order)


def join(
    session: Session, activity: GroupActivity, group: BuyingGroup, people: int, now: datetime = NOW
) -> list[Order]:
    """So many new people join and pay."""
    orders = [order_in(session, activity, group, now=now) for _ in range(people)]
    for order in orders:
        pay_for(session, order, now)
    return orders


def member_of(session: Session, order: Order) -> GroupMember:
    """The order's place in its group."""
    wanted = select(GroupMember).where(GroupMember.order_id == order.id)
    return session.exec(wanted.execution_options(populate_existing=True)).one()


def group_of(session: Session, order: Order) -> BuyingGroup:
    """The group that an order is in now."""
    group_id = member_of(session, order).group_id
    return session.get_one(BuyingGroup, group_id, populate_existing=True)


def members_of(session: Session, group: BuyingGroup) -> Sequence[GroupMember]:
    """Everybody who has to do with a group."""
    wanted = select(GroupMember).where(GroupMember.group_id == group.id)
    return session.exec(wanted.order_by(col(GroupMember.id))).all()


def react(session: Session, now: datetime = NOW, *, after: int = 0) -> int:
    """Do what follows from what was announced after an event, as the listeners do; the last one."""
    session.flush()
    news = select(ShopEvent).where(col(ShopEvent.id) > after).order_by(col(ShopEvent.id))
    for event in session.exec(news).all():
        after = event.id or after
        order_id = event.subject.get("order_id", 0)
        match event.kind:
            case "group_succeeded":
                let_go(session, order_id, now)
            case "group_failed" | "group_overflowed":
                give_back(session, SEALER, order_id, now)
            case "after_sale_done" if event.subject["is_whole"]:
                note_whole_refund(session, order_id)
    return after


def send_refunds(session: Session, now: datetime = NOW) -> None:
    """WeChat Pay sends whatever was promised."""
    for refund in session.exec(select(Refund).where(Refund.state == RefundState.REQUESTED)).all():
        record_refund_result(session, refund.out_refund_no, RefundState.SUCCEEDED, now)


def held(session: Session, activity: GroupActivity, customer_id: int) -> int:
    """Orders of a customer that count against the activity's limit."""
    row = session.get(GroupHolding, (id_of(activity), customer_id), populate_existing=True)
    return 0 if row is None else row.orders


def told(session: Session, kind: str) -> list[int]:
    """Order ids that an event of a kind was announced for, in order."""
    session.flush()
    wanted = select(ShopEvent).where(ShopEvent.kind == kind).order_by(col(ShopEvent.id))
    return [event.subject["order_id"] for event in session.exec(wanted)]


def assert_groups_add_up(session: Session) -> None:
    """Seats are the members that have one, states fit together, and limits count who counts."""
    session.flush()
    session.expire_all()
    inside = {
        GroupState.OPEN: MemberState.SEATED,
        GroupState.SUCCEEDED: MemberState.SUCCEEDED,
        GroupState.FAILED: MemberState.FAILED,
    }
    for group in session.exec(select(BuyingGroup)):
        members = [each for each in members_of(session, group) if each.paid_at is not None]
        gone = (MemberState.OVERFLOWED, MemberState.REFUNDED)
        seated = [each for each in members if each.state not in gone]
        assert {each.state for each in seated} <= {inside[GroupState(group.state)]}
        assert len(seated) <= group.paid <= group.size
        if group.state == GroupState.OPEN:
            assert len(seated) == group.paid
    counts = (MemberState.CLOSED, MemberState.REFUNDED)
    for row in session.exec(select(GroupHolding)):
        mine = select(GroupMember).where(
            GroupMember.activity_id == row.activity_id,
            GroupMember.customer_id == row.customer_id,
            col(GroupMember.state).not_in(counts),
        )
        assert row.orders == len(session.exec(mine).all()) <= row.most
