"""Many who pay for few seats at once, through the real bridge, on both databases."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from bot.database import Database
from commerce.deals.choices import Overflow
from commerce.errors import IllegalMove
from commerce.group_buys.ending import end
from commerce.group_buys.tables import BuyingGroup, GroupActivity, GroupMember, GroupState
from commerce.inserting import id_of
from commerce.ordering.tables import Order
from commerce.payments.tables import Payment
from tests.commerce.group_buys.grouping import (
    assert_groups_add_up,
    held,
    open_one,
    order_in,
    react,
    start_activity,
)
from tests.commerce.shop import (
    NOW,
    assert_money_adds_up,
    assert_stock_adds_up,
    begin_to_pay,
    new_customer,
    pay,
)

pytestmark = pytest.mark.database


def wants_to_pay(
    session: Session, activity: GroupActivity, group: BuyingGroup, people: int
) -> list[Payment]:
    """So many people with an order in the group; one in five wants the money back."""
    choices = [Overflow.NEW_GROUP if n % 5 else Overflow.REFUND for n in range(people)]
    orders = [order_in(session, activity, group, overflow=choice) for choice in choices]
    return [begin_to_pay(session, order) for order in orders]


def states(session: Session) -> Counter[str]:
    return Counter(session.exec(select(GroupMember.state)).all())


@pytest.mark.slow
async def test_two_seats_go_to_two_payers_and_nobody_is_stuck(
    database: Database, database_kind: str
) -> None:
    payers = 200 if database_kind == "postgres" else 20

    def open_group(session: Session) -> tuple[BuyingGroup, list[Payment]]:
        activity = start_activity(session, {2: 3000, 3: 2500})
        group = open_one(session, activity)
        return group, wants_to_pay(session, activity, group, payers)

    group, payments = await database.write(open_group)

    await asyncio.gather(*(database.write(pay, payment) for payment in payments))
    await database.write(react)

    def look(session: Session) -> None:
        ended = session.get_one(BuyingGroup, group.id)
        assert (ended.state, ended.paid, ended.reached) == (GroupState.SUCCEEDED, 3, 3)
        by_state = states(session)
        assert by_state["succeeded"] == 3
        assert by_state["refunded"] + by_state["seated"] == payers - 2
        assert set(by_state) == {"succeeded", "refunded", "seated"}
        moved = select(GroupMember).where(col(GroupMember.moved_from_id) == group.id)
        assert len(session.exec(moved).all()) == by_state["seated"]
        assert {order.paid_at for order in session.exec(select(Order))} == {NOW}
        assert_groups_add_up(session)
        assert_money_adds_up(session)
        assert_stock_adds_up(session)

    await database.write(look)


async def test_one_customer_who_joins_ten_times_at_once_is_counted_twice_at_a_limit_of_two(
    database: Database,
) -> None:
    def open_groups(session: Session) -> tuple[GroupActivity, int]:
        return start_activity(session, orders=2), new_customer(session)

    activity, customer = await database.write(open_groups)

    ended = await asyncio.gather(
        *(database.write(order_in, activity, customer_id=customer) for _ in range(10)),
        return_exceptions=True,
    )

    assert Counter(type(each) for each in ended) == {Order: 2, IllegalMove: 8}
    assert await database.read(held, activity, customer) == 2


async def test_the_end_and_the_last_payer_leave_one_of_the_two(database: Database) -> None:
    def open_group(session: Session) -> tuple[BuyingGroup, Payment]:
        activity = start_activity(session, {2: 3000})
        group = open_one(session, activity)
        return group, begin_to_pay(session, order_in(session, activity, group))

    for _ in range(3):
        group, payment = await database.write(open_group)
        over = group.expires_at + timedelta(minutes=10)

        await asyncio.gather(
            database.write(end, id_of(group), over),
            database.write(pay, payment, over, success_time=group.expires_at),
            database.write(end, id_of(group), over),
        )

        def look(session: Session, group: BuyingGroup = group) -> None:
            react(session)
            session.expire_all()
            ended = session.get_one(BuyingGroup, group.id)
            wanted = select(GroupMember.state).where(GroupMember.group_id == group.id)
            by_state = set(session.exec(wanted))
            is_success = ended.state == GroupState.SUCCEEDED
            assert by_state == ({"succeeded"} if is_success else {"refunded"})
            assert_groups_add_up(session)

        await database.write(look)
