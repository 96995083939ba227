"""A coupon that came with an order goes when the order is given back, wherever it is by then."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from commerce.inserting import id_of
from commerce.ordering.tables import Order
from commerce.promotions import coupons
from commerce.promotions.tables import Coupon, CouponState
from tests.commerce.promotions.coupons import assert_coupons_add_up, coupon_template
from tests.commerce.shop import NOW, new_customer, place, put_on_sale

pytestmark = pytest.mark.database


def gift_used_on_another(session: Session) -> tuple[Order, Order, Coupon]:
    """An order, another on which the coupon is used that came with the first, and that coupon."""
    customer, template = new_customer(session), coupon_template(session, threshold=0, off=100)
    first = place(session, customer, {put_on_sale(session): 1})
    (gift,) = coupons.give_for_order(session, id_of(first), customer, [id_of(template)], NOW)
    second = place(
        session,
        customer,
        {put_on_sale(session, price=3900): 1},
        coupon_id=id_of(gift),
        expected_payable=3800,
    )
    return first, second, gift


def state_of(session: Session, coupon: Coupon) -> str:
    session.refresh(coupon)
    return coupon.state


def test_a_used_gift_stays_with_its_order_and_does_not_come_back_from_it(session: Session) -> None:
    first, second, gift = gift_used_on_another(session)

    coupons.revoke_gifts(session, id_of(first), NOW)
    assert state_of(session, gift) == CouponState.USED

    coupons.give_back(session, id_of(second), NOW)
    coupons.give_back(session, id_of(second), NOW)
    assert state_of(session, gift) == CouponState.REVOKED
    assert_coupons_add_up(session)


def test_a_used_gift_comes_back_while_its_own_order_stands(session: Session) -> None:
    first, second, gift = gift_used_on_another(session)

    coupons.give_back(session, id_of(second), NOW)
    assert state_of(session, gift) == CouponState.UNUSED

    coupons.revoke_gifts(session, id_of(first), NOW + timedelta(hours=1))
    assert state_of(session, gift) == CouponState.REVOKED
    assert_coupons_add_up(session)
