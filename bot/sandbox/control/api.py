"""The control API, JSON, below `/sandbox/control`. Errors are 409 `{"error": "…"}`.

`/wecom/…` is described in `wecom.py` and `communities.py`, what customers allow in
`subscriptions.py`.

People and chat
  GET  /fans · POST /fans {"nickname"?, "subscribed"?: true}
       → {"fan_id","nickname","openid","mini_openid","unionid","subscribed","windows",…}
  GET  /fans/{id} · PATCH /fans/{id} {"refuses_templates"?, "account_closed"?}
  POST /fans/{id}/messages {"type": "text|image|voice|location|link", "content"?, "recognition"?,
       "label"?, "title"?, "description"?, "url"?} → {"item_id","callback_id","msg_id"}
  POST /fans/{id}/taps {"item_id", "option"}: an option of a message menu
  POST /fans/{id}/events {"event": "subscribe|unsubscribe|SCAN|CLICK|VIEW|view_miniprogram|
       LOCATION|scancode_push|scancode_waitmsg", "key"?, "ticket"?, "menu_id"?}
  GET  /fans/{id}/items?after=0 → {"items": [{"item_id","direction": "fan|shop|platform",
       "kind": "text|image|voice|location|link|menu|card|news|template|event|notice|handover|…",
       "route": "callback|passive|api|platform","payload","msg_id","at"}]}
  GET  /sends?after=0 → {"sends": [item and "openid"]}: all that the account's API sent, to anybody;
       a later one has a larger item_id
  GET  /fans/{id}/lines?after=0 → {"lines": […]}: the shop's own transcript with what it
       understood (`bot/understood.py`), while the shop runs in development
  POST /fans/{id}/ship → {"tracking_no"}: the merchant ships the latest paid order
  POST /fans/{id}/after-sale {"move": "agree|refuse|arrived"} → {"request_no","state"}: the merchant
       decides the latest request after buying, or takes its parcel in
  POST /fans/{id}/withdrawal {"move": "approve|refuse"} → {"withdrawal_no","state"}: the merchant
       decides the latest withdrawal of commission
  POST /fans/{id}/login-code → {"code"}: what wx.login gives
Deliveries to the shop
  GET  /callbacks?pending=1 · POST /callbacks/{id}/repeat → {"status"}: the same bytes once more
  POST /probe → {"echoed"}: the GET verification
Payments
  GET  /payments · POST /sheet {"fan_id","arguments"}: wx.requestPayment, checks paySign
  POST /payments/{prepay_id or out_trade_no}/pay|cancel · GET /refunds
  GET  /notices?pending=1 · POST /notices/{id}/repeat {"tampering"?: "signature|body|serial|late|
       probe"} → {"status"} · POST /notify {"on": false} holds notices back
  POST /withdraw {"amount"}: empties the merchant's account (NOT_ENOUGH)
  GET  /transfers · POST /transfer-sheet {"fan_id","arguments"}: wx.requestMerchantTransfer, checks
       merchant, app, package and person · POST /transfers/{out_bill_no or package}/confirm|decline
World
  GET  /state: all of it for the page · GET /stream: server-sent events, one a change
  GET  /clock · POST /clock {"seconds": n} or {"until": "ISO 8601"}: due work runs at once
  GET  /counters → {"calls:…","accepted:…","errors:<api>:<code>"…} · DELETE /counters
  GET  /faults · DELETE /faults · POST /faults {"api","fault","times"?: 1}; api as in the counters
       (`custom/send`, `pay/refund`, …, `*`); fault timeout|swallow|reset|500|html|errcode:45009|
       delay:6; of the API `bill`: bill:NUMBER=FEN (0 leaves the row out), bill:tampered
  POST /quotas {"api","used"} · POST /tokens/revoke {"app_id"?} · GET /tokens
  POST /templates {"id","title","content"} · GET /rules · GET /media/{media_id}
"""

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.sandbox.control import communities, people, subscriptions, transfers, wecom
from bot.sandbox.control.views import (
    callback_view,
    clock_view,
    fan_view,
    notice_view,
    payment_view,
)
from bot.sandbox.errors import SandboxRefused
from bot.sandbox.platform import PLATFORM, Platform
from bot.sandbox.rules import all_rules

type Body = dict[str, Any]
type Handler = Callable[[Platform, web.Request], Awaitable[Body]]


def add_control_routes(app: web.Application, prefix: str = "/control") -> None:
    """Add every path."""
    parts = (people, subscriptions, transfers, wecom, communities)
    routes = [route for part in parts for route in part.ROUTES]
    for method, path, handler in (*routes, *_ROUTES):
        app.router.add_route(method, prefix + path, _answering(handler))
    app.router.add_get(f"{prefix}/stream", _stream)
    app.router.add_get(f"{prefix}/media/{{media_id}}", _media)


def _answering(handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        try:
            body = await handler(request.app[PLATFORM], request)
        except SandboxRefused as error:
            return web.json_response({"error": str(error)}, status=409)
        except (KeyError, TypeError, ValueError) as error:
            text = f"wrong or missing field: {error}"
            return web.json_response({"error": text}, status=400)
        return web.json_response(body)

    return answer


async def _state(platform: Platform, _: web.Request) -> Body:
    settings = platform.settings
    return {
        "account": {"name": settings.official_account.name},
        "mini_program": {
            "name": settings.mini_program.name,
            "app_id": settings.mini_program.app_id,
        },
        "shop_url": settings.callback_url,
        "clock": clock_view(platform),
        "menu": platform.menus.find(settings.official_account.app_id),
        "fans": [fan_view(platform, fan) for fan in platform.fans.list_all()],
        "callbacks": [
            callback_view(row) for row in platform.callbacks.list_latest(pending_only=True)
        ],
        "notices": [notice_view(row) for row in platform.notices.list_latest(pending_only=True)],
        "notify": platform.notices.is_on,
    }


async def _callbacks(platform: Platform, request: web.Request) -> Body:
    rows = platform.callbacks.list_latest(pending_only="pending" in request.query)
    return {"callbacks": [callback_view(row) for row in rows]}


async def _repeat_callback(platform: Platform, request: web.Request) -> Body:
    callback = platform.callbacks.get(int(request.match_info["id"]))
    status, body = await platform.callbacks.post(callback)
    return {"status": status, "body": body.decode(errors="replace")}


async def _probe(platform: Platform, _: web.Request) -> Body:
    return {"echoed": await platform.callbacks.verify_url()}


async def _payments(platform: Platform, _: web.Request) -> Body:
    return {
        "payments": [payment_view(platform, row) for row in platform.transactions.list_latest()]
    }


async def _sheet(platform: Platform, request: web.Request) -> Body:
    body = await request.json()
    order = platform.transactions.open_sheet(int(body["fan_id"]), body["arguments"])
    return payment_view(platform, order)


async def _pay(platform: Platform, request: web.Request) -> Body:
    return payment_view(platform, platform.transactions.pay(request.match_info["id"]))


async def _cancel(platform: Platform, request: web.Request) -> Body:
    # 用户取消支付: nothing happens at the platform, the order stays payable.
    return payment_view(platform, platform.transactions.get_by_prepay(request.match_info["id"]))


async def _refunds(platform: Platform, _: web.Request) -> Body:
    return {"refunds": [platform.refunds.describe(row) for row in platform.refunds.list_latest()]}


async def _withdraw(platform: Platform, request: web.Request) -> Body:
    platform.refunds.withdraw(int((await request.json())["amount"]))
    return {"balance": platform.refunds.balance()}


async def _notices(platform: Platform, request: web.Request) -> Body:
    rows = platform.notices.list_latest(pending_only="pending" in request.query)
    return {"notices": [notice_view(row) for row in rows]}


async def _repeat_notice(platform: Platform, request: web.Request) -> Body:
    body = await request.json() if request.can_read_body else {}
    notice_id = int(request.match_info["id"])
    return {"status": await platform.notices.repeat(notice_id, str(body.get("tampering", "")))}


async def _notify(platform: Platform, request: web.Request) -> Body:
    platform.notices.switch(on=bool((await request.json())["on"]))
    return {"on": platform.notices.is_on}


async def _clock(platform: Platform, _: web.Request) -> Body:
    return clock_view(platform)


async def _move_clock(platform: Platform, request: web.Request) -> Body:
    body = await request.json()
    if "until" in body:
        until = datetime.fromisoformat(body["until"])
        if until.tzinfo is None:
            raise ValueError("until needs its zone")
        platform.clock.move_to(until)
    else:
        platform.clock.move(float(body["seconds"]))
    platform.due.wake()
    platform.feed.publish("clock")
    return clock_view(platform)


async def _counters(platform: Platform, _: web.Request) -> Body:
    return platform.counters.all()


async def _reset_counters(platform: Platform, _: web.Request) -> Body:
    platform.counters.reset()
    return {}


async def _list_faults(platform: Platform, _: web.Request) -> Body:
    return {"faults": [dict(row) for row in platform.faults.list_on()]}


async def _clear_faults(platform: Platform, _: web.Request) -> Body:
    platform.faults.clear()
    return {}


async def _add_fault(platform: Platform, request: web.Request) -> Body:
    body = await request.json()
    platform.faults.add(body["api"], body["fault"], int(body.get("times", 1)))
    return await _list_faults(platform, request)


async def _quotas(platform: Platform, request: web.Request) -> Body:
    body = await request.json()
    platform.counters.use_up(body["api"], int(body["used"]))
    return {}


async def _tokens(platform: Platform, _: web.Request) -> Body:
    return {"tokens": [dict(row) for row in platform.tokens.list_live()]}


async def _revoke(platform: Platform, request: web.Request) -> Body:
    body = await request.json() if request.can_read_body else {}
    return {"revoked": platform.tokens.revoke(body.get("app_id"))}


async def _template(platform: Platform, request: web.Request) -> Body:
    body = await request.json()
    platform.templates.register(body["id"], body["title"], body["content"])
    return {}


async def _rules(_: Platform, __: web.Request) -> Body:
    return {"rules": [asdict(rule) for rule in all_rules()]}


async def _media(request: web.Request) -> web.Response:
    row = request.app[PLATFORM].media.find(request.match_info["media_id"])
    if row is None:
        raise web.HTTPNotFound
    return web.Response(
        body=row["content"],
        content_type=row["content_type"],
        headers={"Cache-Control": "private, max-age=86400"},
    )


async def _stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    await response.prepare(request)
    # A page that goes away is no error.
    with request.app[PLATFORM].feed.listen() as changes, suppress(ConnectionError):
        await response.write(b"retry: 500\n\n")
        while (change := await changes.get()) is not None:
            await response.write(f"data: {json.dumps(change)}\n\n".encode())
    return response


_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/state", _state),
    ("GET", "/callbacks", _callbacks),
    ("POST", "/callbacks/{id}/repeat", _repeat_callback),
    ("POST", "/probe", _probe),
    ("GET", "/payments", _payments),
    ("POST", "/sheet", _sheet),
    ("POST", "/payments/{id}/pay", _pay),
    ("POST", "/payments/{id}/cancel", _cancel),
    ("GET", "/refunds", _refunds),
    ("POST", "/withdraw", _withdraw),
    ("GET", "/notices", _notices),
    ("POST", "/notices/{id}/repeat", _repeat_notice),
    ("POST", "/notify", _notify),
    ("GET", "/clock", _clock),
    ("POST", "/clock", _move_clock),
    ("GET", "/counters", _counters),
    ("DELETE", "/counters", _reset_counters),
    ("GET", "/faults", _list_faults),
    ("DELETE", "/faults", _clear_faults),
    ("POST", "/faults", _add_fault),
    ("POST", "/quotas", _quotas),
    ("GET", "/tokens", _tokens),
    ("POST", "/tokens/revoke", _revoke),
    ("POST", "/templates", _template),
    ("GET", "/rules", _rules),
)
