"""What ripens until a journey begins: groups with an end, coupons with a last day."""

from datetime import datetime, timedelta

from sqlmodel import Session

from commerce.catalogue.tables import Variant
from commerce.group_buys.tables import BuyingGroup, GroupActivity, GroupMember, MemberState
from commerce.inserting import id_of
from commerce.promotions.tables import Coupon, CouponTemplate
from tests.commerce.shop import place, put_on_sale

DAY = timedelta(days=1)


def open_group(
    session: Session, seated: int, unpaid: int, now: datetime, until: datetime
) -> BuyingGroup:
    """A group with one who has paid and one who has not."""
    variant = put_on_sale(session)
    product = session.get_one(Variant, variant).product_id
    activity = GroupActivity(
        key="tea", product_id=product, name="拼团", lifetime_seconds=86400, updated_at=now
    )
    session.add(activity)
    session.flush()
    group = BuyingGroup(
        group_no="abcd2345",
        activity_id=id_of(activity),
        size=2,
        paid=1,
        opened_at=now,
        expires_at=until,
    )
    session.add(group)
    session.flush()
    for who, state in ((seated, MemberState.SEATED), (unpaid, MemberState.WAITING)):
        order = place(session, who, {variant: 1})
        member = GroupMember(
            order_id=id_of(order),
            activity_id=id_of(activity),
            customer_id=who,
            group_id=group.id,
            state=state,
            is_leader=who == seated,
            placed_at=now,
        )
        session.add(member)
    session.flush()
    return group


def give_coupon(session: Session, customer_id: int, now: datetime, until: datetime) -> Coupon:
    """A coupon in a customer's hand."""
    code = f"c{customer_id}"
    template = CouponTemplate(
        code=code, name="立减", kind="amount", off=500, valid_until=until, updated_at=now
    )
    session.add(template)
    session.flush()
    coupon = Coupon(
        template_id=id_of(template),
        customer_id=customer_id,
        valid_from=now - DAY,
        valid_until=until,
        source="chat",
        ref=code,
        created_at=now,
        moved_at=now,
    )
    session.add(coupon)
    session.flush()
    return coupon
