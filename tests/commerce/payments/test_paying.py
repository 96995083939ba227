"""Being paid: once, late, twice, and wrongly."""

import re
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from commerce.catalogue.tables import Product
from commerce.errors import IllegalMove, NotFound
from commerce.inserting import id_of
from commerce.ordering.settlement import close_unpaid
from commerce.ordering.tables import Order, OrderState
from commerce.payments.closing import cancel_unpaid, let_lapse, record_closed
from commerce.payments.notices import find_notice, keep_notice
from commerce.payments.opening import open_payment, record_prepay, usable_prepay_id
from commerce.payments.settling import PaidOutcome, record_paid
from commerce.payments.tables import Payment, PaymentState, Refund
from tests.commerce.shop import (
    HOLD,
    NOW,
    PAYER,
    assert_money_adds_up,
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
    return place(session, new_customer(session), {put_on_sale(session): 2}, conversation_id=5)


def refunds(session: Session) -> list[Refund]:
    return list(session.exec(select(Refund)))


def test_a_payment_ends_a_minute_before_the_order(session: Session, order: Order) -> None:
    payment = begin_to_pay(session, order)

    assert payment.out_trade_no == f"{order.order_no}-1"
    assert re.fullmatch(r"[0-9A-Za-z_-]{6,32}", payment.out_trade_no)
    assert payment.expires_at == order.expires_at - timedelta(seconds=60)
    assert payment.amount == order.payable


def test_paying_again_uses_the_same_payment(session: Session, order: Order) -> None:
    first = begin_to_pay(session, order)

    assert begin_to_pay(session, order, NOW + timedelta(minutes=9)).id == first.id


def test_another_payer_has_to_wait(session: Session, order: Order) -> None:
    begin_to_pay(session, order)

    with pytest.raises(IllegalMove, match="另一个微信"):
        open_payment(session, order, "o-somebody-else", NOW)


def test_an_order_with_a_disputed_payment_is_not_paid_again(session: Session, order: Order) -> None:
    payment = begin_to_pay(session, order)
    pay(session, payment, amount=1)

    with pytest.raises(IllegalMove, match="人工核对"):
        begin_to_pay(session, order)


def test_an_order_about_to_lapse_cannot_be_paid(session: Session, order: Order) -> None:
    with pytest.raises(IllegalMove, match="超时"):
        begin_to_pay(session, order, NOW + HOLD - timedelta(seconds=119))

    payment = begin_to_pay(session, order, NOW + HOLD - timedelta(seconds=120))
    with pytest.raises(IllegalMove, match="超时"):
        begin_to_pay(session, order, payment.expires_at)


def test_a_closed_payment_is_followed_by_another_number(session: Session, order: Order) -> None:
    first = begin_to_pay(session, order)
    record_closed(session, first.out_trade_no, NOW)

    second = begin_to_pay(session, order, NOW + timedelta(minutes=1))

    assert second.out_trade_no == f"{order.order_no}-2"
    assert reload(session, order).state == OrderState.UNPAID


def test_a_paid_or_closed_order_needs_no_payment(session: Session, order: Order) -> None:
    pay(session, begin_to_pay(session, order))

    with pytest.raises(IllegalMove, match="待发货"):
        begin_to_pay(session, order)


def test_a_prepay_is_good_for_two_hours(session: Session) -> None:
    patient = place(
        session, new_customer(session), {put_on_sale(session): 1}, hold_for=timedelta(hours=5)
    )
    payment = begin_to_pay(session, patient)
    assert usable_prepay_id(payment, NOW) is None

    record_prepay(session, id_of(payment), "wx123", NOW)

    session.refresh(payment)
    assert usable_prepay_id(payment, NOW + timedelta(minutes=119)) == "wx123"
    assert usable_prepay_id(payment, NOW + timedelta(hours=2)) is None


def test_a_payment_makes_the_order_paid_and_its_goods_sold(session: Session, order: Order) -> None:
    paid_at = NOW + timedelta(minutes=3)

    outcome = pay(session, begin_to_pay(session, order), success_time=paid_at)

    assert outcome == PaidOutcome.PAID
    assert (reload(session, order).state, order.paid_at) == (OrderState.PAID, paid_at)
    assert session.exec(select(Product.sales)).one() == 2
    (event,) = events(session, "order_paid")
    assert (event.subject["order_no"], event.subject["conversation_id"]) == (order.order_no, 5)
    assert_stock_adds_up(session)
    assert_money_adds_up(session)


def test_the_same_notify_ten_times_is_one_transition(session: Session, order: Order) -> None:
    payment = begin_to_pay(session, order)

    outcomes = [pay(session, payment) for _ in range(10)]

    assert outcomes == [PaidOutcome.PAID] + [PaidOutcome.ALREADY] * 9
    assert len(events(session, "order_paid")) == 1
    assert session.exec(select(Product.sales)).one() == 2
    assert refunds(session) == []


def test_an_unknown_number_is_never_taken_for_known(session: Session) -> None:
    with pytest.raises(NotFound):
        record_paid(
            session,
            out_trade_no="404404",
            transaction_id="42000",
            amount=1,
            payer=PAYER,
            success_time=NOW,
            now=NOW,
        )


def test_money_for_a_closed_order_goes_back_once(session: Session, order: Order) -> None:
    payment = begin_to_pay(session, order)
    cancel_unpaid(session, id_of(order), actor="clock", reason="超时未付款", now=NOW)
    record_closed(session, payment.out_trade_no, NOW)

    outcomes = [pay(session, payment) for _ in range(5)]

    assert outcomes == [PaidOutcome.LATE_REFUNDED] + [PaidOutcome.ALREADY] * 4
    (refund,) = refunds(session)
    assert refund.out_refund_no == f"R{payment.out_trade_no}-1"
    assert refund.amount == payment.amount
    (event,) = events(session, "refund_requested")
    assert event.subject["out_refund_no"] == refund.out_refund_no
    assert event.subject["order_no"] == order.order_no
    assert reload(session, order).state == OrderState.CLOSED
    assert events(session, "order_paid") == []
    assert_stock_adds_up(session)
    assert_money_adds_up(session)


def test_money_that_was_under_way_when_the_cancel_came_pays_the_order(
    session: Session, order: Order
) -> None:
    payment = begin_to_pay(session, order)
    cancel_unpaid(session, id_of(order), actor="customer:1", reason="不要了", now=NOW)

    assert pay(session, payment) == PaidOutcome.PAID
    assert record_closed(session, payment.out_trade_no, NOW) is False
    assert reload(session, order).state == OrderState.PAID
    assert_stock_adds_up(session)


def test_a_second_payment_of_one_order_goes_back(session: Session, order: Order) -> None:
    first = begin_to_pay(session, order)
    record_closed(session, first.out_trade_no, NOW)
    second = begin_to_pay(session, order)

    assert pay(session, second) == PaidOutcome.PAID
    assert pay(session, first) == PaidOutcome.SECOND_REFUNDED

    (refund,) = refunds(session)
    assert refund.payment_id == first.id
    assert_money_adds_up(session)


def test_a_late_payment_has_the_other_one_closed(session: Session, order: Order) -> None:
    first = begin_to_pay(session, order)
    record_closed(session, first.out_trade_no, NOW)
    second = begin_to_pay(session, order)

    assert pay(session, first) == PaidOutcome.PAID

    session.refresh(second)
    assert second.state == PaymentState.CLOSING
    (event,) = events(session, "payment_close_wanted")
    assert event.subject["out_trade_no"] == second.out_trade_no
    assert record_closed(session, second.out_trade_no, NOW) is False
    assert reload(session, order).state == OrderState.PAID


@pytest.mark.parametrize("difference", [-1, 1, -7799])
def test_another_amount_pays_nothing_and_alarms_once(
    session: Session, order: Order, difference: int
) -> None:
    payment = begin_to_pay(session, order)

    outcomes = {pay(session, payment, amount=payment.amount + difference) for _ in range(3)}

    assert outcomes == {PaidOutcome.MISMATCH}
    assert reload(session, order).state == OrderState.UNPAID
    (event,) = events(session, "paid_mismatch")
    assert event.subject["amount"] == payment.amount + difference
    assert event.subject["expected_amount"] == payment.amount
    assert stock_of(session, 1) == 8


def test_another_transaction_for_a_paid_number_alarms(session: Session, order: Order) -> None:
    payment = begin_to_pay(session, order)
    pay(session, payment)

    assert pay(session, payment, transaction_id="42000-other") == PaidOutcome.MISMATCH
    assert len(events(session, "paid_mismatch")) == 1


def test_a_transaction_pays_one_number_only(session: Session, order: Order) -> None:
    other = place(session, new_customer(session), {put_on_sale(session, "水杯"): 2})
    pay(session, begin_to_pay(session, order), transaction_id="42000-same")

    outcome = pay(session, begin_to_pay(session, other), transaction_id="42000-same")

    assert outcome == PaidOutcome.MISMATCH
    assert reload(session, other).state == OrderState.UNPAID


def test_an_order_cannot_be_sold_after_its_goods_went_back(session: Session, order: Order) -> None:
    close_unpaid(session, id_of(order), actor="clock", reason="超时未付款", now=NOW)

    with pytest.raises(IllegalMove):
        close_unpaid(session, id_of(order), actor="clock", reason="超时未付款", now=NOW)

    assert let_lapse(session, id_of(order), NOW + HOLD) is None
    assert stock_of(session, 1) == 10
    assert_stock_adds_up(session)


def test_a_notify_is_kept_once(session: Session) -> None:
    notice = {"notice_id": "EV-1", "event_type": "TRANSACTION.SUCCESS", "number": "1-1"}

    kept = [keep_notice(session, **notice, outcome="paid", now=NOW) for _ in range(3)]

    assert kept == [True, False, False]
    found = find_notice(session, "EV-1")
    assert found is not None
    assert (found.outcome, found.received_at) == ("paid", NOW)
    assert find_notice(session, "EV-2") is None


def test_one_order_has_one_live_payment_whatever_happens(session: Session, order: Order) -> None:
    payment = begin_to_pay(session, order)
    twin = Payment(**payment.model_dump(exclude={"id", "out_trade_no"}), out_trade_no="twin-1")

    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(twin)
