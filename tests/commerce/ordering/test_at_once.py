"""Many at once, through the real bridge, on both databases."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable

import pytest
from sqlmodel import Session, func, select

from bot.database import Database
from commerce.customers import identify
from commerce.customers.tables import Customer
from commerce.errors import OutOfStock
from commerce.ordering import cart
from commerce.ordering.states import lock_order
from commerce.ordering.tables import Order, OrderState
from commerce.payments import closing
from commerce.payments.settling import PaidOutcome
from commerce.payments.tables import Payment, Refund
from tests.commerce.shop import (
    NOW,
    assert_money_adds_up,
    assert_stock_adds_up,
    begin_to_pay,
    new_customer,
    pay,
    place,
    put_on_sale,
    stock_of,
)

pytestmark = pytest.mark.database


async def outcomes(*calls: Awaitable[object]) -> Counter[str]:
    """How often each call ended in which way, all begun at once."""
    results = await asyncio.gather(*calls, return_exceptions=True)
    return Counter(type(result).__name__ for result in results)


def count_orders(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Order)).one()


@pytest.mark.slow
async def test_200_buyers_of_50_pieces_are_50_orders(database: Database) -> None:
    def open_shop(session: Session) -> tuple[int, list[int]]:
        return put_on_sale(session, pieces=50), [new_customer(session) for _ in range(200)]

    variant, customers = await database.write(open_shop)

    ended = await outcomes(
        *(database.write(place, customer, {variant: 1}) for customer in customers)
    )

    assert ended == {"Order": 50, "OutOfStock": 150}
    assert await database.read(stock_of, variant) == 0
    assert await database.read(count_orders) == 50
    await database.read(assert_stock_adds_up)


async def test_two_carts_want_the_last_piece(database: Database) -> None:
    def fill_two_carts(session: Session) -> tuple[int, int, int]:
        variant = put_on_sale(session, pieces=1)
        customers = new_customer(session), new_customer(session)
        for customer in customers:
            cart.add(session, customer, variant, 1, NOW)
        return variant, *customers

    variant, *customers = await database.write(fill_two_carts)

    ended = await outcomes(*(database.write(place, each, {variant: 1}) for each in customers))

    assert ended == {"Order": 1, "OutOfStock": 1}
    left = [(await database.read(cart.view, each)).pieces for each in customers]
    assert sorted(left) == [0, 1]


@pytest.mark.slow
async def test_carts_that_share_variants_in_any_order_never_lock_each_other_out(
    database: Database,
) -> None:
    def open_shop(session: Session) -> tuple[list[int], list[int]]:
        return (
            [put_on_sale(session, f"商品{number}", pieces=30) for number in range(4)],
            [new_customer(session) for _ in range(60)],
        )

    variants, customers = await database.write(open_shop)
    chance = random.Random(7)
    baskets = [
        {each: chance.randint(1, 2) for each in chance.sample(variants, k=3)} for _ in customers
    ]

    ended = await outcomes(
        *(
            database.write(place, customer, basket)
            for customer, basket in zip(customers, baskets, strict=True)
        )
    )

    assert set(ended) == {"Order", "OutOfStock"}
    assert await database.read(count_orders) == ended["Order"]
    await database.read(assert_stock_adds_up)


async def test_one_request_sent_ten_times_at_once_is_one_order(database: Database) -> None:
    def open_shop(session: Session) -> tuple[int, int]:
        return put_on_sale(session, pieces=1), new_customer(session)

    variant, customer = await database.write(open_shop)

    placed = await asyncio.gather(
        *(database.write(place, customer, {variant: 1}, idempotency_key="k") for _ in range(10))
    )

    assert len({order.order_no for order in placed}) == 1
    assert await database.read(count_orders) == 1


async def test_one_notify_delivered_ten_times_at_once_is_one_transition(
    database: Database,
) -> None:
    payment = await database.write(one_payment)

    results = await asyncio.gather(*(database.write(pay, payment) for _ in range(10)))

    assert Counter(results) == {PaidOutcome.PAID: 1, PaidOutcome.ALREADY: 9}
    await database.read(assert_stock_adds_up)
    await database.read(assert_money_adds_up)


async def test_a_late_notify_delivered_ten_times_at_once_is_one_refund(
    database: Database,
) -> None:
    payment = await database.write(one_payment)

    def lapse(session: Session) -> None:
        closing.cancel_unpaid(session, payment.order_id, actor="clock", reason="超时", now=NOW)
        closing.record_closed(session, payment.out_trade_no, NOW)

    await database.write(lapse)

    results = await asyncio.gather(*(database.write(pay, payment) for _ in range(10)))

    assert Counter(results) == {PaidOutcome.LATE_REFUNDED: 1, PaidOutcome.ALREADY: 9}
    found = await database.read(lambda session: session.exec(select(Refund)).all())
    assert [refund.amount for refund in found] == [payment.amount]


@pytest.mark.slow
async def test_paying_and_closing_at_once_ends_in_one_of_the_two(database: Database) -> None:
    for _ in range(20):
        payment = await database.write(one_payment)

        def cancel(session: Session, payment: Payment = payment) -> None:
            closing.cancel_unpaid(
                session, payment.order_id, actor="customer:1", reason="不要了", now=NOW
            )

        def confirm(session: Session, payment: Payment = payment) -> None:
            closing.record_closed(session, payment.out_trade_no, NOW)

        await outcomes(
            database.write(cancel), database.write(pay, payment), database.write(confirm)
        )

        order = await database.read(lock_order, payment.order_id)
        assert order.state in (OrderState.PAID, OrderState.CLOSED)
        await database.read(assert_stock_adds_up)
        await database.read(assert_money_adds_up)


async def test_one_person_who_writes_ten_times_at_once_is_one_customer(
    database: Database,
) -> None:
    found = await asyncio.gather(
        *(
            database.write(identify, "official_account", "gh_1", "o-new", NOW, unionid="u-1")
            for _ in range(10)
        )
    )

    assert len({customer.id for customer in found}) == 1
    count = await database.read(
        lambda session: session.exec(select(func.count()).select_from(Customer)).one()
    )
    assert count == 1


async def test_pieces_added_at_once_are_all_in_the_cart(database: Database) -> None:
    def open_shop(session: Session) -> tuple[int, int]:
        return put_on_sale(session), new_customer(session)

    variant, customer = await database.write(open_shop)

    await asyncio.gather(*(database.write(cart.add, customer, variant, 1, NOW) for _ in range(10)))

    assert (await database.read(cart.view, customer)).pieces == 10
    with pytest.raises(OutOfStock):
        await database.write(cart.add, customer, variant, 1, NOW)


def one_payment(session: Session) -> Payment:
    order = place(session, new_customer(session), {put_on_sale(session): 1})
    return begin_to_pay(session, order)
