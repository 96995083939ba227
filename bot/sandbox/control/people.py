"""The part of the control API that is about people and what they do on the phone."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import ClientError, ClientTimeout, web

from bot.sandbox.control.views import fan_view, item_view
from bot.sandbox.errors import SandboxRefused
from bot.sandbox.platform import HTTP, Platform

type Body = dict[str, Any]
type Handler = Callable[[Platform, web.Request], Awaitable[Body]]


_SHOP_TIMEOUT = ClientTimeout(total=5)


def _fan_id(request: web.Request) -> int:
    return int(request.match_info["id"])


async def _list(platform: Platform, _: web.Request) -> Body:
    return {"fans": [fan_view(platform, fan) for fan in platform.fans.list_all()]}


async def _create(platform: Platform, request: web.Request) -> Body:
    body = await request.json() if request.can_read_body else {}
    fan = platform.fans.create(
        str(body.get("nickname", "")), subscribed=bool(body.get("subscribed", True))
    )
    return fan_view(platform, fan)


async def _get(platform: Platform, request: web.Request) -> Body:
    return fan_view(platform, platform.fans.get(_fan_id(request)))


async def _change(platform: Platform, request: web.Request) -> Body:
    body, fan = await request.json(), platform.fans.get(_fan_id(request))
    platform.fans.set_traits(
        fan["id"],
        refuses_templates=bool(body.get("refuses_templates", fan["refuses_templates"])),
        account_closed=bool(body.get("account_closed", fan["account_closed"])),
    )
    return fan_view(platform, platform.fans.get(fan["id"]))


async def _send(platform: Platform, request: web.Request) -> Body:
    return platform.customer.send(_fan_id(request), await request.json())


async def _tap(platform: Platform, request: web.Request) -> Body:
    body = await request.json()
    return platform.customer.tap_menu(_fan_id(request), int(body["item_id"]), str(body["option"]))


async def _event(platform: Platform, request: web.Request) -> Body:
    body, fan_id = await request.json(), _fan_id(request)
    event, ticket = str(body["event"]), str(body.get("ticket", ""))
    if event == "subscribe":
        return platform.customer.follow(fan_id, ticket)
    if event == "unsubscribe":
        return platform.customer.unfollow(fan_id)
    if event == "SCAN":
        return platform.customer.scan(fan_id, ticket)
    return platform.customer.act(
        fan_id, event, str(body.get("key", "")), str(body.get("menu_id", ""))
    )


async def _items(platform: Platform, request: web.Request) -> Body:
    fan = platform.fans.get(_fan_id(request))
    items = platform.chat.list_items(fan["id"], int(request.query.get("after", "0")))
    return {"items": [item_view(item) for item in items]}


async def _sends(platform: Platform, request: web.Request) -> Body:
    sent = platform.chat.list_sent(int(request.query.get("after", "0")))
    return {"sends": [{**item_view(item), "openid": item["openid"]} for item in sent]}


async def _lines(platform: Platform, request: web.Request) -> Body:
    """What the shop says that it understood: asked of the shop, which alone knows."""
    fan = platform.fans.get(_fan_id(request))
    url = f"{platform.settings.callback_url}/inspect/lines"
    asked = {"user": fan["openid"], "after": request.query.get("after", "0")}
    return await _of_shop(request, "GET", url, params=asked)


async def _ship(platform: Platform, request: web.Request) -> Body:
    """The merchant hands the person's latest paid order to a carrier; the shop does it."""
    fan = platform.fans.get(_fan_id(request))
    url = f"{platform.settings.callback_url}/inspect/ship"
    return await _of_shop(request, "POST", url, json={"user": fan["openid"]})


async def _after_sale(platform: Platform, request: web.Request) -> Body:
    """The merchant decides the person's latest request after buying; the shop does it."""
    fan, body = platform.fans.get(_fan_id(request)), await request.json()
    url = f"{platform.settings.callback_url}/inspect/after-sale"
    wanted = {"user": fan["openid"], "move": str(body["move"])}
    return await _of_shop(request, "POST", url, json=wanted)


async def _withdrawal(platform: Platform, request: web.Request) -> Body:
    """The merchant decides the person's latest withdrawal of commission; the shop does it."""
    fan, body = platform.fans.get(_fan_id(request)), await request.json()
    url = f"{platform.settings.callback_url}/inspect/withdrawal"
    wanted = {"user": fan["openid"], "move": str(body["move"])}
    return await _of_shop(request, "POST", url, json=wanted)


async def _of_shop(request: web.Request, method: str, url: str, **given: Any) -> Body:
    try:
        async with request.app[HTTP].request(method, url, timeout=_SHOP_TIMEOUT, **given) as answer:
            body = dict(await answer.json())
    except (ClientError, TimeoutError) as error:
        raise SandboxRefused("the shop does not answer") from error
    if answer.status != web.HTTPOk.status_code:
        raise SandboxRefused(str(body.get("error", f"the shop refuses: {answer.status}")))
    return body


async def _login_code(platform: Platform, request: web.Request) -> Body:
    return {"code": platform.logins.code(platform.fans.get(_fan_id(request))["id"])}


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/fans", _list),
    ("POST", "/fans", _create),
    ("GET", "/fans/{id}", _get),
    ("PATCH", "/fans/{id}", _change),
    ("POST", "/fans/{id}/messages", _send),
    ("POST", "/fans/{id}/taps", _tap),
    ("POST", "/fans/{id}/events", _event),
    ("GET", "/fans/{id}/items", _items),
    ("GET", "/sends", _sends),
    ("GET", "/fans/{id}/lines", _lines),
    ("POST", "/fans/{id}/ship", _ship),
    ("POST", "/fans/{id}/after-sale", _after_sale),
    ("POST", "/fans/{id}/withdrawal", _withdrawal),
    ("POST", "/fans/{id}/login-code", _login_code),
)
