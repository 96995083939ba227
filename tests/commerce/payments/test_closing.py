"""Unpaid orders end: closed at WeChat Pay first, only then here."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from commerce.errors import IllegalMove, NotFound
from commerce.inserting import id_of
from commerce.ordering import orders
from commerce.ordering.tables import Order, OrderState
from commerce.payments import closing
from commerce.payments.closing import Cancellation
from commerce.payments.tables import PaymentState
from tests.commerce.shop import (
    HOLD,
    NOW,
    SEALER,
    assert_stock_adds_up,
    begin_to_pay,
    events,
    new_customer,
    pay,
    place,
    put_on_sale,
    reload,
    stock_of,
)


@pytest.fixture
def order(session: Session) -> Order:
    return place(session, new_customer(session), {put_on_sale(session): 2})


def test_an_order_that_nobody_began_to_pay_closes_at_once(session: Session, order: Order) -> None:
    closed = closing.cancel_order(session, order.customer_id, order.order_no, NOW)

    assert closed.state == OrderState.CLOSED
    assert stock_of(session, 1) == 10
    assert events(session, "payment_close_wanted") == []
    (event,) = events(session, "order_closed")
    assert event.subject["actor"] == f"customer:{order.customer_id}"
    assert_stock_adds_up(session)


def test_an_order_being_paid_keeps_its_goods_until_wechat_pay_has_closed(
    session: Session, order: Order
) -> None:
    payment = begin_to_pay(session, order)

    closing.cancel_order(session, order.customer_id, order.order_no, NOW)

    session.refresh(payment)
    assert (reload(session, order).state, payment.state) == ("unpaid", "closing")
    assert stock_of(session, 1) == 8
    (event,) = events(session, "payment_close_wanted")
    assert event.subject["out_trade_no"] == payment.out_trade_no

    assert closing.record_closed(session, payment.out_trade_no, NOW) is True

    assert reload(session, order).state == OrderState.CLOSED
    assert stock_of(session, 1) == 10
    assert orders.view_order(session, SEALER, order).history[-1].reason == "顾客取消"
    assert_stock_adds_up(session)


def test_cancelling_again_changes_nothing(session: Session, order: Order) -> None:
    payment = begin_to_pay(session, order)

    for _ in range(3):
        closing.cancel_order(session, order.customer_id, order.order_no, NOW)
    assert len(events(session, "payment_close_wanted")) == 1

    for _ in range(3):
        closing.record_closed(session, payment.out_trade_no, NOW)
    assert len(events(session, "order_closed")) == 1

    closing.cancel_order(session, order.customer_id, order.order_no, NOW)
    assert len(events(session, "order_closed")) == 1


def test_a_paid_order_is_not_simply_cancelled(session: Session, order: Order) -> None:
    pay(session, begin_to_pay(session, order))

    with pytest.raises(IllegalMove, match="待发货"):
        closing.cancel_order(session, order.customer_id, order.order_no, NOW)


def test_nobody_cancels_somebody_elses_order(session: Session, order: Order) -> None:
    with pytest.raises(NotFound):
        closing.cancel_order(session, new_customer(session), order.order_no, NOW)


def test_paying_while_it_is_being_cancelled_is_refused(session: Session, order: Order) -> None:
    begin_to_pay(session, order)
    closing.cancel_order(session, order.customer_id, order.order_no, NOW)

    with pytest.raises(IllegalMove, match="正在取消"):
        begin_to_pay(session, order)


def test_orders_lapse_when_their_time_is_up_and_not_before(session: Session, order: Order) -> None:
    just_before = NOW + HOLD - timedelta(seconds=1)
    assert closing.list_lapsed(session, just_before) == []
    assert closing.let_lapse(session, id_of(order), just_before) is None

    assert closing.list_lapsed(session, NOW + HOLD) == [order.id]
    assert closing.let_lapse(session, id_of(order), NOW + HOLD) == Cancellation.CLOSED

    assert closing.list_lapsed(session, NOW + HOLD) == []
    assert orders.view_order(session, SEALER, order).history[-1].reason == "超时未付款"
    assert stock_of(session, 1) == 10


def test_a_lapsed_order_is_listed_until_its_closing_has_begun(
    session: Session, order: Order
) -> None:
    payment = begin_to_pay(session, order)
    assert closing.list_lapsed(session, NOW + HOLD) == [order.id]

    assert closing.let_lapse(session, id_of(order), NOW + HOLD) == Cancellation.CLOSING

    assert closing.list_lapsed(session, NOW + HOLD) == []
    assert closing.record_closed(session, payment.out_trade_no, NOW + HOLD) is True


def test_a_lapsed_order_that_turns_out_paid_is_paid(session: Session, order: Order) -> None:
    payment = begin_to_pay(session, order)
    closing.let_lapse(session, id_of(order), NOW + HOLD)

    pay(session, payment, NOW + HOLD + timedelta(seconds=5))

    assert reload(session, order).state == OrderState.PAID
    assert stock_of(session, 1) == 8


def test_a_payment_that_wechat_pay_closed_by_itself_leaves_a_fresh_order_open(
    session: Session, order: Order
) -> None:
    payment = begin_to_pay(session, order)

    assert closing.record_closed(session, payment.out_trade_no, NOW) is False

    session.refresh(payment)
    assert payment.state == PaymentState.CLOSED
    assert reload(session, order).state == OrderState.UNPAID


def test_a_payment_that_wechat_pay_closed_by_itself_ends_a_lapsed_order(
    session: Session, order: Order
) -> None:
    payment = begin_to_pay(session, order)

    assert closing.record_closed(session, payment.out_trade_no, NOW + HOLD) is True
    assert reload(session, order).state == OrderState.CLOSED


def test_a_disputed_order_is_left_to_a_person(session: Session, order: Order) -> None:
    payment = begin_to_pay(session, order)
    pay(session, payment, amount=1)

    much_later = NOW + timedelta(days=1)
    assert closing.list_lapsed(session, much_later) == []
    assert closing.list_payments_to_ask(session, much_later) == []


def test_silence_is_asked_about_at_half_a_minute_and_2_and_5_and_15(
    session: Session, order: Order
) -> None:
    payment = begin_to_pay(session, order)
    asked_at: list[int] = []
    for second in range(0, 28 * 60, 5):
        now = NOW + timedelta(seconds=second)
        for due in closing.list_payments_to_ask(session, now):
            assert due.id == payment.id
            asked_at.append(second)
            closing.record_still_open(session, due.out_trade_no, now)

    assert asked_at == [30, 120, 300, 900]


def test_a_payment_heard_of_is_not_asked_about(session: Session, order: Order) -> None:
    pay(session, begin_to_pay(session, order))

    assert closing.list_payments_to_ask(session, NOW + timedelta(days=1)) == []


def test_a_closing_that_is_not_confirmed_is_wanted_again_every_minute(
    session: Session, order: Order
) -> None:
    payment = begin_to_pay(session, order)
    closing.cancel_order(session, order.customer_id, order.order_no, NOW)
    minute = timedelta(seconds=60)

    assert closing.list_payments_to_close(session, NOW + minute / 2) == []
    assert [due.id for due in closing.list_payments_to_close(session, NOW + minute)] == [payment.id]
    closing.record_still_open(session, payment.out_trade_no, NOW + minute)
    session.flush()
    assert closing.list_payments_to_close(session, NOW + minute) == []
    assert len(closing.list_payments_to_close(session, NOW + 2 * minute)) == 1
    assert closing.list_payments_to_ask(session, NOW + HOLD) == []


@pytest.mark.database
def test_what_is_taken_to_be_asked_about_has_its_next_time_before_it_is_asked(
    session: Session, order: Order
) -> None:
    payment = begin_to_pay(session, order)
    now = NOW + timedelta(seconds=30)

    assert [due.id for due in closing.take_payments_to_ask(session, now)] == [payment.id]

    assert closing.take_payments_to_ask(session, now) == []
    assert payment.ask_at == NOW + timedelta(seconds=120)
