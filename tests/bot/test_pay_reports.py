"""What WeChat Pay reports, compared with our books and written down once."""

from datetime import timedelta
from typing import Any, get_args

import pytest
from sqlmodel import Session
from structlog.testing import capture_logs

from bot.pay_reports import OVER, PAID, REFUND_STATES, ForeignPayment, PayReports
from bot.payments.notify import Notice
from bot.payments.records import Payment as Report
from bot.payments.records import PaymentOnWire, PaymentState, RefundOnWire, RefundState
from commerce.errors import NotFound
from commerce.inserting import id_of
from commerce.ordering.tables import Order, OrderState
from commerce.payments import closing, refunds
from commerce.payments.tables import Payment
from commerce.payments.tables import RefundState as OurRefundState
from tests.bot.payments.pay_platform import PayPlatform, paid, refunded
from tests.commerce import shop

NOW = shop.NOW


@pytest.fixture
def reports(wechat_pay: PayPlatform) -> PayReports:
    return PayReports(wechat_pay.merchant)


@pytest.fixture
def order(session: Session) -> Order:
    return shop.place(session, shop.new_customer(session), {shop.put_on_sale(session): 1})


@pytest.fixture
def payment(session: Session, order: Order) -> Payment:
    return shop.begin_to_pay(session, order)


def report(payment: Payment, state: str = "SUCCESS", **changed: Any) -> Report:
    fields = {
        "out_trade_no": payment.out_trade_no,
        "amount": {"total": payment.amount, "currency": "CNY"},
        "payer": {"openid": payment.payer},
        "trade_state": state,
        **changed,
    }
    return PaymentOnWire.model_validate(paid(**fields), strict=False).to_payment()


def refund_report(number: str, status: str, amount: int = 3900) -> Any:
    fields = refunded(out_refund_no=number, status=status, amount={"total": 3900, "refund": amount})
    return RefundOnWire.model_validate(fields, strict=False).to_refund()


def test_every_state_of_a_payment_is_thought_of() -> None:
    open_states = {"NOTPAY", "USERPAYING", "ACCEPT"}

    assert set(get_args(PaymentState)) == PAID | OVER | open_states
    assert set(get_args(RefundState)) == set(REFUND_STATES)


@pytest.mark.parametrize("state", sorted(PAID))
def test_a_paid_report_pays_the_order_once(
    session: Session, reports: PayReports, order: Order, payment: Payment, state: str
) -> None:
    outcomes = [reports.note_payment(session, report(payment, state), NOW) for _ in range(3)]

    assert outcomes[0] != outcomes[1] == outcomes[2]
    assert shop.reload(session, order).state == OrderState.PAID
    assert len(shop.events(session, "order_paid")) == 1


@pytest.mark.parametrize("state", sorted(OVER))
def test_what_is_over_there_is_closed_here_if_that_was_wanted(
    session: Session, reports: PayReports, order: Order, payment: Payment, state: str
) -> None:
    closing.cancel_unpaid(session, id_of(order), actor="clock", reason="", now=NOW)

    outcomes = [reports.note_payment(session, report(payment, state), NOW) for _ in range(2)]

    assert outcomes == ["closed", "known"]
    assert shop.reload(session, order).state == OrderState.CLOSED


@pytest.mark.parametrize("state", ["NOTPAY", "USERPAYING", "ACCEPT"])
def test_what_is_still_open_is_asked_about_later(
    session: Session, reports: PayReports, order: Order, payment: Payment, state: str
) -> None:
    asked_at = payment.ask_at
    assert asked_at is not None

    assert reports.note_payment(session, report(payment, state), asked_at) == "open"

    session.flush()
    session.refresh(payment)
    assert payment.ask_at is not None
    assert payment.ask_at > asked_at
    assert shop.reload(session, order).state == OrderState.UNPAID


def test_money_for_a_closed_order_goes_back(
    session: Session, reports: PayReports, order: Order, payment: Payment
) -> None:
    closing.cancel_unpaid(session, id_of(order), actor="clock", reason="", now=NOW)
    reports.note_closed(session, payment.out_trade_no, NOW)

    for _ in range(2):
        reports.note_payment(session, report(payment), NOW)

    assert shop.reload(session, order).state == OrderState.CLOSED
    assert len(shop.events(session, "refund_requested")) == 1
    shop.assert_money_adds_up(session)


@pytest.mark.parametrize("changed", [{"mchid": "1900000002"}, {"appid": "wx-another"}])
def test_a_report_about_somebody_else_is_refused(
    session: Session, reports: PayReports, payment: Payment, changed: dict[str, str]
) -> None:
    with pytest.raises(ForeignPayment):
        reports.note_payment(session, report(payment, **changed), NOW)


@pytest.mark.parametrize("state", ["SUCCESS", "CLOSED", "NOTPAY"])
def test_a_payment_we_do_not_have_is_not_found(
    session: Session, reports: PayReports, payment: Payment, state: str
) -> None:
    with pytest.raises(NotFound):
        reports.note_payment(session, report(payment, state, out_trade_no="ZG-UNKNOWN"), NOW)
    with pytest.raises(NotFound):
        reports.note_unknown_payment(session, "ZG-UNKNOWN", NOW)


def test_a_payment_that_was_never_announced_stays_open_until_its_time_is_over(
    session: Session, reports: PayReports, order: Order, payment: Payment
) -> None:
    reports.note_unknown_payment(session, payment.out_trade_no, NOW)
    session.refresh(payment)
    assert payment.state == "open"

    reports.note_unknown_payment(
        session, payment.out_trade_no, order.expires_at + timedelta(seconds=1)
    )

    session.refresh(payment)
    assert payment.state == "closed"
    assert shop.reload(session, order).state == OrderState.CLOSED


def test_a_notice_is_kept_with_what_it_came_to(
    session: Session, reports: PayReports, payment: Payment
) -> None:
    notice = Notice("EV-1", "TRANSACTION.SUCCESS", report(payment))

    first = reports.note_notice(session, notice, NOW)
    cheaper = report(payment, amount={"total": 1, "currency": "CNY"})

    assert (
        reports.note_notice(session, Notice("EV-1", "TRANSACTION.SUCCESS", cheaper), NOW) == first
    )


@pytest.fixture
def refund_number(session: Session, payment: Payment) -> str:
    shop.pay(session, payment)
    return refunds.request_refund(session, id_of(payment), 3900, "缺货", NOW).out_refund_no


@pytest.mark.parametrize(("there", "here"), sorted(REFUND_STATES.items()))
def test_a_refund_stands_here_as_there(
    session: Session, reports: PayReports, refund_number: str, there: str, here: OurRefundState
) -> None:
    outcomes = [
        reports.note_refund(session, refund_report(refund_number, there), NOW) for _ in range(2)
    ]

    assert outcomes == [here, "known"]
    refund = refunds.find_refund(session, refund_number)
    assert refund is not None
    assert refund.state == here


def test_a_refund_of_another_amount_contradicts_our_books(
    session: Session, reports: PayReports, refund_number: str
) -> None:
    with capture_logs() as lines:
        outcome = reports.note_refund(session, refund_report(refund_number, "SUCCESS", 1), NOW)

    assert outcome == "mismatch"
    assert [line["log_level"] for line in lines] == ["error"]


def test_a_refund_we_do_not_have_is_not_found(session: Session, reports: PayReports) -> None:
    with pytest.raises(NotFound):
        reports.note_refund(session, refund_report("R-UNKNOWN", "SUCCESS"), NOW)
