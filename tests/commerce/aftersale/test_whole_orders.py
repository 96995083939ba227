"""Whatever is refunded in whatever parts: all of it together is what was paid, and never more."""

import asyncio
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel, select

from bot.database import Database
from bot.engines import create_shop_engine
from commerce import models
from commerce.aftersale import deciding
from commerce.aftersale.refunded import kept_of
from commerce.aftersale.tables import AfterSale, Reason, RequestKind
from commerce.inserting import id_of
from commerce.ordering.orders import list_lines
from commerce.ordering.tables import Order, OrderState
from commerce.payments.tables import Payment
from tests.commerce.aftersale.buying import (
    Bought,
    ask,
    assert_refunds_add_up,
    comes_back,
    owed,
    paid,
)
from tests.commerce.shop import NOW, assert_stock_adds_up

TABLES = (models,)
"""Imported for their tables."""
ENGINE = create_shop_engine("sqlite://")
SQLModel.metadata.create_all(ENGINE)
WORKERS = 16

LINES = st.lists(
    st.builds(
        Bought,
        pieces=st.integers(1, 4),
        total=st.integers(0, 30_000),
        points_spent=st.integers(0, 500),
        points_given=st.integers(0, 500),
    ),
    min_size=1,
    max_size=3,
)
STATES = st.sampled_from([OrderState.PAID, OrderState.SHIPPED, OrderState.RECEIVED])
REASONS = st.sampled_from([Reason.UNWANTED, Reason.DAMAGED])


def refund_all(data: st.DataObject, lines: list[Bought], freight: int, state: OrderState) -> None:
    """Ask for parts as chance finds them, until nothing is left; the sums are right all along."""
    with Session(ENGINE, expire_on_commit=False) as session:
        order = paid(session, lines, freight=freight, state=state)
        asked: list[AfterSale] = []
        left = [each.pieces for each in lines]
        while any(left):
            part = [data.draw(st.integers(0, pieces)) for pieces in left]
            if not any(part):
                part = left
            request = ask(session, order, *part, reason=data.draw(REASONS))
            deciding.agree(session, request.request_no, actor="agent:1", note="", now=NOW)
            assert request.amount_agreed == request.amount_wanted
            if request.refund_id and data.draw(st.booleans()):
                comes_back(session, request)
            asked.append(request)
            left = [had - gone for had, gone in zip(left, part, strict=True)]
            assert_refunds_add_up(session)
        check_whole(session, order, asked)
        session.rollback()


def check_whole(session: Session, order: Order, asked: list[AfterSale]) -> None:
    session.refresh(order)
    is_free = order.state != OrderState.SHIPPED and order.state != OrderState.RECEIVED
    goes_back = is_free or asked[-1].reason == Reason.DAMAGED
    freight = order.freight if goes_back else 0
    assert sum(each.amount_agreed or 0 for each in asked) == order.payable - order.freight + freight
    assert sum(each.points_back for each in asked) == order.points_spent
    clawed = order.points_given if order.state == OrderState.RECEIVED else 0
    assert sum(each.points_clawed for each in asked) == clawed
    kept = kept_of(session, order)
    assert (kept.is_empty, kept.goods, kept.points_given) == (True, 0, 0)
    assert_stock_adds_up(session)


@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), lines=LINES, freight=st.integers(0, 2000), state=STATES)
def test_all_parts_of_an_order_sum_to_what_was_paid(
    data: st.DataObject, lines: list[Bought], freight: int, state: OrderState
) -> None:
    refund_all(data, lines, freight, state)


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), lines=LINES, freight=st.integers(0, 2000), state=STATES)
def test_all_parts_of_many_orders_sum_to_what_was_paid(
    data: st.DataObject, lines: list[Bought], freight: int, state: OrderState
) -> None:
    refund_all(data, lines, freight, state)


def asks_and_gets(session: Session, order_id: int, pieces: int) -> int:
    """Ask for pieces of an order and have the shop agree; fen that are promised."""
    order = session.get_one(Order, order_id)
    request = ask(session, order, pieces)
    deciding.agree(session, request.request_no, actor="agent:1", note="", now=NOW)
    return request.amount_agreed or 0


@pytest.mark.database
async def test_many_at_once_refund_each_piece_once_and_the_last_takes_the_rest(
    database: Database,
) -> None:
    def buy(session: Session) -> int:
        return id_of(paid(session, [Bought(12, 10_007, points_spent=50)], freight=600))

    order_id = await database.write(buy)

    ended = await asyncio.gather(
        *(database.write(asks_and_gets, order_id, 1) for _ in range(WORKERS)),
        return_exceptions=True,
    )

    refused = Counter(type(each).__name__ for each in ended if not isinstance(each, int))
    assert refused == {"IllegalMove": WORKERS - 12}
    promised = sorted(each for each in ended if isinstance(each, int))
    assert promised == [833] * 11 + [10_007 - 11 * 833 + 600]
    await database.read(assert_refunds_add_up)


@pytest.mark.database
async def test_of_many_who_decide_one_request_at_once_one_does(database: Database) -> None:
    def buy(session: Session) -> str:
        return ask(session, paid(session, [Bought(2, 5000)]), 2).request_no

    number = await database.write(buy)

    def decide(session: Session) -> None:
        deciding.agree(session, number, actor="agent:1", note="", now=NOW)

    ended = await asyncio.gather(
        *(database.write(decide) for _ in range(WORKERS)), return_exceptions=True
    )

    assert Counter(type(each).__name__ for each in ended) == {
        "NoneType": 1,
        "IllegalMove": WORKERS - 1,
    }
    await database.read(assert_refunds_add_up)


@pytest.mark.database
def test_the_rows_themselves_refuse_more_than_was_paid(session: Session) -> None:
    order = paid(session, [Bought(1, 3900)])
    request = ask(session, order, 1)
    deciding.agree(session, request.request_no, actor="agent:1", note="", now=NOW)
    comes_back(session, request)

    payment = session.exec(select(Payment)).one()
    assert (payment.refunded, owed(session, order)) == (3900, 0)
    assert [line.quantity for line in list_lines(session, order)] == [1]
    payment.refunded = 3901
    session.add(payment)
    with pytest.raises(Exception, match="ck_payment_refunded"):
        session.flush()


@pytest.mark.database
def test_a_return_ends_as_a_refund_does_on_both_databases(session: Session) -> None:
    order = paid(session, [Bought(2, 5000, points_spent=10)], state=OrderState.SHIPPED)
    request = ask(session, order, 2, kind=RequestKind.RETURN_REFUND, reason=Reason.FIT)
    number = request.request_no

    deciding.agree(session, number, actor="agent:1", note="", now=NOW)
    deciding.arrive(session, number, actor="agent:1", note="", now=NOW)
    deciding.accept(session, number, actor="agent:1", note="", now=NOW)

    assert comes_back(session, request).state == "done"
    assert_refunds_add_up(session)
    assert_stock_adds_up(session)
