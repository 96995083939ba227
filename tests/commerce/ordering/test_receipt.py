"""Received by the customer or by the clock, finished when nothing more is to come."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from bot.database import Database
from commerce.aftersale.deciding import refuse
from commerce.aftersale.requests import open_request
from commerce.aftersale.tables import Reason, RequestKind
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.inserting import id_of
from commerce.ordering import receipt
from commerce.ordering.orders import list_lines
from commerce.ordering.policy import get_policy, set_policy
from commerce.ordering.states import move
from commerce.ordering.tables import Order, OrderState
from commerce.parcels.shipping import ship
from tests.commerce import shop
from tests.commerce.shop import NOW, SEALER

pytestmark = pytest.mark.database

DAY = timedelta(days=1)
A_MOMENT = timedelta(seconds=1)


def shipped_order(session: Session, pieces: int = 1, number: str = "YT8800000000001") -> Order:
    variant = shop.put_on_sale(session)
    order = shop.place(session, shop.new_customer(session), {variant: pieces})
    shop.pay(session, shop.begin_to_pay(session, order))
    send(session, order, number)
    return order


def send(session: Session, order: Order, number: str, now: datetime = NOW, **more: int) -> None:
    pieces = {id_of(line): more["pieces"] for line in list_lines(session, order)} if more else None
    ship(
        session,
        id_of(order),
        carrier="yto",
        tracking_no=number,
        actor="agent:1",
        now=now,
        pieces=pieces,
    )


def ask_back(session: Session, order: Order) -> str:
    request = open_request(
        session,
        SEALER,
        customer_id=order.customer_id,
        order_id=id_of(order),
        pieces={id_of(line): line.quantity for line in list_lines(session, order)},
        kind=RequestKind.RETURN_REFUND,
        reason=Reason.FIT,
        words="",
        now=NOW,
    )
    return request.request_no


def test_a_customer_receives_their_order_once(session: Session) -> None:
    order = shipped_order(session)

    for hours in (1, 2):
        at = NOW + timedelta(hours=hours)
        receipt.receive_own(session, order.customer_id, order.order_no, at)

    assert shop.reload(session, order).state == OrderState.RECEIVED
    (event,) = shop.events(session, "order_received")
    assert event.subject["actor"] == f"customer:{order.customer_id}"
    assert receipt.received_at(session, id_of(order)) == NOW + timedelta(hours=1)


def test_nobody_receives_the_order_of_another(session: Session) -> None:
    order = shipped_order(session)

    with pytest.raises(NotFound):
        receipt.receive_own(session, shop.new_customer(session), order.order_no, NOW)

    assert shop.reload(session, order).state == OrderState.SHIPPED


def test_an_order_is_not_received_before_its_last_piece_has_left(session: Session) -> None:
    variant = shop.put_on_sale(session)
    order = shop.place(session, shop.new_customer(session), {variant: 3})
    shop.pay(session, shop.begin_to_pay(session, order))
    send(session, order, "YT8800000000001", pieces=2)

    with pytest.raises(IllegalMove, match="还有1件没有发出"):
        receipt.receive_own(session, order.customer_id, order.order_no, NOW)

    send(session, order, "YT8800000000002")
    receipt.receive_own(session, order.customer_id, order.order_no, NOW)
    assert shop.reload(session, order).state == OrderState.RECEIVED


def test_an_order_that_was_not_sent_is_not_received(session: Session) -> None:
    order = shop.place(session, shop.new_customer(session), {shop.put_on_sale(session): 1})

    with pytest.raises(IllegalMove):
        receipt.receive_own(session, order.customer_id, order.order_no, NOW)


def test_the_clock_receives_ten_days_after_the_last_parcel_and_not_before(
    session: Session,
) -> None:
    order = shipped_order(session)
    send(session, order, "YT8800000000002", NOW + 3 * DAY)

    assert receipt.list_overdue(session, NOW + 13 * DAY - A_MOMENT) == []
    assert receipt.receive_overdue(session, id_of(order), NOW + 12 * DAY) is None
    assert receipt.list_overdue(session, NOW + 13 * DAY) == [order.id]
    received = receipt.receive_overdue(session, id_of(order), NOW + 13 * DAY)

    assert received is not None
    assert shop.events(session, "order_received")[0].subject["actor"] == "clock"
    assert receipt.receive_overdue(session, id_of(order), NOW + 14 * DAY) is None


def test_an_order_that_was_moved_by_hand_is_received_as_well(session: Session) -> None:
    order = shop.place(session, shop.new_customer(session), {shop.put_on_sale(session): 1})
    for state in (OrderState.PAID, OrderState.SHIPPED):
        move(session, id_of(order), state, actor="agent:1", reason="", now=NOW)

    assert receipt.list_overdue(session, NOW + 10 * DAY - A_MOMENT) == []
    assert receipt.list_overdue(session, NOW + 10 * DAY) == [order.id]


def test_an_open_request_stops_the_clock_and_the_customer(session: Session) -> None:
    order = shipped_order(session)
    number = ask_back(session, order)

    assert receipt.list_overdue(session, NOW + 30 * DAY) == []
    assert receipt.receive_overdue(session, id_of(order), NOW + 30 * DAY) is None
    assert not receipt.may_receive(session, order)
    with pytest.raises(IllegalMove, match="售后"):
        receipt.receive_own(session, order.customer_id, order.order_no, NOW)
    refuse(session, number, actor="agent:1", note="已使用", now=NOW + DAY)

    assert receipt.list_overdue(session, NOW + 30 * DAY) == [order.id]
    assert receipt.may_receive(session, order)


def test_an_order_is_finished_when_its_time_for_requests_is_over(session: Session) -> None:
    order = shipped_order(session)
    receipt.receive_own(session, order.customer_id, order.order_no, NOW + DAY)

    assert receipt.list_over(session, NOW + 8 * DAY - A_MOMENT) == []
    assert receipt.finish_over(session, id_of(order), NOW + 7 * DAY) is None
    assert receipt.list_over(session, NOW + 8 * DAY) == [order.id]
    receipt.finish_over(session, id_of(order), NOW + 8 * DAY)

    assert shop.reload(session, order).state == OrderState.FINISHED
    assert len(shop.events(session, "order_finished")) == 1
    assert shop.replayed_state(session, order) == OrderState.FINISHED


def test_an_open_request_stops_the_finish(session: Session) -> None:
    order = shipped_order(session)
    receipt.receive_own(session, order.customer_id, order.order_no, NOW)
    ask_back(session, order)

    assert receipt.list_over(session, NOW + 30 * DAY) == []
    assert receipt.finish_over(session, id_of(order), NOW + 30 * DAY) is None


def test_the_shop_sets_its_own_terms(session: Session) -> None:
    order = shipped_order(session)
    assert (get_policy(session).auto_receive_days, get_policy(session).finish_after_days) == (10, 7)

    set_policy(session, auto_receive_days=3, finish_after_days=2)

    assert receipt.list_overdue(session, NOW + 3 * DAY) == [order.id]
    receipt.receive_overdue(session, id_of(order), NOW + 3 * DAY)
    assert receipt.list_over(session, NOW + 5 * DAY) == [order.id]


@pytest.mark.parametrize("days", [0, 366])
def test_terms_without_sense_are_refused_by_their_name(session: Session, days: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_policy(session, auto_receive_days=days, finish_after_days=7)

    assert refused.value.details["field"] == "auto_receive_days"


async def test_an_order_is_received_once_by_customer_and_clock_together(
    database: Database,
) -> None:
    order = await database.write(shipped_order)
    late = NOW + 11 * DAY

    ended = await asyncio.gather(
        *(database.write(receipt.receive_overdue, id_of(order), late) for _ in range(4)),
        *(
            database.write(receipt.receive_own, order.customer_id, order.order_no, late)
            for _ in range(4)
        ),
    )

    assert Counter(each is None for each in ended)[False] >= 4
    events = await database.read(shop.events, "order_received")
    assert len(events) == 1
