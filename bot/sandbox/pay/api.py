"""The paths of https://api.mch.weixin.qq.com, below `/pay`; every answer is signed."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.sandbox.errors import PayError
from bot.sandbox.pay import bills
from bot.sandbox.platform import PLATFORM, Platform

type Body = dict[str, Any]
type Handler = Callable[[Platform, web.Request], Awaitable[Body | web.Response | None]]


def add_pay_routes(app: web.Application, prefix: str = "/pay") -> None:
    """Add every path."""
    for method, path, api, handler in _ROUTES:
        app.router.add_route(method, prefix + path, _answering(f"pay/{api}", handler))


def _answering(
    api: str, handler: Handler
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        platform = request.app[PLATFORM]
        platform.counters.add(f"calls:{api}")

        async def run() -> web.StreamResponse:
            try:
                await _check_signature(platform, request)
                body = await handler(platform, request)
            except PayError as error:
                return _refusal(platform, api, error)
            platform.counters.add(f"accepted:{api}")
            if isinstance(body, web.Response):
                return body
            return _signed(platform, 204 if body is None else 200, body)

        def fail(code: str) -> web.StreamResponse:
            return _refusal(platform, api, PayError(code))

        return await platform.faults.answer(api, request, run, fail)

    return answer


async def _check_signature(platform: Platform, request: web.Request) -> None:
    # What the merchant signed is the path behind the host; here that begins after `/pay`.
    _, _, path = request.raw_path.partition("/pay/v3/")
    platform.signatures.check_request(
        request.headers.get("Authorization", ""),
        request.method,
        f"/v3/{path}",
        await request.read(),
    )


def _refusal(platform: Platform, api: str, error: PayError) -> web.Response:
    platform.counters.add(f"errors:{api}:{error.code}")
    return _signed(platform, error.status, {"code": error.code, "message": error.message})


def _signed(platform: Platform, status: int, body: Body | None) -> web.Response:
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    return web.Response(
        status=status,
        body=content,
        headers={
            **platform.signatures.headers(content),
            "Content-Type": "application/json; charset=utf-8",
        },
    )


async def _read(request: web.Request) -> Body:
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise PayError("PARAM_ERROR", "请求体不是合法的JSON") from error
    if not isinstance(body, dict):
        raise PayError("PARAM_ERROR", "请求体不是合法的JSON")
    return body


def _check_mchid(platform: Platform, mchid: object) -> None:
    if mchid != platform.settings.merchant.mch_id:
        raise PayError("PARAM_ERROR", "参数错误：mchid")


async def _prepay(platform: Platform, request: web.Request) -> Body:
    return {"prepay_id": platform.transactions.prepay(await _read(request))}


async def _by_number(platform: Platform, request: web.Request) -> Body:
    _check_mchid(platform, request.query.get("mchid"))
    order = platform.transactions.find(request.match_info["number"])
    if order is None:
        raise PayError("ORDER_NOT_EXIST")
    return platform.transactions.describe(order)


async def _by_id(platform: Platform, request: web.Request) -> Body:
    _check_mchid(platform, request.query.get("mchid"))
    order = platform.transactions.find_by_transaction_id(request.match_info["transaction_id"])
    if order is None:
        raise PayError("ORDER_NOT_EXIST")
    return platform.transactions.describe(order)


async def _close(platform: Platform, request: web.Request) -> None:
    _check_mchid(platform, (await _read(request)).get("mchid"))
    platform.transactions.close(request.match_info["number"])


async def _refund(platform: Platform, request: web.Request) -> Body:
    return platform.refunds.describe(platform.refunds.ask(await _read(request)))


async def _query_refund(platform: Platform, request: web.Request) -> Body:
    refund = platform.refunds.find(request.match_info["number"])
    if refund is None:
        raise PayError("RESOURCE_NOT_EXISTS")
    return platform.refunds.describe(refund)


async def _transfer(platform: Platform, request: web.Request) -> Body:
    return platform.transfers.acknowledge(platform.transfers.ask(await _read(request)))


async def _query_transfer(platform: Platform, request: web.Request) -> Body:
    bill = platform.transfers.find_remembered(request.match_info["number"])
    if bill is None:
        raise PayError("NOT_FOUND")
    return platform.transfers.describe(bill)


async def _cancel_transfer(platform: Platform, request: web.Request) -> Body:
    if await request.read():  # 撤销转账: without a body, or with an empty object.
        await _read(request)
    return platform.transfers.cancel(request.match_info["number"])


async def _bill(platform: Platform, request: web.Request) -> Body:
    prefix, _, _ = request.path.partition("/v3/")
    return platform.bills.announce(dict(request.query), f"{request.url.origin()}{prefix}")


async def _download_bill(platform: Platform, request: web.Request) -> web.Response:
    # 下载账单: the answer carries no signature.
    content = platform.bills.download(request.query.get("token", ""))
    return web.Response(body=content, content_type="application/x-gzip")


_ORDERS = "/v3/pay/transactions"
_REFUNDS = "/v3/refund/domestic/refunds"
_TRANSFERS = "/v3/fund-app/mch-transfer/transfer-bills"
_ROUTES: tuple[tuple[str, str, str, Handler], ...] = (
    ("POST", f"{_ORDERS}/jsapi", "jsapi", _prepay),
    ("GET", f"{_ORDERS}/out-trade-no/{{number}}", "query", _by_number),
    ("GET", f"{_ORDERS}/id/{{transaction_id}}", "query", _by_id),
    ("POST", f"{_ORDERS}/out-trade-no/{{number}}/close", "close", _close),
    ("POST", _REFUNDS, "refund", _refund),
    ("GET", f"{_REFUNDS}/{{number}}", "refund_query", _query_refund),
    ("POST", _TRANSFERS, "transfer", _transfer),
    ("GET", f"{_TRANSFERS}/out-bill-no/{{number}}", "transfer_query", _query_transfer),
    ("POST", f"{_TRANSFERS}/out-bill-no/{{number}}/cancel", "transfer_cancel", _cancel_transfer),
    ("GET", "/v3/bill/tradebill", "tradebill", _bill),
    ("GET", bills.PATH, "billdownload", _download_bill),
)
