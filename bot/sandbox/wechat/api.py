"""The paths of https://api.weixin.qq.com, below `/wechat`.

Errors are `errcode` answers with status 200; JSON travels as text/plain, as it does there.
"""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import BodyPartReader, web

from bot.sandbox.errors import WeChatError
from bot.sandbox.platform import PLATFORM, Platform
from bot.sandbox.wechat.qrcode import mini_program_code

_LARGEST_UPLOAD = 12 * 1024 * 1024

type Body = dict[str, Any]
type Answer = Body | web.Response
type Handler = Callable[[Platform, web.Request], Awaitable[Answer]]
type AppHandler = Callable[[Platform, web.Request, str], Awaitable[Answer]]

# A \uXXXX escape of a character that should have been sent as UTF-8 (全局返回码 40033).
_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\u(?!00[0-7])[0-9a-fA-F]{4}")


def add_wechat_routes(app: web.Application, prefix: str = "/wechat") -> None:
    """Add every path; an unknown one is 404, a known one with the wrong method 43002."""
    for method, path, api, handler in _ROUTES:
        app.router.add_route(method, prefix + path, _answering(api, handler))
        if method == "POST":
            app.router.add_get(prefix + path, _answering(api, _require_post))


def _answering(
    api: str, handler: Handler
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        platform = request.app[PLATFORM]
        platform.counters.add(f"calls:{api}")

        async def run() -> web.StreamResponse:
            try:
                platform.counters.spend(api)
                body = await handler(platform, request)
            except WeChatError as error:
                return _refusal(platform, api, error)
            platform.counters.add(f"accepted:{api}")
            return body if isinstance(body, web.Response) else _json(body)

        def fail(code: str) -> web.StreamResponse:
            return _refusal(platform, api, WeChatError(int(code)))

        return await platform.faults.answer(api, request, run, fail)

    return answer


def _refusal(platform: Platform, api: str, error: WeChatError) -> web.Response:
    platform.counters.add(f"errors:{api}:{error.code}")
    return _json({"errcode": error.code, "errmsg": f"{error.message} rid: sandbox"})


def _json(body: Body) -> web.Response:
    return web.Response(text=json.dumps(body, ensure_ascii=False), content_type="text/plain")


def _with_token(handler: AppHandler) -> Handler:
    async def checked(platform: Platform, request: web.Request) -> Answer:
        app_id = platform.tokens.app_of(request.query.get("access_token", ""))
        return await handler(platform, request, app_id)

    return checked


async def _read(request: web.Request, *, utf8_only: bool = False) -> Body:
    """The JSON object of the request; raises 44002, 47001 or 40033."""
    raw = await request.read()
    if not raw:
        raise WeChatError(44002)
    try:
        text = raw.decode()
        body = json.loads(text)
    except ValueError as error:
        raise WeChatError(47001) from error
    if not isinstance(body, dict):
        raise WeChatError(47001)
    if utf8_only and _ESCAPED.search(text):
        raise WeChatError(40033)
    return body


async def _require_post(_: Platform, __: web.Request) -> Body:
    raise WeChatError(43002)


async def _token(platform: Platform, request: web.Request) -> Body:
    query = request.query
    if query.get("grant_type") != "client_credential":
        raise WeChatError(40002)
    platform.tokens.check_app(query.get("appid", ""), query.get("secret", ""))
    value, seconds = platform.tokens.plain(query["appid"])
    return {"access_token": value, "expires_in": seconds}


async def _stable_token(platform: Platform, request: web.Request) -> Body:
    body = await _read(request)
    if body.get("grant_type") != "client_credential":
        raise WeChatError(40002)
    platform.tokens.check_app(str(body.get("appid", "")), str(body.get("secret", "")))
    value, seconds = platform.tokens.stable(
        body["appid"], force_refresh=body.get("force_refresh") is True
    )
    return {"access_token": value, "expires_in": seconds}


async def _send(platform: Platform, request: web.Request, app_id: str) -> Body:
    body = await _read(request, utf8_only=True)
    if app_id != platform.settings.official_account.app_id:
        raise WeChatError(40003)  # The mini-program's own customer service is not simulated.
    platform.customer_service.send(body)
    return {"errcode": 0, "errmsg": "ok"}


async def _typing(platform: Platform, request: web.Request, _: str) -> Body:
    platform.customer_service.set_typing(await _read(request))
    return {"errcode": 0, "errmsg": "ok"}


async def _upload(platform: Platform, request: web.Request, app_id: str) -> Body:
    kind = request.query.get("type", "")
    if not request.content_type.startswith("multipart/"):
        raise WeChatError(41005)
    content = b""
    # The server that this is mounted in may take less than WeChat does.
    roomy = request.clone(client_max_size=_LARGEST_UPLOAD)
    async for part in await roomy.multipart():
        # WeChat takes the file by its field name and insists on a file name.
        if isinstance(part, BodyPartReader) and part.name == "media" and part.filename:
            content = bytes(await part.read())
    media_id, created_at = platform.media.upload(app_id, kind, content)
    return {"type": kind, "media_id": media_id, "created_at": created_at}


async def _download(platform: Platform, request: web.Request, _: str) -> web.Response:
    row = platform.media.find(platform.media.check(request.query.get("media_id")))
    if row is None:
        raise WeChatError(40007)
    return web.Response(
        body=row["content"],
        content_type=row["content_type"],
        headers={"Content-Disposition": 'attachment; filename="media"'},
    )


async def _user(platform: Platform, request: web.Request, _: str) -> Body:
    fan = platform.fans.find_by_openid(request.query.get("openid", ""))
    if fan is None:
        raise WeChatError(40003)
    if not fan["subscribed"]:
        return {"subscribe": 0, "openid": fan["openid"]}
    # Nickname and picture have not been told since 2021-12 (获取用户基本信息 docs).
    return {
        "subscribe": 1,
        "openid": fan["openid"],
        "language": "zh_CN",
        "subscribe_time": int(fan["subscribed_at"]),
        "unionid": fan["unionid"],
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": fan["subscribe_scene"],
        "qr_scene": 0,
        "qr_scene_str": "",
    }


async def _qr_code(platform: Platform, request: web.Request, _: str) -> Body:
    return platform.qr_codes.create(await _read(request))


async def _show_qr_code(platform: Platform, request: web.Request) -> web.Response:
    picture = platform.qr_codes.picture(request.query.get("ticket", ""))
    if picture is None:
        return web.Response(status=404)
    return web.Response(body=picture, content_type="image/png")


async def _create_menu(platform: Platform, request: web.Request, app_id: str) -> Body:
    platform.menus.create(app_id, await _read(request, utf8_only=True))
    return {"errcode": 0, "errmsg": "ok"}


async def _delete_menu(platform: Platform, _: web.Request, app_id: str) -> Body:
    platform.menus.delete(app_id)
    return {"errcode": 0, "errmsg": "ok"}


async def _menu_info(platform: Platform, _: web.Request, app_id: str) -> Body:
    menu = platform.menus.find(app_id)
    return {"is_menu_open": int(menu is not None), "selfmenu_info": menu or {}}


async def _template(platform: Platform, request: web.Request, _: str) -> Body:
    msg_id = platform.templates.send(await _read(request))
    return {"errcode": 0, "errmsg": "ok", "msgid": msg_id}


async def _subscription(platform: Platform, request: web.Request, app_id: str) -> Body:
    platform.subscriptions.send(app_id, await _read(request, utf8_only=True))
    return {"errcode": 0, "errmsg": "ok"}


async def _session(platform: Platform, request: web.Request) -> Body:
    query = request.query
    platform.tokens.check_app(query.get("appid", ""), query.get("secret", ""))
    if query["appid"] != platform.settings.mini_program.app_id:
        raise WeChatError(40013)
    if query.get("grant_type") != "authorization_code":
        raise WeChatError(40002)
    return dict(platform.logins.session(query.get("js_code", "")))


def _of_mini_program(handler: Callable[[Platform, Body], Answer]) -> Handler:
    """An API of the mini-program: the official account's token is not let in."""

    async def checked(platform: Platform, request: web.Request, app_id: str) -> Answer:
        if app_id != platform.settings.mini_program.app_id:
            raise WeChatError(48001)
        return handler(platform, await _read(request, utf8_only=True))

    return _with_token(checked)


def _mini_program_code(_: Platform, body: Body) -> web.Response:
    return web.Response(body=mini_program_code(body), content_type="image/png")


def _upload_shipping_info(platform: Platform, body: Body) -> Body:
    platform.shipping_info.upload(body)
    return {"errcode": 0, "errmsg": "ok"}


def _get_order(platform: Platform, body: Body) -> Body:
    return {"errcode": 0, "errmsg": "ok", "order": platform.shipping_info.order(body)}


_ROUTES: tuple[tuple[str, str, str, Handler], ...] = (
    ("GET", "/cgi-bin/token", "token", _token),
    ("POST", "/cgi-bin/stable_token", "stable_token", _stable_token),
    ("POST", "/cgi-bin/message/custom/send", "custom/send", _with_token(_send)),
    ("POST", "/cgi-bin/message/custom/typing", "custom/typing", _with_token(_typing)),
    ("POST", "/cgi-bin/media/upload", "media/upload", _with_token(_upload)),
    ("GET", "/cgi-bin/media/get", "media/get", _with_token(_download)),
    ("GET", "/cgi-bin/user/info", "user/info", _with_token(_user)),
    ("POST", "/cgi-bin/qrcode/create", "qrcode/create", _with_token(_qr_code)),
    ("GET", "/cgi-bin/showqrcode", "showqrcode", _show_qr_code),
    (
        "POST",
        "/wxa/getwxacodeunlimit",
        "getwxacodeunlimit",
        _of_mini_program(_mini_program_code),
    ),
    ("POST", "/cgi-bin/menu/create", "menu/create", _with_token(_create_menu)),
    ("GET", "/cgi-bin/menu/delete", "menu/delete", _with_token(_delete_menu)),
    ("GET", "/cgi-bin/get_current_selfmenu_info", "menu/info", _with_token(_menu_info)),
    ("POST", "/cgi-bin/message/template/send", "template/send", _with_token(_template)),
    ("POST", "/cgi-bin/message/subscribe/send", "subscribe/send", _with_token(_subscription)),
    (
        "POST",
        "/wxa/sec/order/upload_shipping_info",
        "upload_shipping_info",
        _of_mini_program(_upload_shipping_info),
    ),
    ("POST", "/wxa/sec/order/get_order", "order/get_order", _of_mini_program(_get_order)),
    ("GET", "/sns/jscode2session", "jscode2session", _session),
)
