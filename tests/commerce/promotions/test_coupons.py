"""Using a coupon once, giving it back, gifts that come and go, and lapsing."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from bot.database import Database
from commerce.errors import IllegalMove, NotFound, ShopError
from commerce.inserting import affected_rows, id_of
from commerce.ordering.tables import Order
from commerce.promotions import coupons
from commerce.promotions.tables import Coupon, CouponState
from tests.commerce.promotions.coupons import assert_coupons_add_up, coupon_template, own
from tests.commerce.shop import NOW, events, new_customer, place, put_on_sale

SECOND = timedelta(seconds=1)
WEEK_ON = NOW + timedelta(days=9)


def an_order(session: Session, customer_id: int) -> int:
    return id_of(place(session, customer_id, {put_on_sale(session): 1}))


def state(session: Session, coupon_id: int) -> str:
    return session.get_one(Coupon, coupon_id, populate_existing=True).state


def test_a_coupon_is_used_once(session: Session) -> None:
    customer = new_customer(session)
    coupon, orders = own(session, customer), [an_order(session, customer) for _ in range(2)]

    coupons.redeem(session, customer, coupon, orders[0], NOW)

    with pytest.raises(IllegalMove, match="已经用过了"):
        coupons.redeem(session, customer, coupon, orders[1], NOW)
    assert coupons.list_owned(session, customer, NOW) == ()
    assert_coupons_add_up(session)


def test_nobody_uses_anothers_coupon(session: Session) -> None:
    owner, thief = new_customer(session), new_customer(session)
    coupon = own(session, owner)

    with pytest.raises(NotFound):
        coupons.redeem(session, thief, coupon, an_order(session, thief), NOW)
    with pytest.raises(NotFound):
        coupons.get_owned(session, thief, coupon, NOW)

    assert state(session, coupon) == CouponState.UNUSED


def test_it_is_good_from_its_first_moment_until_just_before_its_last(session: Session) -> None:
    customer, begins, ends = new_customer(session), NOW + SECOND, NOW + timedelta(days=1)
    coupon = own(session, customer, valid_from=begins, valid_until=ends, lasts_days=None)
    order = an_order(session, customer)

    assert coupons.list_owned(session, customer, NOW) == ()
    assert [each.owned.id for each in coupons.list_held(session, customer, NOW)] == [coupon]
    assert [each.id for each in coupons.list_owned(session, customer, begins)] == [coupon]
    assert [each.id for each in coupons.list_owned(session, customer, ends - SECOND)] == [coupon]
    assert coupons.list_owned(session, customer, ends) == ()
    with pytest.raises(IllegalMove, match="11月11日起才能用"):
        coupons.redeem(session, customer, coupon, order, NOW)
    with pytest.raises(IllegalMove, match="已经过期了"):
        coupons.redeem(session, customer, coupon, order, ends)
    coupons.redeem(session, customer, coupon, order, ends - SECOND)


def test_a_coupon_given_back_is_good_for_as_long_as_it_was(session: Session) -> None:
    customer = new_customer(session)
    coupon, order = own(session, customer), an_order(session, customer)
    before = session.get_one(Coupon, coupon).valid_until
    coupons.redeem(session, customer, coupon, order, NOW)

    for _ in range(2):
        coupons.give_back(session, order, NOW + SECOND)

    assert [each.id for each in coupons.list_owned(session, customer, NOW)] == [coupon]
    row = session.get_one(Coupon, coupon, populate_existing=True)
    assert (row.valid_until, row.order_id) == (before, None)
    coupons.redeem(session, customer, coupon, an_order(session, customer), NOW)
    assert_coupons_add_up(session)


def test_one_given_back_too_late_has_lapsed(session: Session) -> None:
    customer = new_customer(session)
    coupon, order = own(session, customer), an_order(session, customer)
    coupons.redeem(session, customer, coupon, order, NOW)
    ends = session.get_one(Coupon, coupon).valid_until

    coupons.give_back(session, order, ends)

    assert state(session, coupon) == CouponState.EXPIRED
    assert_coupons_add_up(session)


def test_an_order_takes_one_coupon(session: Session) -> None:
    customer = new_customer(session)
    first, second = own(session, customer), own(session, customer)
    order = an_order(session, customer)
    coupons.redeem(session, customer, first, order, NOW)

    with pytest.raises(IntegrityError), session.begin_nested():
        coupons.redeem(session, customer, second, order, NOW)


def test_a_gift_comes_once(session: Session) -> None:
    template, customer = id_of(coupon_template(session, total=5)), new_customer(session)

    first = coupons.give(session, template, customer, source="birthday", ref="2026", now=NOW)
    again = coupons.give(session, template, customer, source="birthday", ref="2026", now=NOW)
    next_year = coupons.give(session, template, customer, source="birthday", ref="2027", now=NOW)

    assert first is not None
    assert again is not None
    assert next_year is not None
    assert first.id == again.id != next_year.id
    assert_coupons_add_up(session)


def test_a_gift_beyond_the_total_is_none(session: Session) -> None:
    template = id_of(coupon_template(session, total=1))
    coupons.give(session, template, new_customer(session), source="x", ref="1", now=NOW)

    late = coupons.give(session, template, new_customer(session), source="x", ref="1", now=NOW)

    assert late is None
    assert_coupons_add_up(session)


def test_unused_gifts_of_a_refunded_order_are_taken_back_and_no_others(session: Session) -> None:
    customer = new_customer(session)
    template = id_of(coupon_template(session))
    order, other = an_order(session, customer), an_order(session, customer)
    kept = own(session, customer)
    given = coupons.give_for_order(session, order, customer, [template, template], NOW)
    (others,) = coupons.give_for_order(session, other, customer, [template], NOW)
    coupons.redeem(session, customer, id_of(given[0]), other, NOW)

    for _ in range(2):
        coupons.revoke_gifts(session, order, NOW)

    assert [state(session, id_of(each)) for each in given] == ["used", "revoked"]
    assert {each.id for each in coupons.list_owned(session, customer, NOW)} == {kept, others.id}
    again = coupons.give_for_order(session, order, customer, [template, template], NOW)
    assert [each.id for each in again] == [each.id for each in given]
    told = [event.subject["coupons"] for event in events(session, "order_gifts_given")]
    assert told == [[each.id for each in given], [others.id]]
    assert_coupons_add_up(session)


def test_what_is_over_lapses_and_nothing_else(session: Session) -> None:
    customer = new_customer(session)
    over = own(session, customer, lasts_days=1)
    later = own(session, customer, lasts_days=30)
    used = own(session, customer, lasts_days=1)
    coupons.redeem(session, customer, used, an_order(session, customer), NOW)
    ends = session.get_one(Coupon, over).valid_until

    assert coupons.lapse(session, ends - SECOND) == 0
    assert coupons.lapse(session, ends) == 1
    assert coupons.lapse(session, ends) == 0

    assert [state(session, each) for each in (over, later, used)] == ["expired", "unused", "used"]
    assert_coupons_add_up(session)


def test_the_one_that_lapses_first_is_at_the_front(session: Session) -> None:
    customer = new_customer(session)
    ids = [own(session, customer, lasts_days=days) for days in (9, 3, 5)]

    owned = coupons.list_owned(session, customer, NOW)

    assert [each.id for each in owned] == [ids[1], ids[2], ids[0]]


@pytest.mark.database
async def test_a_coupon_on_five_orders_at_once_is_used_on_one(database: Database) -> None:
    def open_shop(session: Session) -> tuple[int, int, list[int]]:
        customer = new_customer(session)
        variant = put_on_sale(session, pieces=10)
        orders = [id_of(place(session, customer, {variant: 1})) for _ in range(5)]
        return customer, own(session, customer), orders

    customer, coupon, orders = await database.write(open_shop)

    results = await asyncio.gather(
        *(database.write(coupons.redeem, customer, coupon, order, NOW) for order in orders),
        return_exceptions=True,
    )

    assert Counter(type(each).__name__ for each in results) == {"NoneType": 1, "IllegalMove": 4}
    assert all(isinstance(each, ShopError) for each in results if each is not None)
    await database.read(assert_coupons_add_up)


@pytest.mark.database
def test_a_used_coupon_stands_on_an_order_and_no_other_does(session: Session) -> None:
    customer = new_customer(session)
    coupon = own(session, customer)
    order = an_order(session, customer)
    lying = update(Coupon).where(Coupon.id == coupon)  # type: ignore[arg-type]

    for values in ({"state": "used"}, {"order_id": order}):
        with pytest.raises(IntegrityError, match="ck_coupon_order_id"), session.begin_nested():
            affected_rows(session, lying.values(**values))
    assert session.get(Order, order) is not None
