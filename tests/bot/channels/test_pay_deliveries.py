"""What leaves for WeChat Pay, and how what it answers is written down."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from sqlmodel import select

from bot.channels.pay_delivery import CloseDelivery, RefundDelivery
from bot.clock import FrozenClock
from bot.database import Database
from bot.outbox import Claimed
from bot.outcomes import Failed, Outcome, Postponed, Sent
from bot.pay_reports import PayReports
from bot.payments.client import PayClient
from commerce.inserting import id_of
from commerce.ordering.tables import Order, OrderState
from commerce.payments import closing, refunds
from commerce.payments.tables import Payment, PaymentState, Refund, RefundState
from tests.bot.channels.delivering import claimed, note
from tests.bot.payments.pay_platform import PayPlatform, paid, refunded
from tests.commerce import shop


@dataclass
class MovingPlatform(PayPlatform):
    """Answers its next calls with `turns`, status and content, one after the other."""

    turns: list[tuple[int, Any]] = field(default_factory=list)

    async def _serve(self, request: web.Request) -> web.Response:
        if self.turns:
            self.status, self.answer = self.turns.pop(0)
        return await super()._serve(request)


@pytest.fixture
def wechat_pay(pay_keys: tuple[Any, Any]) -> MovingPlatform:
    return MovingPlatform(*pay_keys)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(shop.NOW)


@pytest.fixture
def payment(database: Database) -> Payment:
    """Of an order whose customer has changed their mind."""
    with database.writing() as session:
        order = shop.place(session, shop.new_customer(session), {shop.put_on_sale(session): 1})
        payment = shop.begin_to_pay(session, order)
        closing.cancel_unpaid(
            session, id_of(order), actor="customer:1", reason="顾客取消", now=shop.NOW
        )
        session.refresh(payment)
    return payment


@pytest.fixture
def close(pay_client: PayClient, wechat_pay: PayPlatform, clock: FrozenClock) -> CloseDelivery:
    return CloseDelivery(pay_client, PayReports(wechat_pay.merchant), clock)


def wanted(payment: Payment) -> Claimed:
    return claimed({"out_trade_no": payment.out_trade_no}, kind="pay.close")


def states(database: Database) -> tuple[str, str]:
    """Of the one order and the one payment."""
    with database.reading() as session:
        return session.exec(select(Order.state)).one(), session.exec(select(Payment.state)).one()


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (204, None),
        (400, {"code": "ORDER_CLOSED", "message": "订单已关闭"}),
        (404, {"code": "ORDER_NOT_EXIST", "message": "订单不存在"}),
    ],
    ids=["closed", "closed before", "never announced"],
)
async def test_what_nobody_can_pay_any_more_is_closed_here_too(
    close: CloseDelivery,
    wechat_pay: PayPlatform,
    database: Database,
    payment: Payment,
    status: int,
    answer: Any,
) -> None:
    wechat_pay.status, wechat_pay.answer = status, answer

    outcome = await note(database, close, wanted(payment))

    assert isinstance(outcome, Sent)
    path = f"/v3/pay/transactions/out-trade-no/{payment.out_trade_no}/close"
    assert [(call.method, call.path) for call in wechat_pay.calls] == [("POST", path)]
    assert states(database) == (OrderState.CLOSED, PaymentState.CLOSED)


async def test_a_customer_who_was_faster_has_paid(
    close: CloseDelivery, wechat_pay: MovingPlatform, database: Database, payment: Payment
) -> None:
    report = paid(
        out_trade_no=payment.out_trade_no,
        amount={"total": payment.amount, "currency": "CNY"},
        payer={"openid": payment.payer},
    )
    wechat_pay.turns = [(400, {"code": "ORDERPAID", "message": "订单已支付"}), (200, report)]

    await note(database, close, wanted(payment))

    assert states(database) == (OrderState.PAID, PaymentState.PAID)


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (500, "SYSTEM_ERROR", Postponed),
        (429, "FREQUENCY_LIMITED", Postponed),
        (400, "PARAM_ERROR", Failed),
    ],
)
async def test_a_closing_that_did_not_succeed_changes_nothing_here(
    close: CloseDelivery,
    wechat_pay: PayPlatform,
    database: Database,
    payment: Payment,
    status: int,
    code: str,
    outcome: type[Outcome],
) -> None:
    wechat_pay.status, wechat_pay.answer = status, {"code": code, "message": "no"}

    assert isinstance(await note(database, close, wanted(payment)), outcome)
    assert states(database) == (OrderState.UNPAID, PaymentState.CLOSING)


@pytest.fixture
def refund(database: Database) -> Claimed:
    """Of an order that was paid, as the listener wants it."""
    with database.writing() as session:
        order = shop.place(session, shop.new_customer(session), {shop.put_on_sale(session): 1})
        payment = shop.begin_to_pay(session, order)
        shop.pay(session, payment)
        asked = refunds.request_refund(session, id_of(payment), 3900, "缺货", shop.NOW)
        payload = {
            "out_refund_no": asked.out_refund_no,
            "out_trade_no": payment.out_trade_no,
            "refund": 3900,
            "total": 3900,
            "reason": "缺货",
        }
    return claimed(payload, kind="pay.refund")


def refund_state(database: Database) -> str:
    with database.reading() as session:
        return session.exec(select(Refund.state)).one()


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("PROCESSING", RefundState.PROCESSING),
        ("SUCCESS", RefundState.SUCCEEDED),
        ("ABNORMAL", RefundState.ABNORMAL),
        ("CLOSED", RefundState.CLOSED),
    ],
)
async def test_a_refund_stands_here_as_it_stands_there(
    pay_client: PayClient,
    wechat_pay: PayPlatform,
    database: Database,
    clock: FrozenClock,
    refund: Claimed,
    status: str,
    state: RefundState,
) -> None:
    delivery = RefundDelivery(pay_client, PayReports(wechat_pay.merchant), clock)
    number = refund.payload["out_refund_no"]
    wechat_pay.answer = refunded(
        out_refund_no=number, status=status, amount={"total": 3900, "refund": 3900}
    )

    for _ in range(2):
        assert isinstance(await note(database, delivery, refund), Sent)

    assert refund_state(database) == state
    assert {call.content["out_refund_no"] for call in wechat_pay.calls} == {number}
    assert wechat_pay.calls[0].content["amount"] == {
        "refund": 3900,
        "total": 3900,
        "currency": "CNY",
    }


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (500, "SYSTEM_ERROR", Postponed),
        (403, "NOT_ENOUGH", Postponed),
        (400, "INVALID_REQUEST", Failed),
    ],
)
async def test_a_refund_that_is_not_taken_stays_requested(
    pay_client: PayClient,
    wechat_pay: PayPlatform,
    database: Database,
    clock: FrozenClock,
    refund: Claimed,
    status: int,
    code: str,
    outcome: type[Outcome],
) -> None:
    delivery = RefundDelivery(pay_client, PayReports(wechat_pay.merchant), clock)
    wechat_pay.status, wechat_pay.answer = status, {"code": code, "message": "no"}

    assert isinstance(await note(database, delivery, refund), outcome)
    assert refund_state(database) == RefundState.REQUESTED


async def test_a_refund_of_another_amount_is_not_believed(
    pay_client: PayClient,
    wechat_pay: PayPlatform,
    database: Database,
    clock: FrozenClock,
    refund: Claimed,
) -> None:
    delivery = RefundDelivery(pay_client, PayReports(wechat_pay.merchant), clock)
    number = refund.payload["out_refund_no"]
    wechat_pay.answer = refunded(
        out_refund_no=number, status="SUCCESS", amount={"total": 3900, "refund": 1}
    )

    await note(database, delivery, refund)

    assert refund_state(database) == RefundState.REQUESTED
