"""Beginning to pay."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from bot.clock import FrozenClock
from bot.database import Database
from bot.payments.errors import OrderClosed, OrderPaid, PayRefused
from commerce.inserting import id_of
from commerce.ordering.tables import Order
from commerce.payments.closing import cancel_unpaid
from commerce.payments.settling import record_paid
from commerce.payments.tables import Payment
from tests.bot.api.phone import Phone, Till, wish
from wecom.errors import NotSent, OutcomeUnknown, WeChatError


@pytest.fixture
async def order_no(phone: Phone, slippers: int) -> str:
    """An unpaid order of Alice's."""
    placed = await phone.order(wish(slippers))
    number: str = placed.json["order_no"]
    return number


def payments(database: Database) -> list[Payment]:
    with database.reading() as session:
        return list(session.exec(select(Payment)))


async def test_wechat_pay_is_told_the_amount_the_payer_and_the_deadline(
    phone: Phone, order_no: str, till: Till, frozen_clock: FrozenClock
) -> None:
    answer = await phone.post(f"/orders/{order_no}/prepay")

    assert set(answer.json) == {"timeStamp", "nonceStr", "package", "signType", "paySign"}
    assert till.prepays == [
        {
            "out_trade_no": f"{order_no}-1",
            "description": "云朵拖鞋",
            "total": 3900,
            "payer_openid": "o-alice",
            "time_expire": frozen_clock.now() + timedelta(minutes=29),
        }
    ]


@pytest.mark.database
async def test_a_prepay_that_still_holds_is_used_again(
    phone: Phone, order_no: str, till: Till, database: Database
) -> None:
    first = await phone.post(f"/orders/{order_no}/prepay")
    second = await phone.post(f"/orders/{order_no}/prepay")

    assert first.json["package"] == second.json["package"]
    assert len(till.prepays) == len(payments(database)) == 1


@pytest.mark.database
async def test_calls_at_once_announce_one_payment(
    phone: Phone, order_no: str, till: Till, database: Database
) -> None:
    answers = await asyncio.gather(*(phone.post(f"/orders/{order_no}/prepay") for _ in range(4)))

    assert {answer.json["package"] for answer in answers} == {f"prepay_id=wx-{order_no}-1"}
    assert {told["out_trade_no"] for told in till.prepays} == {f"{order_no}-1"}
    assert len(payments(database)) == 1


@pytest.mark.parametrize("fault", [NotSent("prepay"), OutcomeUnknown("prepay")])
async def test_after_a_failure_the_same_number_is_announced_again(
    phone: Phone, order_no: str, till: Till, database: Database, fault: WeChatError
) -> None:
    till.fault = fault
    failed = await phone.post(f"/orders/{order_no}/prepay")
    till.fault = None
    worked = await phone.post(f"/orders/{order_no}/prepay")

    assert (failed.status, failed.error["code"]) == (503, "unavailable")
    assert worked.json["package"] == f"prepay_id=wx-{order_no}-1"
    assert len(payments(database)) == 1


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (OrderPaid("prepay", 400, "ORDERPAID", ""), 409, "illegal_move"),
        (OrderClosed("prepay", 400, "ORDERCLOSED", ""), 409, "illegal_move"),
        (PayRefused("prepay", 400, "PARAM_ERROR", ""), 503, "unavailable"),
    ],
    ids=["paid", "closed", "refused"],
)
async def test_a_refusal_of_wechat_pay_is_told_without_its_words(
    phone: Phone, order_no: str, till: Till, fault: WeChatError, status: int, code: str
) -> None:
    till.fault = fault

    answer = await phone.post(f"/orders/{order_no}/prepay")

    assert (answer.status, answer.error["code"]) == (status, code)
    assert "PARAM" not in str(answer.json)


async def test_a_paid_order_is_not_paid_again(
    phone: Phone, order_no: str, database: Database, frozen_clock: FrozenClock, till: Till
) -> None:
    await phone.post(f"/orders/{order_no}/prepay")
    with database.writing() as session:
        record_paid(
            session,
            out_trade_no=f"{order_no}-1",
            transaction_id="42000",
            amount=3900,
            payer="o-alice",
            success_time=frozen_clock.now(),
            now=frozen_clock.now(),
        )

    again = await phone.post(f"/orders/{order_no}/prepay")
    cancelled = await phone.post(f"/orders/{order_no}/cancel")
    order = await phone.get(f"/orders/{order_no}")

    assert (again.status, again.error["code"]) == (409, "illegal_move")
    assert (cancelled.status, cancelled.error["code"]) == (409, "illegal_move")
    assert (order.json["state"], order.json["paid_at"]) == ("paid", "2026-11-23T04:00:00Z")
    assert len(till.prepays) == 1


async def test_an_order_about_to_lapse_is_not_paid_any_more(
    phone: Phone, order_no: str, frozen_clock: FrozenClock
) -> None:
    frozen_clock.advance(minutes=29)

    answer = await phone.post(f"/orders/{order_no}/prepay")

    assert (answer.status, answer.error["code"]) == (409, "illegal_move")


async def test_an_order_cancelled_while_wechat_pay_is_asked_is_not_offered_for_paying(
    phone: Phone, order_no: str, till: Till, database: Database, frozen_clock: FrozenClock
) -> None:
    def cancel(session: Session) -> None:
        (order,) = session.exec(select(Order))
        now = frozen_clock.now()
        cancel_unpaid(session, id_of(order), actor="test", reason="取消", now=now)

    till.meanwhile = lambda: database.write(cancel)

    answer = await phone.post(f"/orders/{order_no}/prepay")

    assert (answer.status, answer.error["code"]) == (409, "illegal_move")
