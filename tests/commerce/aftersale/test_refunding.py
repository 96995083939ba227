"""Money back: what it brings with it, what the shop may lower, and what happens when it fails."""

from typing import Any, Final

import pytest
from sqlmodel import Session, select

from commerce.aftersale import deciding, queries
from commerce.aftersale.paying_back import record_refund_result, send_again
from commerce.aftersale.refunded import kept_of
from commerce.aftersale.tables import AfterSale, Reason, RequestKind, RequestState
from commerce.catalogue import stock
from commerce.catalogue.tables import StockMovement
from commerce.errors import IllegalMove, InvalidInput, OutOfStock
from commerce.inserting import id_of
from commerce.membership.points import earn_for_order, points_of, spend
from commerce.ordering.orders import list_lines
from commerce.ordering.tables import Order, OrderState
from commerce.parcels.shipping import ship
from commerce.parcels.tables import Parcel
from commerce.payments.tables import Payment, Refund, RefundState
from tests.commerce.aftersale.buying import (
    Bought,
    ask,
    assert_refunds_add_up,
    bring,
    comes_back,
    owed,
    paid,
    refund_of,
)
from tests.commerce.shop import NOW, assert_stock_adds_up, events, stock_of

BY_US: Final[dict[str, Any]] = {"actor": "agent:1", "note": "", "now": NOW}


def agree(session: Session, request: AfterSale, **changes: Any) -> AfterSale:
    return deciding.agree(session, request.request_no, **{**BY_US, **changes})


def returned(session: Session, request: AfterSale, **changes: Any) -> AfterSale:
    agree(session, request)
    deciding.arrive(session, request.request_no, **BY_US)
    return deciding.accept(session, request.request_no, **{**BY_US, **changes})


def variant_of(session: Session, order: Order) -> int:
    return list_lines(session, order)[0].variant_id


def test_agreeing_asks_for_the_money_once_under_a_number_that_exists(session: Session) -> None:
    order = paid(session, [Bought(2, 7800)])
    request = agree(session, ask(session, order, 1))

    refund = refund_of(session, request)
    assert (refund.amount, refund.reason) == (3900, f"售后 {request.request_no}")
    (wanted,) = events(session, "refund_requested")
    assert wanted.subject["out_refund_no"] == refund.out_refund_no
    assert (request.state, owed(session, order)) == (RequestState.REFUNDING, 3900)
    with pytest.raises(IllegalMove):
        agree(session, request)
    assert len(session.exec(select(Refund)).all()) == 1


def test_the_shop_may_agree_to_less_if_it_says_why_and_never_to_more(session: Session) -> None:
    order = paid(session, [Bought(2, 7801), Bought(1, 99)], freight=800)
    request = ask(session, order, 2, 1)

    with pytest.raises(InvalidInput, match="¥87"):
        agree(session, request, amount=8701, note="多退一点")
    with pytest.raises(InvalidInput, match="原因"):
        agree(session, request, amount=8699)
    with pytest.raises(InvalidInput):
        agree(session, request, amount=-1, note="?")
    session.refresh(request)
    assert (request.state, owed(session, order)) == (RequestState.REQUESTED, 0)
    agree(session, request, amount=7000, note="包装拆了，扣17元")

    assert (request.amount_agreed, request.freight_back) == (7000, 0)
    comes_back(session, request)
    assert_refunds_add_up(session)
    assert kept_of(session, order).is_empty


def test_a_return_agreed_to_for_less_is_not_paid_back_in_full(session: Session) -> None:
    order = paid(session, [Bought(1, 5000)], state=OrderState.SHIPPED)
    request = ask(session, order, 1, kind=RequestKind.RETURN_REFUND)
    with pytest.raises(InvalidInput, match="原因"):
        agree(session, request, amount=4000)
    agree(session, request, amount=4000, note="有使用痕迹")
    number = request.request_no
    deciding.arrive(session, number, **BY_US)

    deciding.accept(session, number, **BY_US)

    assert refund_of(session, request).amount == 4000
    assert_refunds_add_up(session)


def test_unsent_pieces_are_on_sale_again_at_once(session: Session) -> None:
    order = paid(session, [Bought(3, 9900)])
    variant = variant_of(session, order)
    before = stock_of(session, variant)

    agree(session, ask(session, order, 2))

    assert stock_of(session, variant) == before + 2
    moved = session.exec(select(StockMovement).where(StockMovement.reason == "returned")).one()
    assert (moved.change, moved.order_id) == (2, order.id)
    assert_stock_adds_up(session)


@pytest.mark.parametrize(("is_good", "back"), [(True, 2), (False, 0)])
def test_what_comes_back_is_on_sale_again_if_it_is_good(
    session: Session, is_good: bool, back: int
) -> None:
    order = paid(session, [Bought(2, 9900)], state=OrderState.RECEIVED)
    variant = variant_of(session, order)
    before = stock_of(session, variant)

    returned(session, ask(session, order, 2, kind=RequestKind.RETURN_REFUND), is_good=is_good)

    assert stock_of(session, variant) == before + back
    assert_stock_adds_up(session)


def test_what_stays_with_the_customer_is_not_on_sale(session: Session) -> None:
    order = paid(session, [Bought(1, 9900)], state=OrderState.SHIPPED)
    before = stock_of(session, variant_of(session, order))

    agree(session, ask(session, order, 1, reason=Reason.NOT_RECEIVED))

    assert stock_of(session, variant_of(session, order)) == before


def test_an_exchange_sends_another_piece_in_a_parcel_of_the_order(session: Session) -> None:
    order = paid(session, [Bought(1, 9900)], state=OrderState.RECEIVED)
    variant = variant_of(session, order)
    before = stock_of(session, variant)
    request = ask(session, order, 1, kind=RequestKind.EXCHANGE)
    number = request.request_no
    agree(session, request)
    deciding.arrive(session, number, **BY_US)
    stock.correct(session, variant, -before, "correction", NOW)
    parcel: dict[str, Any] = {"carrier": "sf", "tracking_no": "SF1234567890"}

    with pytest.raises(OutOfStock):
        deciding.resend(session, number, is_good=False, **parcel, **BY_US)
    session.refresh(request)
    assert request.state == RequestState.ARRIVED
    assert session.exec(select(Parcel)).all() == []
    deciding.resend(session, number, **parcel, **BY_US)

    sent = session.get_one(Parcel, request.resent_parcel_id)
    assert (sent.order_id, sent.tracking_no) == (order.id, "SF1234567890")
    assert stock_of(session, variant) == 0
    assert_stock_adds_up(session)
    assert owed(session, order) == 0


def test_the_order_closes_when_all_of_it_went_back_before_it_was_sent(session: Session) -> None:
    order = paid(session, [Bought(2, 7800), Bought(1, 100)], freight=500)
    first, last = ask(session, order, 2), ask(session, order, 0, 1)
    agree(session, first)
    agree(session, last)

    comes_back(session, last)
    session.refresh(order)
    assert order.state == OrderState.PAID  # The first one's money is still on its way.
    comes_back(session, first)

    session.refresh(order)
    assert order.state == OrderState.CLOSED
    done = [each.subject["is_whole"] for each in events(session, "after_sale_done")]
    assert done == [False, True]
    assert_stock_adds_up(session)
    assert_refunds_add_up(session)


def test_an_order_that_was_sent_stays_what_it_is(session: Session) -> None:
    order = paid(session, [Bought(1, 7800)], state=OrderState.RECEIVED)

    comes_back(session, returned(session, ask(session, order, 1, kind=RequestKind.RETURN_REFUND)))

    session.refresh(order)
    assert order.state == OrderState.RECEIVED


def test_when_the_rest_of_a_part_shipped_order_goes_back_it_is_shipped(session: Session) -> None:
    order = paid(session, [Bought(3, 9900)])
    (line,) = list_lines(session, order)
    sent: dict[str, Any] = {
        "carrier": "sf",
        "tracking_no": "SF1234567890",
        "actor": "agent:1",
        "now": NOW,
    }
    ship(session, id_of(order), pieces={id_of(line): 1}, **sent)
    before = stock_of(session, line.variant_id)

    request = agree(session, ask(session, order, 2))

    session.refresh(order)
    assert order.state == OrderState.SHIPPED
    assert stock_of(session, line.variant_id) == before + 2
    comes_back(session, request)
    session.refresh(order)
    assert order.state == OrderState.SHIPPED


def test_points_spent_come_back_and_points_given_are_taken_again(session: Session) -> None:
    order = paid(session, [Bought(3, 9900, points_spent=100, points_given=99)])
    customer = order.customer_id
    earn_for_order(session, customer, 0, 100, NOW)  # They had some before.
    spend(session, customer, id_of(order), 100, NOW)
    bring(session, order, OrderState.RECEIVED)
    earn_for_order(session, customer, id_of(order), order.points_given, NOW, paid=9900)
    assert points_of(session, customer) == 99

    request = returned(session, ask(session, order, 2, kind=RequestKind.RETURN_REFUND))
    assert points_of(session, customer) == 99  # Not before the money is back.
    comes_back(session, request)
    assert points_of(session, customer) == 99 + 66 - 66
    comes_back(session, returned(session, ask(session, order, 1, kind=RequestKind.RETURN_REFUND)))

    assert points_of(session, customer) == 100


def test_points_of_pieces_that_went_back_before_the_receipt_are_never_given(
    session: Session,
) -> None:
    order = paid(session, [Bought(2, 9900, points_given=99)], state=OrderState.SHIPPED)
    request = agree(session, ask(session, order, 1, reason=Reason.MISSING))
    kept = kept_of(session, order)
    assert (kept.points_given, kept.goods) == (50, 4950)
    bring(session, order, OrderState.RECEIVED)
    earn_for_order(
        session, order.customer_id, id_of(order), kept.points_given, NOW, paid=kept.goods
    )

    comes_back(session, request)  # It was promised before: nothing is taken twice.

    assert points_of(session, order.customer_id) == 50


def test_an_order_paid_with_points_alone_gives_them_back_at_once(session: Session) -> None:
    order = paid(session, [Bought(2, 0, points_spent=300)])

    request = agree(session, ask(session, order, 2))

    assert (request.state, request.refund_id) == (RequestState.DONE, None)
    assert points_of(session, order.customer_id) == 300
    session.refresh(order)
    assert order.state == OrderState.CLOSED
    assert session.exec(select(Payment)).all() == []


@pytest.mark.parametrize("result", [RefundState.ABNORMAL, RefundState.CLOSED])
def test_money_that_does_not_go_out_stays_owed_and_is_shown(
    session: Session, result: RefundState
) -> None:
    order = paid(session, [Bought(1, 3900, points_spent=5)])
    request = comes_back(session, agree(session, ask(session, order, 1)), result)

    assert (request.state, owed(session, order)) == (RequestState.REFUNDING, 3900)
    assert points_of(session, order.customer_id) == 0
    ((stuck, refund),) = queries.list_stuck(session)
    assert (stuck.request_no, refund.state) == (request.request_no, result)
    assert_refunds_add_up(session)


def test_an_abnormal_refund_that_a_person_finishes_is_done(session: Session) -> None:
    order = paid(session, [Bought(1, 3900)])
    request = comes_back(session, agree(session, ask(session, order, 1)), RefundState.ABNORMAL)
    with pytest.raises(IllegalMove):
        send_again(session, request.request_no, actor="agent:1", reason="再试一次", now=NOW)

    comes_back(session, request)

    assert (request.state, owed(session, order)) == (RequestState.DONE, 0)


def test_a_closed_refund_is_sent_again_under_another_number(session: Session) -> None:
    order = paid(session, [Bought(1, 3900)])
    request = comes_back(session, agree(session, ask(session, order, 1)), RefundState.CLOSED)
    first = refund_of(session, request).out_refund_no

    second = send_again(
        session, request.request_no, actor="agent:1", reason="顾客换了收款卡", now=NOW
    )

    assert second.out_refund_no != first
    assert not record_refund_result(session, first, RefundState.SUCCEEDED, NOW)
    assert request.state == RequestState.REFUNDING
    assert comes_back(session, request).state == RequestState.DONE
    assert_refunds_add_up(session)


def test_a_result_told_ten_times_is_told_once(session: Session) -> None:
    order = paid(session, [Bought(1, 3900, points_spent=7)])
    request = agree(session, ask(session, order, 1))
    number = refund_of(session, request).out_refund_no

    heard = [record_refund_result(session, number, RefundState.SUCCEEDED, NOW) for _ in range(10)]

    assert heard == [True] + [False] * 9
    assert points_of(session, order.customer_id) == 7
    assert len(events(session, "after_sale_done")) == 1


def test_what_was_never_paid_is_not_paid_back(session: Session) -> None:
    order = paid(session, [Bought(1, 3900)])
    request = ask(session, order, 1)
    session.delete(session.exec(select(Payment)).one())

    with pytest.raises(IllegalMove, match="没有查到"):
        agree(session, request)

    session.refresh(request)
    assert (request.state, owed(session, order)) == (RequestState.REQUESTED, 0)
