"""What falls due of payments is found by asking, and done once or harmlessly again."""

from typing import Any

import pytest
from sqlmodel import select, update
from structlog.testing import capture_logs

from bot.clock import FrozenClock
from bot.database import Database
from bot.duties import Duties
from bot.tables import OutboxMessage, OutboxState
from commerce.inserting import id_of
from commerce.ordering.tables import Order, OrderState
from commerce.payments import closing, refunds
from commerce.payments.tables import Payment, PaymentState, Refund, RefundState
from tests.bot.counter import Counter
from tests.bot.payments.pay_platform import PayPlatform, paid, refunded
from tests.commerce import shop


def states(database: Database) -> tuple[str, str]:
    with database.reading() as session:
        return session.exec(select(Order.state)).one(), session.exec(select(Payment.state)).one()


def answer(platform: PayPlatform, payment: Payment, state: str) -> None:
    platform.status = 200
    platform.answer = paid(
        out_trade_no=payment.out_trade_no,
        amount={"total": payment.amount, "currency": "CNY"},
        payer={"openid": payment.payer},
        trade_state=state,
    )


def asked(platform: PayPlatform) -> list[str]:
    return [
        f"{call.method} {call.path.rpartition('/')[2].partition('?')[0]}" for call in platform.calls
    ]


NOT_FOUND: dict[str, Any] = {"code": "ORDER_NOT_EXIST", "message": "订单不存在"}


async def test_an_unpaid_order_lapses_when_its_time_is_up_and_not_before(
    duties: Duties, clock: FrozenClock, database: Database, order: Order
) -> None:
    clock.advance(seconds=shop.HOLD.total_seconds() - 1)
    await duties.let_orders_lapse()
    with database.reading() as session:
        assert session.exec(select(Order.state)).one() == OrderState.UNPAID

    clock.advance(seconds=1)
    for _ in range(2):
        await duties.let_orders_lapse()

    with database.reading() as session:
        assert session.exec(select(Order.state)).one() == OrderState.CLOSED
        assert len(shop.events(session, "order_closed")) == 1
        shop.assert_stock_adds_up(session)


async def test_a_lapsing_order_with_a_payment_is_closed_at_wechat_pay_first(
    duties: Duties, clock: FrozenClock, database: Database, payment: Payment
) -> None:
    clock.advance(seconds=shop.HOLD.total_seconds())
    for _ in range(2):
        await duties.let_orders_lapse()

    assert states(database) == (OrderState.UNPAID, PaymentState.CLOSING)
    with database.reading() as session:
        assert len(shop.events(session, "payment_close_wanted")) == 1


async def test_a_notify_that_never_came_is_found_by_asking(
    duties: Duties,
    clock: FrozenClock,
    database: Database,
    payment: Payment,
    wechat_pay: PayPlatform,
) -> None:
    answer(wechat_pay, payment, "SUCCESS")
    await duties.ask_about_payments()
    assert wechat_pay.calls == []

    clock.advance(minutes=1)
    for _ in range(2):
        await duties.ask_about_payments()

    assert asked(wechat_pay) == [f"GET {payment.out_trade_no}"]
    assert states(database) == (OrderState.PAID, PaymentState.PAID)


async def test_a_payment_still_open_is_asked_about_less_and_less(
    duties: Duties,
    clock: FrozenClock,
    database: Database,
    payment: Payment,
    wechat_pay: PayPlatform,
) -> None:
    answer(wechat_pay, payment, "NOTPAY")
    for _ in range(20 * 60 // 5):
        clock.advance(seconds=5)
        await duties.ask_about_payments()

    assert 3 <= len(wechat_pay.calls) <= 6
    assert states(database) == (OrderState.UNPAID, PaymentState.OPEN)


@pytest.mark.parametrize(
    ("status", "content"),
    [(500, {"code": "SYSTEM_ERROR"}), (404, NOT_FOUND), (200, paid(out_trade_no="ZG-ANOTHER"))],
    ids=["trouble", "unknown", "another"],
)
async def test_asking_in_vain_changes_no_order(
    duties: Duties,
    clock: FrozenClock,
    database: Database,
    payment: Payment,
    wechat_pay: PayPlatform,
    status: int,
    content: Any,
) -> None:
    wechat_pay.status, wechat_pay.answer = status, content
    clock.advance(minutes=1)

    with capture_logs():
        await duties.ask_about_payments()

    assert states(database) == (OrderState.UNPAID, PaymentState.OPEN)


async def test_a_closing_that_was_not_confirmed_is_asked_for_again_every_minute(
    duties: Duties,
    chat: Counter,
    clock: FrozenClock,
    database: Database,
    payment: Payment,
    wechat_pay: PayPlatform,
) -> None:
    with database.writing() as session:
        closing.cancel_unpaid(
            session, payment.order_id, actor="customer:1", reason="", now=clock.now()
        )
    answer(wechat_pay, payment, "NOTPAY")

    for _ in range(13):
        await duties.close_payments()
        set_aside_calls(database)
        clock.advance(seconds=10)

    wanted = [payload for _, payload in await chat.outbox("pay.close")]
    assert wanted == [{"out_trade_no": payment.out_trade_no}] * 2
    assert states(database) == (OrderState.UNPAID, PaymentState.CLOSING)


def set_aside_calls(database: Database, state: OutboxState = OutboxState.FAILED) -> None:
    """What was to be called has come to that."""
    with database.writing() as session:
        session.exec(update(OutboxMessage).values(state=state))


async def test_a_close_that_is_on_its_way_is_not_posted_again(
    duties: Duties,
    chat: Counter,
    clock: FrozenClock,
    database: Database,
    payment: Payment,
    wechat_pay: PayPlatform,
) -> None:
    with database.writing() as session:
        closing.cancel_unpaid(
            session, payment.order_id, actor="customer:1", reason="", now=clock.now()
        )
    wechat_pay.status, wechat_pay.answer = 500, {"code": "SYSTEM_ERROR"}

    with capture_logs():
        for _ in range(60):
            clock.advance(seconds=10)
            await duties.close_payments()

    assert len(wechat_pay.calls) == 10  # Once a minute, however it goes.
    assert len(await chat.outbox("pay.close")) == 1


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ("SUCCESS", (OrderState.PAID, PaymentState.PAID)),
        ("CLOSED", (OrderState.CLOSED, PaymentState.CLOSED)),
    ],
)
async def test_a_closing_whose_answer_was_lost_ends_as_wechat_pay_has_it(
    duties: Duties,
    chat: Counter,
    clock: FrozenClock,
    database: Database,
    payment: Payment,
    wechat_pay: PayPlatform,
    there: str,
    here: tuple[str, str],
) -> None:
    with database.writing() as session:
        closing.cancel_unpaid(
            session, payment.order_id, actor="customer:1", reason="", now=clock.now()
        )
    answer(wechat_pay, payment, there)
    clock.advance(minutes=1)

    await duties.close_payments()

    assert states(database) == here
    assert await chat.outbox("pay.close") == []


@pytest.fixture
def refund(database: Database, payment: Payment) -> str:
    """The number of a refund that was asked for."""
    with database.writing() as session:
        shop.pay(session, payment)
        return refunds.request_refund(session, id_of(payment), 3900, "缺货", shop.NOW).out_refund_no


@pytest.mark.parametrize(
    ("status", "content", "state"),
    [
        (200, {"status": "SUCCESS"}, RefundState.SUCCEEDED),
        (200, {"status": "PROCESSING"}, RefundState.PROCESSING),
        (404, {"code": "RESOURCE_NOT_EXISTS"}, RefundState.REQUESTED),
        (500, {"code": "SYSTEM_ERROR"}, RefundState.REQUESTED),
    ],
)
async def test_a_refund_of_which_nothing_was_heard_is_asked_about(
    duties: Duties,
    clock: FrozenClock,
    database: Database,
    wechat_pay: PayPlatform,
    refund: str,
    status: int,
    content: dict[str, Any],
    state: RefundState,
) -> None:
    amount = {"total": 3900, "refund": 3900}
    wechat_pay.status = status
    wechat_pay.answer = (
        refunded(out_refund_no=refund, amount=amount, **content) if status == 200 else content
    )
    clock.advance(minutes=1)

    with capture_logs():
        await duties.ask_about_refunds()

    assert asked(wechat_pay) == [f"GET {refund}"]
    with database.reading() as session:
        assert session.exec(select(Refund.state)).one() == state


async def test_a_refund_that_never_arrived_is_asked_for_until_it_has(
    duties: Duties,
    chat: Counter,
    clock: FrozenClock,
    database: Database,
    wechat_pay: PayPlatform,
    refund: str,
) -> None:
    wechat_pay.status, wechat_pay.answer = 404, {"code": "RESOURCE_NOT_EXISTS"}

    for _ in range(3 * 24 * 6):
        clock.advance(minutes=10)
        await duties.ask_about_refunds()
        set_aside_calls(database)

    wanted = [payload for _, payload in await chat.outbox("pay.refund")]
    assert len(wanted) >= 72  # At least once an hour.
    assert wanted == wanted[:1] * len(wanted)
    assert wanted[0]["out_refund_no"] == refund
    assert (wanted[0]["refund"], wanted[0]["total"]) == (3900, 3900)


async def test_a_refund_call_on_its_way_is_not_posted_again(
    duties: Duties, chat: Counter, clock: FrozenClock, wechat_pay: PayPlatform, refund: str
) -> None:
    wechat_pay.status, wechat_pay.answer = 404, {"code": "RESOURCE_NOT_EXISTS"}

    for _ in range(3):
        clock.advance(hours=1)
        await duties.ask_about_refunds()

    assert [payload["out_refund_no"] for _, payload in await chat.outbox("pay.refund")] == [refund]
