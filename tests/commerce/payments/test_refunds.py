"""Money back: never more than was paid, each number once."""

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from commerce.errors import IllegalMove, NotFound
from commerce.inserting import id_of
from commerce.payments.refunds import (
    LEGAL_RESULTS,
    find_refund,
    list_refunds_to_ask,
    record_refund_pending,
    record_refund_result,
    request_refund,
)
from commerce.payments.tables import Payment, Refund, RefundState
from tests.commerce.shop import (
    NOW,
    begin_to_pay,
    events,
    new_customer,
    pay,
    place,
    put_on_sale,
)


def paid(session: Session) -> Payment:
    order = place(session, new_customer(session), {put_on_sale(session, price=1000): 1})
    payment = begin_to_pay(session, order)
    pay(session, payment)
    session.refresh(payment)
    return payment


def refund_of(session: Session, payment: Payment, amount: int = 400) -> Refund:
    return request_refund(session, id_of(payment), amount, "少发一件", NOW)


def test_parts_go_back_under_numbers_of_their_own(session: Session) -> None:
    payment = paid(session)

    numbers = [refund_of(session, payment).out_refund_no for _ in range(2)]

    assert numbers == [f"R{payment.out_trade_no}-1", f"R{payment.out_trade_no}-2"]
    session.refresh(payment)
    assert payment.refunded == 800


def test_never_more_goes_back_than_was_paid(session: Session) -> None:
    payment = paid(session)

    @given(st.lists(st.integers(-5, 700), max_size=8))
    def ask_for(amounts: list[int]) -> None:
        with session.begin_nested() as attempt:
            promised = 0
            for amount in amounts:
                try:
                    promised += refund_of(session, payment, amount).amount
                except IllegalMove:
                    assert amount <= 0 or promised + amount > payment.amount
            session.refresh(payment)
            assert payment.refunded == promised <= payment.amount
            attempt.rollback()

    ask_for()


@pytest.mark.parametrize("amount", [0, -1, 1001])
def test_an_amount_that_was_not_paid_is_refused(session: Session, amount: int) -> None:
    payment = paid(session)

    with pytest.raises(IllegalMove):
        refund_of(session, payment, amount)

    session.refresh(payment)
    assert payment.refunded == 0


def test_what_went_back_cannot_go_back_again(session: Session) -> None:
    payment = paid(session)
    refund_of(session, payment, 700)

    with pytest.raises(IllegalMove, match=r"¥3\.01"):
        refund_of(session, payment, 301)

    refund_of(session, payment, 300)


def test_what_was_not_paid_does_not_go_back(session: Session) -> None:
    order = place(session, new_customer(session), {put_on_sale(session): 1})

    with pytest.raises(IllegalMove):
        refund_of(session, begin_to_pay(session, order), 1)
    with pytest.raises(NotFound):
        request_refund(session, 404, 1, "没有", NOW)


WAYS = {
    RefundState.REQUESTED: (),
    RefundState.PROCESSING: (RefundState.PROCESSING,),
    RefundState.SUCCEEDED: (RefundState.SUCCEEDED,),
    RefundState.ABNORMAL: (RefundState.ABNORMAL,),
    RefundState.CLOSED: (RefundState.CLOSED,),
}


@pytest.mark.parametrize(("before", "result"), list(product(RefundState, repeat=2)))
def test_a_result_is_news_or_changes_nothing(
    session: Session, before: RefundState, result: RefundState
) -> None:
    refund = refund_of(session, paid(session))
    for step in WAYS[before]:
        record_refund_result(session, refund.out_refund_no, step, NOW)
    heard = len(events(session))

    is_news = record_refund_result(session, refund.out_refund_no, result, NOW)

    session.refresh(refund)
    assert is_news == (result in LEGAL_RESULTS[before])
    assert refund.state == (result if is_news else before)
    is_told = is_news and result != RefundState.PROCESSING
    assert [event.kind for event in events(session)[heard:]] == (
        [f"refund_{result}"] if is_told else []
    )


def test_a_refund_that_succeeded_says_when(session: Session) -> None:
    refund = refund_of(session, paid(session))

    record_refund_result(session, refund.out_refund_no, RefundState.SUCCEEDED, NOW)

    found = find_refund(session, refund.out_refund_no)
    assert found is not None
    assert found.succeeded_at == NOW


def test_money_of_a_closed_refund_may_be_promised_again(session: Session) -> None:
    payment = paid(session)
    refund = refund_of(session, payment, 1000)

    for _ in range(2):
        record_refund_result(session, refund.out_refund_no, RefundState.CLOSED, NOW)

    session.refresh(payment)
    assert payment.refunded == 0
    assert refund_of(session, payment, 1000).out_refund_no == f"R{payment.out_trade_no}-2"


def test_an_unknown_refund_is_not_found(session: Session) -> None:
    assert find_refund(session, "R404") is None
    with pytest.raises(NotFound):
        record_refund_result(session, "R404", RefundState.SUCCEEDED, NOW)


def test_a_refund_under_way_is_asked_about_until_it_is_done(session: Session) -> None:
    refund = refund_of(session, paid(session))
    asked_at: list[int] = []
    for minute in range(130):
        now = NOW + timedelta(minutes=minute)
        for due in list_refunds_to_ask(session, now):
            asked_at.append(minute)
            record_refund_pending(session, due.out_refund_no, now)

    assert asked_at == [1, 5, 60, 120]
    record_refund_result(session, refund.out_refund_no, RefundState.SUCCEEDED, NOW)
    assert list_refunds_to_ask(session, NOW + timedelta(days=9)) == []
