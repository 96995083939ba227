"""Many who buy and pay at once: nothing is sold, used or paid twice."""

import random
from collections.abc import Sequence
from functools import partial

import pytest
from sqlmodel import Session, select

from bot.database import Database
from commerce.inserting import id_of
from commerce.membership.points import points_of
from commerce.ordering.tables import Order, OrderState
from commerce.payments import closing
from commerce.payments.opening import find_payment
from commerce.payments.tables import Payment
from commerce.promotions.tables import Coupon, CouponState
from tests.commerce import shop
from tests.commerce.membership.members import new_member
from tests.commerce.money.at_once import (
    OFF,
    POINTS,
    Deed,
    all_at_once,
    asks_and_has_it,
    assert_whole,
    begun,
    refunded,
)
from tests.commerce.money.counter import set_terms
from tests.commerce.promotions.coupons import own
from tests.commerce.shop import NOW

pytestmark = [pytest.mark.database, pytest.mark.slow]
PRICE = 3900


def buys(session: Session, variant: int, customer: int) -> Order:
    order = shop.place(session, customer, {variant: 1})
    shop.pay(session, shop.begin_to_pay(session, order))
    return order


def reports(session: Session, number: str, transaction: str) -> object:
    payment = find_payment(session, number)
    assert payment is not None
    return shop.pay(session, payment, transaction_id=transaction)


async def test_200_buyers_of_50_pieces_pay_for_50(bridges: Sequence[Database]) -> None:
    def open_shop(session: Session) -> tuple[int, list[int]]:
        return shop.put_on_sale(session, pieces=50), [new_member(session) for _ in range(200)]

    variant, customers = await bridges[0].write(open_shop)

    ended = await all_at_once(
        bridges, (partial(buys, variant=variant, customer=each) for each in customers)
    )

    assert ended == {"Order": 50, "OutOfStock": 150}
    assert await bridges[0].read(shop.stock_of, variant) == 0
    states = await bridges[0].read(lambda session: session.exec(select(Order.state)).all())
    assert states == [OrderState.PAID] * 50
    await bridges[0].read(assert_whole)


async def test_an_order_paid_twice_is_paid_once_and_the_other_money_goes_back(
    bridges: Sequence[Database],
) -> None:
    """Both in the same second; what the customer asks back later comes from the money kept."""

    def begin_twice(session: Session) -> tuple[int, list[str]]:
        order = shop.place(session, new_member(session), {shop.put_on_sale(session): 2})
        first = shop.begin_to_pay(session, order)
        closing.record_closed(session, first.out_trade_no, NOW)
        second = shop.begin_to_pay(session, order)
        return id_of(order), [first.out_trade_no, second.out_trade_no]

    for turn in range(6):
        order_id, numbers = await bridges[0].write(begin_twice)
        deeds = [partial(reports, number=each, transaction=f"t-{each}") for each in numbers]
        deeds = deeds[:: 1 - turn % 2 * 2]

        ended = await all_at_once(bridges, deeds * 8)

        assert ended == {"paid": 1, "second_refunded": 1, "already": 14}
        await bridges[0].read(assert_whole)
        await bridges[0].write(asks_and_has_it, order_id, {0: 2})
        assert await bridges[0].read(refunded, order_id) == [7800, 7800]


async def test_one_coupon_on_many_orders_at_once_is_used_on_one(
    bridges: Sequence[Database],
) -> None:
    def open_shop(session: Session) -> tuple[int, int, int]:
        customer = new_member(session)
        coupon = own(session, customer, off=OFF, threshold=0)
        return shop.put_on_sale(session, price=PRICE, pieces=50), customer, coupon

    variant, customer, coupon = await bridges[0].write(open_shop)

    def orders(session: Session) -> Order:
        payable = PRICE - OFF
        return shop.place(
            session, customer, {variant: 1}, coupon_id=coupon, expected_payable=payable
        )

    ended = await all_at_once(bridges, [orders] * 16)

    assert ended == {"Order": 1, "IllegalMove": 15}
    await bridges[0].read(assert_whole)


async def test_the_same_points_on_many_orders_at_once_are_spent_once(
    bridges: Sequence[Database],
) -> None:
    def open_shop(session: Session) -> tuple[int, int]:
        set_terms(session)
        customer = new_member(session, POINTS)
        return shop.put_on_sale(session, price=PRICE, pieces=50), customer

    variant, customer = await bridges[0].write(open_shop)

    def orders(session: Session) -> Order:
        payable = PRICE - 200 + 610  # 400 points are worth ¥2; freight of the first piece.
        return shop.place(session, customer, {variant: 1}, points=400, expected_payable=payable)

    ended = await all_at_once(bridges, [orders] * 16)

    assert ended == {"Order": 2, "PriceChanged": 14}
    assert await bridges[0].read(points_of, customer) == 200
    await bridges[0].read(assert_whole)


async def test_an_order_paid_and_closed_at_once_ends_as_one_of_the_two(
    bridges: Sequence[Database],
) -> None:
    """With its goods, its coupon and its points, and late money on its way back."""
    await bridges[0].write(set_terms)
    orders = [await bridges[0].write(lambda session: begun(session, 2)) for _ in range(12)]
    later = NOW + shop.HOLD

    def deeds_of(order_id: int) -> list[Deed]:
        return [
            lambda session: pays(session, order_id),
            lambda session: pays(session, order_id),
            lambda session: is_closed(session, order_id),
            lambda session: is_closed(session, order_id),
            lambda session: closing.let_lapse(session, order_id, later),
            lambda session: closing.cancel_unpaid(
                session, order_id, actor="customer:1", reason="", now=NOW
            ),
        ]

    deeds = [deed for order_id in orders for deed in deeds_of(order_id)]
    random.Random(11).shuffle(deeds)
    await all_at_once(bridges, deeds)

    await bridges[0].read(assert_whole)
    for order_id in orders:
        await bridges[0].read(assert_paid_or_closed, order_id)


def pays(session: Session, order_id: int) -> object:
    payment = session.exec(select(Payment).where(Payment.order_id == order_id)).one()
    return shop.pay(session, payment)


def is_closed(session: Session, order_id: int) -> object:
    payment = session.exec(select(Payment).where(Payment.order_id == order_id)).one()
    return closing.record_closed(session, payment.out_trade_no, NOW)


def assert_paid_or_closed(session: Session, order_id: int) -> None:
    order = session.get_one(Order, order_id)
    assert order.state in (OrderState.PAID, OrderState.CLOSED)
    is_paid = order.state == OrderState.PAID
    coupon = session.get_one(Coupon, order.coupon_id)
    assert coupon.state == (CouponState.USED if is_paid else CouponState.UNUSED)
    left = POINTS - order.points_spent if is_paid else POINTS
    assert points_of(session, order.customer_id) == left
    # The money came in every time, before the end of the order or after it.
    assert refunded(session, order_id) == [0 if is_paid else order.payable]
