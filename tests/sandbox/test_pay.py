"""WeChat Pay: signatures on both sides, orders, refunds, and notices under a moved clock."""

import asyncio
import json
import time
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bot.sandbox.pay.fields import written
from bot.sandbox.rules import PAY_ERRORS
from tests.sandbox.merchant import merchant_library
from tests.sandbox.world import Json, World

JSAPI = "/v3/pay/transactions/jsapi"
ORDER = "ORDER-000001"


async def query(world: World, number: str = ORDER) -> tuple[int, Json]:
    mchid = world.settings.merchant.mch_id
    return await world.pay("GET", f"/v3/pay/transactions/out-trade-no/{number}?mchid={mchid}")


async def close(world: World, number: str = ORDER) -> tuple[int, Json]:
    path = f"/v3/pay/transactions/out-trade-no/{number}/close"
    return await world.pay("POST", path, {"mchid": world.settings.merchant.mch_id})


@pytest.mark.slow
async def test_the_merchants_own_library_gets_all_the_way(world: World, tmp_path: Path) -> None:
    fan = await world.fan()
    library = merchant_library(world, tmp_path)
    library._core._gate_way = f"{world.url}/pay"

    async def call(method: str, **given: object) -> tuple[int, Json]:
        code, text = await asyncio.to_thread(getattr(library, method), **given)
        return code, json.loads(text) if text else {}

    payer = {"openid": fan["mini_openid"]}
    code, answer = await call(
        "pay", description="耳机", out_trade_no=ORDER, amount={"total": 100}, payer=payer
    )
    assert (code, list(answer)) == (200, ["prepay_id"])
    assert (await call("query", out_trade_no=ORDER))[1]["trade_state"] == "NOTPAY"

    await world.control("POST", f"/payments/{ORDER}/pay")
    await world.noticed(1)
    notice = library.callback(*world.shop.notices[0])
    assert notice["resource"]["out_trade_no"] == ORDER
    assert notice["resource"]["payer"] == payer

    code, answer = await call(
        "refund",
        out_refund_no="R1",
        out_trade_no=ORDER,
        amount={"refund": 40, "total": 100, "currency": "CNY"},
    )
    assert (code, answer["status"]) == (200, "PROCESSING")
    assert (await call("query_refund", out_refund_no="R1"))[0] == 200
    assert (await call("close", out_trade_no="ORDER-000404"))[0] == 404


async def test_every_answer_is_signed_by_the_platform(world: World) -> None:
    fan = await world.fan()
    merchant = world.settings.merchant
    public = serialization.load_pem_public_key(
        (merchant.platform_private_key_file.parent / "pay-platform-public.pem").read_bytes()
    )
    assert isinstance(public, rsa.RSAPublicKey)
    for body in (world.order(fan), {"broken": 1}):
        async with world.http.post(f"{world.url}/pay{JSAPI}", json=body) as response:
            text, headers = await response.read(), response.headers
        message = f"{headers['Wechatpay-Timestamp']}\n{headers['Wechatpay-Nonce']}\n".encode()
        signature = b64decode(headers["Wechatpay-Signature"])
        public.verify(signature, message + text + b"\n", padding.PKCS1v15(), hashes.SHA256())
        assert headers["Wechatpay-Serial"] == merchant.platform_public_key_id
        with pytest.raises(InvalidSignature):
            public.verify(signature, message + b"x\n", padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": "AAAA"},
        {"mchid": "1900000000"},
        {"serial_no": "00"},
        {"scheme": "Bearer"},
        {"timestamp": "soon"},
        {"age": 302},
        {"age": -302},
        {"signed_path": "/v3/pay/transactions/native"},
    ],
)
async def test_what_the_merchant_did_not_sign_is_refused(world: World, wrong: Json) -> None:
    fan = await world.fan()

    status, answer = await world.pay("POST", JSAPI, world.order(fan), **wrong)

    assert (status, answer["code"]) == (401, "SIGN_ERROR")


async def test_signatures_are_dated_in_real_time_even_when_the_clock_is_moved(world: World) -> None:
    fan = await world.fan()
    await world.move(86_400)

    assert (await world.pay("POST", JSAPI, world.order(fan), age=290))[0] == 200


async def test_the_same_order_asked_again_is_the_same_order(world: World) -> None:
    fan = await world.fan()
    first = await world.prepay(fan)

    assert await world.prepay(fan) == first
    status, answer = await world.pay("POST", JSAPI, world.order(fan, total=1))
    assert (status, answer["code"]) == (403, "OUT_TRADE_NO_USED")
    assert await world.counter(f"accepted:prepay:{ORDER}") == 1


async def test_a_prepay_lives_two_hours_and_can_be_renewed(world: World) -> None:
    fan = await world.fan()
    first = await world.prepay(fan)
    await world.move(7200)
    assert (await world.try_control("POST", f"/payments/{first}/pay"))[0] == 409

    second = await world.prepay(fan)

    assert second != first
    await world.control("POST", f"/payments/{second}/pay")


@pytest.mark.parametrize(
    "change",
    [
        {"out_trade_no": "short"},
        {"out_trade_no": "x" * 33},
        {"description": ""},
        {"notify_url": "https://shop.example/notify?a=b"},
        {"notify_url": "http://shop.example/notify"},
        {"amount": {"total": 0}},
        {"amount": {"total": 1.5}},
        {"amount": {"total": 1, "currency": "USD"}},
        {"payer": {}},
        {"mchid": "1"},
        {"attach": "x" * 129},
        {"time_expire": "2026-11-11 20:15:00"},
        {"time_expire": "2020-11-11T20:15:00+08:00"},
    ],
)
async def test_a_malformed_order_is_a_parameter_error(world: World, change: Json) -> None:
    fan = await world.fan()

    status, answer = await world.pay("POST", JSAPI, {**world.order(fan), **change})

    assert (status, answer["code"]) == (400, "PARAM_ERROR")


async def test_an_order_can_be_paid_until_its_time_runs_out(world: World) -> None:
    fan = await world.fan()
    order = {**world.order(fan), "time_expire": written(time.time() + 600)}
    assert (await world.pay("POST", JSAPI, order))[0] == 200

    await world.move(601)
    status, answer = await world.try_control("POST", f"/payments/{ORDER}/pay")

    assert (status, answer["error"]) == (409, "该订单已过期，请重新下单")


async def test_a_payment_is_shown_by_both_queries(world: World) -> None:
    fan = await world.fan()
    await world.prepay(fan)
    assert (await query(world))[1]["trade_state"] == "NOTPAY"

    await world.control("POST", f"/payments/{ORDER}/pay")

    _, shown = await query(world)
    mchid = world.settings.merchant.mch_id
    path = f"/v3/pay/transactions/id/{shown['transaction_id']}?mchid={mchid}"
    assert (await world.pay("GET", path))[1] == shown
    assert shown["amount"]["payer_total"] == 12900
    assert shown["success_time"].endswith("+08:00")
    assert (await world.try_control("POST", f"/payments/{ORDER}/pay"))[0] == 409


async def test_a_closed_order_cannot_be_paid_and_a_paid_one_not_closed(world: World) -> None:
    fan = await world.fan()
    await world.prepay(fan)
    assert (await close(world))[0] == 204
    assert (await world.try_control("POST", f"/payments/{ORDER}/pay"))[0] == 409
    assert (await close(world))[1]["code"] == "ORDER_CLOSED"

    await world.paid(fan, "ORDER-000002")
    assert (await close(world, "ORDER-000002"))[1]["code"] == "ORDERPAID"


async def sheet(world: World, fan: Json, prepay_id: str, **change: str) -> tuple[int, Json]:
    package, app_id = f"prepay_id={prepay_id}", world.settings.mini_program.app_id
    arguments = {
        "timeStamp": "1700000000",
        "nonceStr": "abc",
        "package": package,
        "signType": "RSA",
        "paySign": world.sign(f"{app_id}\n1700000000\nabc\n{package}\n".encode()),
        **change,
    }
    body = {"fan_id": fan["fan_id"], "arguments": arguments}
    return await world.try_control("POST", "/sheet", body)


async def test_the_phone_checks_the_pay_sign_before_it_opens_the_sheet(world: World) -> None:
    fan, other = await world.fan(), await world.fan()
    prepay_id = await world.prepay(fan)

    status, shown = await sheet(world, fan, prepay_id)
    assert (status, shown["amount"]["total"]) == (200, 12900)

    assert (await sheet(world, fan, prepay_id, nonceStr="abd"))[0] == 409
    assert (await sheet(world, fan, prepay_id, paySign="AAAA"))[0] == 409
    assert (await sheet(world, fan, prepay_id, signType="MD5"))[0] == 409
    assert (await sheet(world, fan, "wxunknown"))[0] == 409
    assert (await sheet(world, other, prepay_id))[0] == 409


async def test_a_refund_is_processing_and_then_arrives_with_a_notice(world: World) -> None:
    fan = await world.fan()
    await world.paid(fan)
    await world.noticed(1)

    status, refund = await world.refund(ORDER, "R-1", 900)
    assert (status, refund["status"]) == (200, "PROCESSING")
    await world.move(2)
    await world.noticed(2)

    _, refund = await world.pay("GET", "/v3/refund/domestic/refunds/R-1")
    assert refund["status"] == "SUCCESS"
    assert json.loads(world.shop.notices[1][1])["event_type"] == "REFUND.SUCCESS"
    assert (await query(world))[1]["trade_state"] == "REFUND"


async def test_the_same_refund_number_refunds_once(world: World) -> None:
    fan = await world.fan()
    await world.paid(fan)

    first = await world.refund(ORDER, "R-1", 900)
    second = await world.refund(ORDER, "R-1", 900)

    assert first == second
    assert await world.counter("accepted:refund:R-1") == 1
    assert (await world.refund(ORDER, "R-1", 901))[1]["code"] == "INVALID_REQUEST"


async def test_refunds_never_exceed_what_was_paid(world: World) -> None:
    fan = await world.fan()
    await world.paid(fan)
    assert (await world.refund(ORDER, "R-1", 12_000))[0] == 200
    assert (await world.refund(ORDER, "R-2", 901))[1]["code"] == "INVALID_REQUEST"
    assert (await world.refund(ORDER, "R-3", 900))[0] == 200
    assert (await world.refund(ORDER, "R-4", 1))[1]["code"] == "INVALID_REQUEST"


async def produce(world: World, code: str) -> tuple[int, Json]:
    fan = await world.fan()
    if code in {"FREQUENCY_LIMITED", "SYSTEM_ERROR", "NO_AUTH"}:
        fault = {"api": "pay/jsapi", "fault": f"errcode:{code}"}
        await world.control("POST", "/faults", fault)
        return await world.pay("POST", JSAPI, world.order(fan))
    if code == "ORDER_NOT_EXIST":
        return await query(world)
    if code == "RESOURCE_NOT_EXISTS":
        return await world.pay("GET", "/v3/refund/domestic/refunds/none")
    if code == "APPID_MCHID_NOT_MATCH":
        return await world.pay("POST", JSAPI, {**world.order(fan), "appid": "wx0"})
    if code == "OPENID_MISMATCH":
        body = {**world.order(fan), "payer": {"openid": fan["openid"]}}
        return await world.pay("POST", JSAPI, body)
    await world.paid(fan)
    if code == "ORDERPAID":
        return await world.pay("POST", JSAPI, world.order(fan))
    if code == "NOT_ENOUGH":
        await world.control("POST", "/withdraw", {"amount": 12_900})
    if code == "USER_ACCOUNT_ABNORMAL":
        await world.control("PATCH", f"/fans/{fan['fan_id']}", {"account_closed": True})
    return await world.refund(ORDER, "R-1", 1)


ELSEWHERE = {
    *("PARAM_ERROR", "INVALID_REQUEST", "SIGN_ERROR", "OUT_TRADE_NO_USED", "ORDER_CLOSED"),
    *("NO_STATEMENT_EXIST", "STATEMENT_CREATING", "NOT_FOUND"),
}


@pytest.mark.parametrize("code", sorted(set(PAY_ERRORS) - ELSEWHERE))
async def test_the_documented_pay_error_is_produced(world: World, code: str) -> None:
    status, answer = await produce(world, code)

    assert (status, answer["code"]) == (PAY_ERRORS[code][0], code)
