"""WeChat Pay's notifies over HTTP: ten of them make one transition, a forged one makes none."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlmodel import func, select
from structlog.testing import capture_logs

from bot.channels.pay_notify import PayNotify
from bot.clock import FrozenClock
from bot.database import Database
from bot.listeners import Listeners
from bot.pay_reports import PayReports
from bot.payments.notify import NotifyVerifier
from bot.turn import Shop
from commerce.distribution.tables import WithdrawalState
from commerce.inserting import id_of
from commerce.ordering.tables import Order, OrderMove, OrderState
from commerce.payments import refunds
from commerce.payments.tables import Payment, PayNotice, Refund, RefundState
from tests.bot import promoting
from tests.bot.counter import Counter, open_counter
from tests.bot.payments.pay_platform import MCH_ID, PayPlatform, paid, refunded, transferred
from tests.commerce import shop

type Client = TestClient[Any, Any]
type Notice = tuple[dict[str, str], bytes]
PATH = "/pay/wechat/notify"


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(shop.NOW)


@pytest.fixture
def chat(database: Database, clock: FrozenClock, empty_shop: Shop) -> Counter:
    return open_counter(database, clock, empty_shop)


@pytest.fixture
async def client(
    chat: Counter,
    wechat_pay: PayPlatform,
    clock: FrozenClock,
    aiohttp_client: Callable[..., Awaitable[Client]],
) -> Client:
    """WeChat Pay's way to the shop."""
    merchant = wechat_pay.merchant
    notify = PayNotify(
        verifier=NotifyVerifier(merchant),
        reports=PayReports(merchant),
        database=chat.database,
        clock=clock,
        listeners=Listeners(chat.database, clock, chat.sealer, chat.sender),
    )
    app = web.Application()
    app.add_routes(notify.routes(PATH))
    return await aiohttp_client(app)


@pytest.fixture
def payment(database: Database) -> Payment:
    """Of an order of 39 yuan that waits for its money."""
    with database.writing() as session:
        order = shop.place(session, shop.new_customer(session), {shop.put_on_sale(session): 1})
        return shop.begin_to_pay(session, order)


def report(payment: Payment, **changed: Any) -> dict[str, Any]:
    return paid(
        out_trade_no=payment.out_trade_no,
        amount={"total": payment.amount, "currency": "CNY"},
        payer={"openid": payment.payer},
        **changed,
    )


async def post(client: Client, notice: Notice) -> int:
    headers, body = notice
    async with client.post(PATH, headers=headers, data=body) as response:
        return response.status


def order_state(database: Database) -> str:
    with database.reading() as session:
        return session.exec(select(Order.state)).one()


def count_of(database: Database, table: Any) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(table)).one()


@pytest.mark.database
async def test_ten_notifies_at_once_are_one_transition(
    client: Client, wechat_pay: PayPlatform, database: Database, payment: Payment
) -> None:
    moves = count_of(database, OrderMove)
    notice = wechat_pay.notify(report(payment), at=shop.NOW)

    answers = await asyncio.gather(*(post(client, notice) for _ in range(10)))

    assert answers == [204] * 10
    assert order_state(database) == OrderState.PAID
    assert count_of(database, OrderMove) == moves + 1
    assert count_of(database, PayNotice) == 1
    with database.reading() as session:
        assert len(shop.events(session, "order_paid")) == 1
        shop.assert_money_adds_up(session)


async def test_a_notify_of_a_refund_is_taken(
    client: Client, wechat_pay: PayPlatform, database: Database, payment: Payment
) -> None:
    with database.writing() as session:
        shop.pay(session, payment)
        refund = refunds.request_refund(session, id_of(payment), 3900, "缺货", shop.NOW)
        number = refund.out_refund_no
    resource = refunded(
        out_refund_no=number,
        refund_status="SUCCESS",
        mchid=MCH_ID,
        amount={"total": 3900, "refund": 3900},
    )
    del resource["status"]
    notice = wechat_pay.notify(resource, at=shop.NOW, event_type="REFUND.SUCCESS")

    assert [await post(client, notice) for _ in range(2)] == [204, 204]

    with database.reading() as session:
        assert session.exec(select(Refund.state)).one() == RefundState.SUCCEEDED


async def test_a_notify_of_a_transfer_is_taken_once(
    client: Client, wechat_pay: PayPlatform, database: Database
) -> None:
    with database.writing() as session:
        customer_id = promoting.promoter(session, "o-promoter", shop.NOW)
        number = promoting.approved(session, customer_id, shop.NOW).out_bill_no
    finished = "MCHTRANSFER.BILL.FINISHED"
    report = transferred(out_bill_no=number, state="SUCCESS")
    notice = wechat_pay.notify(report, at=shop.NOW, event_type=finished)

    assert [await post(client, notice) for _ in range(3)] == [204] * 3

    with database.reading() as session:
        assert promoting.latest(session).state == WithdrawalState.PAID
        assert promoting.accounts(session, customer_id) == (3800, 0)
        assert len(shop.events(session, "withdrawal_paid")) == 1
    _, body = wechat_pay.notify(transferred(state="FAIL"), at=shop.NOW, event_type=finished)
    other = body.replace(b"EV-2018022511223320873", b"EV-2018022511223320874")
    headers = wechat_pay.sign(other, timestamp=int(shop.NOW.timestamp()))
    assert await post(client, (headers, other)) == 500


@pytest.fixture
def forger(wechat_pay: PayPlatform) -> PayPlatform:
    """Knows everything about WeChat Pay, except its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return PayPlatform(wechat_pay.merchant_key, key)


async def test_a_forged_notify_is_401_and_changes_nothing(
    client: Client,
    wechat_pay: PayPlatform,
    forger: PayPlatform,
    database: Database,
    payment: Payment,
) -> None:
    genuine = wechat_pay.notify(report(payment), at=shop.NOW)
    headers, body = genuine
    forged: list[Notice] = [
        forger.notify(report(payment), at=shop.NOW),
        (headers, body.replace(b"SUCCESS", b"success", 1)),
        ({}, body),
        ({**headers, "Wechatpay-Serial": "another"}, body),
        ({**headers, "Wechatpay-Signature": "WECHATPAY/SIGNTEST/x"}, body),
        (headers, body + b" " * 70_000),
        wechat_pay.notify(report(payment), at=shop.NOW.replace(year=2025)),
    ]

    with capture_logs() as lines:
        began = time.monotonic()
        assert [await post(client, each) for each in forged] == [401] * len(forged)
        assert time.monotonic() - began < 5

    assert order_state(database) == OrderState.UNPAID
    assert count_of(database, PayNotice) == 0
    assert {line["event"] for line in lines} == {"pay notify refused"}
    assert payment.out_trade_no not in str(lines)


@pytest.mark.parametrize("changed", [{"mchid": "1900000002"}, {"appid": "wx-another"}])
async def test_a_genuine_notify_of_another_merchant_or_app_is_403(
    client: Client,
    wechat_pay: PayPlatform,
    database: Database,
    payment: Payment,
    changed: dict[str, str],
) -> None:
    notice = wechat_pay.notify(report(payment, **changed), at=shop.NOW)

    with capture_logs():
        assert await post(client, notice) == 403
    assert order_state(database) == OrderState.UNPAID


async def test_a_payment_nobody_here_knows_is_500_so_that_it_comes_again(
    client: Client, wechat_pay: PayPlatform, database: Database, payment: Payment
) -> None:
    unknown = report(payment)
    unknown["out_trade_no"] = "ZG-NOT-OURS-1"

    assert await post(client, wechat_pay.notify(unknown, at=shop.NOW)) == 500
    assert count_of(database, PayNotice) == 0


async def test_a_wrong_amount_is_kept_and_does_not_pay_the_order(
    client: Client, wechat_pay: PayPlatform, database: Database, payment: Payment
) -> None:
    cheap = report(payment)
    cheap["amount"] = {"total": 1, "currency": "CNY"}

    with capture_logs() as lines:
        assert await post(client, wechat_pay.notify(cheap, at=shop.NOW)) == 204

    assert order_state(database) == OrderState.UNPAID
    assert "payment contradicts our books" in [line["event"] for line in lines]


async def test_a_database_that_fails_makes_wechat_pay_come_again(
    client: Client, wechat_pay: PayPlatform, database: Database, payment: Payment
) -> None:
    notice = wechat_pay.notify(report(payment), at=shop.NOW)
    run = database.engine.connect
    with run() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER trouble BEFORE INSERT ON pay_notice"
            " BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END"
        )
        connection.commit()
    with capture_logs():
        assert await post(client, notice) == 503
    assert order_state(database) == OrderState.UNPAID

    with run() as connection:
        connection.exec_driver_sql("DROP TRIGGER trouble")
        connection.commit()
    assert await post(client, notice) == 204
    assert order_state(database) == OrderState.PAID


async def test_only_posts_are_notifies(client: Client) -> None:
    async with client.get(PATH) as response:
        assert response.status == 405


def test_the_merchant_does_not_print_its_keys(wechat_pay: PayPlatform) -> None:
    merchant = replace(wechat_pay.merchant, api_v3_key="canary" + "x" * 26)

    assert "canary" not in repr(merchant)
    assert "PRIVATE" not in repr(merchant)
