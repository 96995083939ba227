"""What a journey is about, looked at again right before it is spoken of."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, select

from campaigns.journeys.tables import EntryState, JourneyEntry
from campaigns.shapes import PLAN, JourneyPlan, Trigger
from campaigns.tables import Campaign
from commerce.community.tables import CommunityGroup
from commerce.customers.summary_tables import CustomerSummary
from commerce.group_buys.tables import BuyingGroup, GroupState
from commerce.ordering.tables import Order, OrderState
from commerce.promotions.tables import Coupon, CouponState


def is_over(session: Session, entry: JourneyEntry, now: datetime) -> bool:
    """Whether what an entry is about is no more: the order paid, the cart empty, the group full."""
    if entry.group_id is not None:
        group = session.get_one(CommunityGroup, entry.group_id, populate_existing=True)
        return group.dissolved_at is not None
    campaign = session.get_one(Campaign, entry.campaign_id)
    plan = PLAN.validate_python(campaign.plan)
    if not isinstance(plan, JourneyPlan):
        return False
    # An entry is about what began it, even if others begin the journey by now.
    began_by = entry.cause.partition(":")[0]
    asked = _OVER.get(Trigger(began_by)) if began_by in Trigger else None
    return asked is not None and asked(session, entry, plan, now)


def is_delivery_over(session: Session, entry_id: int, now: datetime) -> bool:
    """The same of the entry that a delivery belongs to (`delivery.occasion`), or that it has ended.

    The entry is held: nobody ends it beside who is about to speak for it.
    """
    entry = session.get(
        JourneyEntry, entry_id, populate_existing=True, with_for_update={"key_share": True}
    )
    if entry is None:
        return False
    return entry.state == EntryState.ENDED_EARLY or is_over(session, entry, now)


def _cart_gone(session: Session, entry: JourneyEntry, plan: JourneyPlan, now: datetime) -> bool:  # noqa: ARG001
    left_at = select(CustomerSummary.cart_left_at).where(
        CustomerSummary.customer_id == entry.customer_id
    )
    return session.exec(left_at).first() is None


def _awake(session: Session, entry: JourneyEntry, plan: JourneyPlan, now: datetime) -> bool:
    seen_at = select(CustomerSummary.last_seen_at).where(
        CustomerSummary.customer_id == entry.customer_id
    )
    last = session.exec(seen_at).first()
    return last is not None and last > now - timedelta(days=plan.sleeping_days)


def _order_moved(session: Session, entry: JourneyEntry, plan: JourneyPlan, now: datetime) -> bool:  # noqa: ARG001
    found = select(Order.state, Order.expires_at).where(Order.id == entry.subject["order_id"])
    state, expires_at = session.exec(found).one()
    return state != OrderState.UNPAID or expires_at <= now


def _group_ended(session: Session, entry: JourneyEntry, plan: JourneyPlan, now: datetime) -> bool:  # noqa: ARG001
    found = select(BuyingGroup.state, BuyingGroup.expires_at).where(
        BuyingGroup.id == entry.subject["group_id"]
    )
    state, expires_at = session.exec(found).one()
    return state != GroupState.OPEN or expires_at <= now


def _coupon_gone(session: Session, entry: JourneyEntry, plan: JourneyPlan, now: datetime) -> bool:  # noqa: ARG001
    found = select(Coupon.state, Coupon.valid_until).where(Coupon.id == entry.subject["coupon_id"])
    state, valid_until = session.exec(found).one()
    return state != CouponState.UNUSED or valid_until <= now


type _Asked = Callable[[Session, JourneyEntry, JourneyPlan, datetime], bool]
_OVER: Final[dict[Trigger, _Asked]] = {
    Trigger.CART_LEFT: _cart_gone,
    Trigger.SLEEPING: _awake,
    Trigger.ORDER_UNPAID: _order_moved,
    Trigger.GROUP_LAPSING: _group_ended,
    Trigger.COUPON_LAPSING: _coupon_gone,
}
"""Of others what began them stays true."""
