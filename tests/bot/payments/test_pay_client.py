"""Calls to WeChat Pay, against a far end that checks every signature."""

import asyncio
import base64
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from bot.payments.client import PayClient
from bot.payments.errors import OrderPaid, PayRefused
from tests.bot.payments.conftest import NOTIFY_URL
from tests.bot.payments.pay_platform import APP_ID, MCH_ID, PayPlatform, paid, refunded
from tests.wecom.far_end import closed_port, raw_server, read_request, reset
from wecom.errors import NotSent, OutcomeUnknown

ORDER = "ZG20261111000001"
EXPIRES_AT = datetime(2026, 11, 11, 12, 15, 0, 123456, tzinfo=UTC)
Spoil = Callable[[dict[str, str], bytes], tuple[dict[str, str], bytes]]


async def prepay(pay: PayClient, **changed: Any) -> str:
    return await pay.prepay(
        **{
            "out_trade_no": ORDER,
            "description": "蓝牙耳机 等2件",
            "total": 19900,
            "payer_openid": "oUser",
            "time_expire": EXPIRES_AT,
            **changed,
        }
    )


# What is sent and understood.


async def test_an_order_is_announced_with_all_that_wechat_pay_asks(
    pay: PayClient, platform: PayPlatform
) -> None:
    platform.answer = {"prepay_id": "wx201410272009395522657a690389285100"}

    prepay_id = await prepay(pay, attach="cart 7")

    assert prepay_id == "wx201410272009395522657a690389285100"
    [call] = platform.calls
    assert (call.method, call.path) == ("POST", "/v3/pay/transactions/jsapi")
    assert call.content == {
        "appid": APP_ID,
        "mchid": MCH_ID,
        "description": "蓝牙耳机 等2件",
        "out_trade_no": ORDER,
        "time_expire": "2026-11-11T20:15:00+08:00",
        "attach": "cart 7",
        "notify_url": NOTIFY_URL,
        "amount": {"total": 19900, "currency": "CNY"},
        "payer": {"openid": "oUser"},
    }


async def test_a_long_description_is_shortened(pay: PayClient, platform: PayPlatform) -> None:
    platform.answer = {"prepay_id": "wx1"}

    await prepay(pay, description="耳" * 200)

    assert platform.calls[0].content["description"] == "耳" * 127


def test_the_customers_wechat_can_check_the_pay_arguments(platform: PayPlatform) -> None:
    pay = PayClient(platform.merchant, notify_url=NOTIFY_URL)
    real_now = datetime(2026, 11, 11, 12, 0, 30, tzinfo=UTC)

    arguments = pay.pay_arguments("wx1", real_now=real_now)

    assert arguments["timeStamp"] == str(int(real_now.timestamp()))
    assert (arguments["package"], arguments["signType"]) == ("prepay_id=wx1", "RSA")
    signed = f"{APP_ID}\n{arguments['timeStamp']}\n{arguments['nonceStr']}\nprepay_id=wx1\n"
    platform.merchant_key.public_key().verify(
        base64.b64decode(arguments["paySign"]), signed.encode(), PKCS1v15(), SHA256()
    )
    assert pay.pay_arguments("wx1", real_now=real_now)["nonceStr"] != arguments["nonceStr"]


async def test_a_paid_order_is_found(pay: PayClient, platform: PayPlatform) -> None:
    platform.answer = paid(attach="cart 7")

    payment = await pay.query(ORDER)

    assert payment is not None
    assert (payment.state, payment.total, payment.payer_openid) == ("SUCCESS", 19900, "oUser")
    assert payment.paid_at == datetime(2026, 11, 11, 12, 0, tzinfo=UTC)
    assert payment.attach == "cart 7"
    [call] = platform.calls
    assert call.path == f"/v3/pay/transactions/out-trade-no/{ORDER}?mchid={MCH_ID}"


@pytest.mark.parametrize("state", ["NOTPAY", "CLOSED", "USERPAYING", "PAYERROR", "REVOKED"])
async def test_an_unpaid_order_has_no_payer_and_no_time(
    pay: PayClient, platform: PayPlatform, state: str
) -> None:
    platform.answer = {
        "appid": APP_ID,
        "mchid": MCH_ID,
        "out_trade_no": ORDER,
        "trade_state": state,
        "trade_state_desc": "订单未支付",
        "payer": {},
        "amount": {"payer_currency": "CNY"},
    }

    payment = await pay.query(ORDER)

    assert payment is not None
    assert (payment.state, payment.transaction_id, payment.paid_at) == (state, None, None)


@pytest.mark.parametrize("code", ["ORDER_NOT_EXIST", "ORDERNOTEXIST"])
async def test_an_order_that_wechat_pay_never_heard_of_is_none(
    pay: PayClient, platform: PayPlatform, code: str
) -> None:
    platform.status, platform.answer = 404, {"code": code, "message": "订单不存在"}

    assert await pay.query(ORDER) is None


async def test_an_order_is_closed(pay: PayClient, platform: PayPlatform) -> None:
    platform.status = 204

    await pay.close(ORDER)

    [call] = platform.calls
    assert call.path == f"/v3/pay/transactions/out-trade-no/{ORDER}/close"
    assert call.content == {"mchid": MCH_ID}


@pytest.mark.parametrize(("status", "code"), [(400, "ORDER_CLOSED"), (404, "ORDER_NOT_EXIST")])
async def test_closing_an_order_that_nobody_can_pay_is_fine(
    pay: PayClient, platform: PayPlatform, status: int, code: str
) -> None:
    platform.status, platform.answer = status, {"code": code, "message": ""}

    await pay.close(ORDER)


async def test_closing_a_paid_order_says_so(pay: PayClient, platform: PayPlatform) -> None:
    platform.status, platform.answer = 400, {"code": "ORDERPAID", "message": "订单已支付"}

    with pytest.raises(OrderPaid):
        await pay.close(ORDER)


@pytest.mark.parametrize(
    "order", [{"out_trade_no": ORDER}, {"transaction_id": "4200001234202611110000000001"}]
)
async def test_money_is_given_back_under_our_own_number(
    pay: PayClient, platform: PayPlatform, order: dict[str, str]
) -> None:
    platform.answer = refunded()

    refund = await pay.refund(
        out_refund_no="R20261111000001", refund=9900, total=19900, reason="退" * 50, **order
    )

    assert (refund.state, refund.refund, refund.total) == ("PROCESSING", 9900, 19900)
    assert refund.refunded_at is None
    [call] = platform.calls
    assert call.path == "/v3/refund/domestic/refunds"
    assert call.content == {
        **order,
        "out_refund_no": "R20261111000001",
        "reason": "退" * 26,
        "notify_url": NOTIFY_URL,
        "amount": {"refund": 9900, "total": 19900, "currency": "CNY"},
    }


async def test_a_refund_is_followed_up(pay: PayClient, platform: PayPlatform) -> None:
    platform.answer = refunded(status="SUCCESS", success_time="2026-11-11T20:06:00+08:00")

    refund = await pay.query_refund("R20261111000001")

    assert refund is not None
    assert refund.state == "SUCCESS"
    assert refund.refunded_at == datetime(2026, 11, 11, 12, 6, tzinfo=UTC)


async def test_an_unknown_refund_is_none(pay: PayClient, platform: PayPlatform) -> None:
    platform.status, platform.answer = 404, {"code": "RESOURCE_NOT_EXISTS", "message": ""}

    assert await pay.query_refund("R20261111000001") is None


@pytest.mark.parametrize("number", ["short", "A|B*C-000001", "a/../../b0001", "", "订" * 8])
async def test_a_number_that_would_break_the_signed_path_never_leaves(
    pay: PayClient, platform: PayPlatform, number: str
) -> None:
    with pytest.raises(ValueError, match="is not"):
        await pay.query(number)
    with pytest.raises(ValueError, match="is not"):
        await prepay(pay, out_trade_no=number)
    assert platform.calls == []


async def test_a_refund_without_an_order_never_leaves(pay: PayClient) -> None:
    with pytest.raises(ValueError, match="order"):
        await pay.refund(out_refund_no="R1", refund=1, total=1, reason="")


# Refusals.


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        (400, "PARAM_ERROR", True),
        (400, "INVALID_REQUEST", True),
        (403, "OUT_TRADE_NO_USED", True),
        (403, "RULE_LIMIT", True),
        (401, "SIGN_ERROR", False),
        (403, "NO_AUTH", False),
        (403, "NOT_ENOUGH", False),
        (429, "FREQUENCY_LIMITED", False),
        (429, "", False),
    ],
)
async def test_a_refusal_tells_whether_it_is_final(
    pay: PayClient, platform: PayPlatform, status: int, code: str, permanent: bool
) -> None:
    platform.status, platform.answer = status, {"code": code, "message": "不行"}

    with pytest.raises(PayRefused) as caught:
        await prepay(pay)

    assert caught.value.permanent is permanent
    assert caught.value.pay_code == code
    assert not caught.value.may_have_arrived


# Unknown outcomes.


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, {"code": "SYSTEM_ERROR", "message": "系统错误"}),
        (502, b"<html>Bad Gateway</html>"),
        (400, {"code": "SYSTEMERROR", "message": "系统错误"}),
        (200, b"<html>"),
        (200, b"[]"),
        (200, {}),
        (200, {"prepay_id": 7}),
    ],
)
async def test_an_answer_that_tells_nothing_leaves_the_outcome_unknown(
    pay: PayClient, platform: PayPlatform, status: int, answer: Any
) -> None:
    platform.status, platform.answer = status, answer

    with pytest.raises(OutcomeUnknown):
        await prepay(pay)


@pytest.mark.parametrize(
    "answer",
    [
        paid(mchid="1900000002"),
        paid(payer={}),
        paid(amount={"total": "19900", "currency": "CNY"}),
        paid(amount={"total": 19900, "currency": "USD"}),
        paid(success_time="2026-11-11T20:00:00"),
        paid(trade_state="PAID"),
        {},
    ],
)
async def test_a_payment_that_does_not_add_up_is_not_believed(
    pay: PayClient, platform: PayPlatform, answer: Any
) -> None:
    platform.answer = answer

    with pytest.raises(OutcomeUnknown):
        await pay.query(ORDER)


def another_serial(headers: dict[str, str], raw: bytes) -> tuple[dict[str, str], bytes]:
    return {**headers, "Wechatpay-Serial": "5157F09EFDC096DE15EBE81A47057A72"}, raw


def another_body(headers: dict[str, str], raw: bytes) -> tuple[dict[str, str], bytes]:
    return headers, raw.replace(b"SUCCESS", b"REFUND")


def another_type(headers: dict[str, str], raw: bytes) -> tuple[dict[str, str], bytes]:
    return {**headers, "Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"}, raw


def no_signature(_headers: dict[str, str], raw: bytes) -> tuple[dict[str, str], bytes]:
    return {}, raw


@pytest.mark.parametrize("spoil", [another_serial, another_body, another_type, no_signature])
async def test_an_answer_that_wechat_pay_has_not_signed_is_not_believed(
    pay: PayClient, platform: PayPlatform, spoil: Spoil
) -> None:
    platform.answer, platform.spoil = paid(), spoil

    with pytest.raises(OutcomeUnknown, match="not signed"):
        await pay.query(ORDER)

    assert len(platform.calls) == 1, "nothing else may be asked, certificates least of all"


async def test_an_answer_signed_with_another_key_is_not_believed(
    pay: PayClient, platform: PayPlatform, stranger: PayPlatform
) -> None:
    platform.answer = paid()
    platform.spoil = lambda headers, raw: (
        stranger.sign(raw, timestamp=int(headers["Wechatpay-Timestamp"])),
        raw,
    )

    with pytest.raises(OutcomeUnknown, match="not signed"):
        await pay.query(ORDER)


async def never(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await reader.read()


async def with_reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    reset(writer)


async def drop_by_drop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" ")
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("serve", [never, with_reset, drop_by_drop])
async def test_a_connection_that_breaks_after_the_request_leaves_the_outcome_unknown(
    platform: PayPlatform, serve: Callable[..., Any]
) -> None:
    async with (
        raw_server(serve) as address,
        PayClient(
            platform.merchant,
            notify_url=NOTIFY_URL,
            base_url=address,
            deadline=timedelta(seconds=0.3),
        ) as pay,
    ):
        async with asyncio.timeout(1):
            with pytest.raises(OutcomeUnknown):
                await prepay(pay)


async def test_a_closed_port_means_not_sent(platform: PayPlatform) -> None:
    address = f"http://127.0.0.1:{closed_port()}"
    async with PayClient(platform.merchant, notify_url=NOTIFY_URL, base_url=address) as pay:
        with pytest.raises(NotSent) as caught:
            await prepay(pay)

    assert "PRIVATE KEY" not in "".join(traceback.format_exception(caught.value))


# Keys.


def test_keys_do_not_show_in_the_merchants_representation(platform: PayPlatform) -> None:
    shown = repr(platform.merchant)

    assert "BEGIN" not in shown
    assert platform.merchant.api_v3_key not in shown


@pytest.mark.parametrize(
    "changed",
    [{"api_v3_key": "short"}, {"public_key_id": ""}, {"public_key": "no key"}],
)
def test_unusable_keys_are_refused_at_the_start(
    platform: PayPlatform, changed: dict[str, str]
) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (each says something else)
        replace(platform.merchant, **changed)
