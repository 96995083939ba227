"""The paths of https://qyapi.weixin.qq.com, below `/wecom`.

Errors are `errcode` answers with status 200. Without a corp in the settings there is no path.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import BodyPartReader, web

from bot.sandbox.errors import WeChatError
from bot.sandbox.platform import PLATFORM, Platform
from bot.sandbox.wecom.corp import Corp
from bot.sandbox.wecom.errors import WeComError
from bot.sandbox.wecom.outreach_api import OUTREACH
from bot.sandbox.wecom.rules import CALLS_A_MINUTE, CALLS_AN_HOUR, KF_CUSTOMERS, KF_SCENE_BYTES

type Body = dict[str, Any]
type Answer = Body | web.Response
type Plain = Callable[[Corp, Body], Body]
"""An API of a JSON body, or of a query, which comes as one."""

_LARGEST_UPLOAD = 24 * 1024**2
_FOR_MOMENTS = "1"


def add_wecom_routes(app: web.Application, prefix: str = "/wecom/cgi-bin") -> None:
    """Add every path of a corp; a known one with the wrong method is 43002."""
    if app[PLATFORM].corp is None:
        return
    app.router.add_get(f"{prefix}/gettoken", _answering("gettoken", _token))
    app.router.add_post(f"{prefix}/media/upload", _answering("wecom/media/upload", _upload))
    attach = _answering("wecom/media/upload_attachment", _upload_for_moments)
    app.router.add_post(f"{prefix}/media/upload_attachment", attach)
    app.router.add_get(f"{prefix}/media/get", _answering("wecom/media/get", _download))
    both = (*_PLAIN, *OUTREACH)
    for method, api, plain in both:
        app.router.add_route(method, f"{prefix}/{api}", _answering(api, _with_body(plain)))
    for api in {api for _, api, _ in both} - {api for method, api, _ in both if method == "GET"}:
        app.router.add_get(f"{prefix}/{api}", _answering(api, _require_post))


def _answering(
    api: str, handler: Callable[[Corp, web.Request], Awaitable[Answer]]
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        platform = request.app[PLATFORM]
        platform.counters.add(f"calls:{api}")

        async def run() -> web.StreamResponse:
            try:
                _spend(platform, api)
                body = await handler(_corp(platform), request)
            except WeChatError as error:
                return _refusal(platform, api, error)
            platform.counters.add(f"accepted:{api}")
            if isinstance(body, web.Response):
                return body
            return web.json_response({"errcode": 0, "errmsg": "ok", **body})

        def fail(code: str) -> web.StreamResponse:
            return _refusal(platform, api, WeChatError(int(code)))

        return await platform.faults.answer(api, request, run, fail)

    return answer


def _corp(platform: Platform) -> Corp:
    if platform.corp is None:
        raise WeComError(40013)
    return platform.corp


def _spend(platform: Platform, api: str) -> None:
    for allowed, seconds in ((CALLS_A_MINUTE.value, 60), (CALLS_AN_HOUR.value, 3600)):
        platform.counters.spend_window(f"wecom:{api}", allowed=allowed, seconds=seconds, code=45009)


def _refusal(platform: Platform, api: str, error: WeChatError) -> web.Response:
    platform.counters.add(f"errors:{api}:{error.code}")
    return web.json_response({"errcode": error.code, "errmsg": f"{error.message}, hint: sandbox"})


def _with_body(plain: Plain) -> Callable[[Corp, web.Request], Awaitable[Body]]:
    async def checked(corp: Corp, request: web.Request) -> Body:
        corp.tokens.check(request.query.get("access_token", ""))
        return plain(corp, await _read(request) if request.method == "POST" else {**request.query})

    return checked


async def _read(request: web.Request) -> Body:
    raw = await request.read()
    if not raw:
        raise WeComError(44002)
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise WeComError(47001) from error
    if not isinstance(body, dict):
        raise WeComError(47001)
    return body


async def _require_post(_: Corp, __: web.Request) -> Body:
    raise WeComError(43002)


async def _token(corp: Corp, request: web.Request) -> Body:
    query = request.query
    value, seconds = corp.tokens.current(query.get("corpid", ""), query.get("corpsecret", ""))
    return {"access_token": value, "expires_in": seconds}


async def _upload(corp: Corp, request: web.Request) -> Body:
    corp.tokens.check(request.query.get("access_token", ""))
    kind = request.query.get("type", "")
    media_id, created_at = corp.media.keep(kind, *await _read_file(request))
    return {"type": kind, "media_id": media_id, "created_at": str(created_at)}


async def _upload_for_moments(corp: Corp, request: web.Request) -> Body:
    corp.tokens.check(request.query.get("access_token", ""))
    if request.query.get("attachment_type") != _FOR_MOMENTS:
        raise WeComError(40058, "attachment_type")  # 商品图册, which takes 2, is not played here.
    kind = request.query.get("media_type", "")
    media_id, created_at = corp.media.keep_for_moments(kind, *await _read_file(request))
    return {"type": kind, "media_id": media_id, "created_at": created_at}


async def _read_file(request: web.Request) -> tuple[bytes, str]:
    """The content and the name of what is uploaded."""
    if not request.content_type.startswith("multipart/"):
        raise WeComError(41005)
    content, name = b"", ""
    async for part in await request.clone(client_max_size=_LARGEST_UPLOAD).multipart():
        if isinstance(part, BodyPartReader) and part.name == "media" and part.filename:
            content, name = bytes(await part.read()), part.filename
    return content, name


async def _download(corp: Corp, request: web.Request) -> web.Response:
    corp.tokens.check(request.query.get("access_token", ""))
    row = corp.media.download(request.query.get("media_id"))
    headers = {"Content-Disposition": f'attachment; filename="{row["kind"]}"'}
    return web.Response(body=row["content"], content_type=row["content_type"], headers=headers)


def _state(corp: Corp, body: Body) -> Body:
    open_kfid = corp.kf_log.check_account(body.get("open_kfid"))
    row = corp.sessions.of(corp.people.called(body.get("external_userid")), open_kfid)
    servicer = {"servicer_userid": row["servicer"]} if row["servicer"] else {}
    return {"service_state": row["state"], **servicer}


def _move(corp: Corp, body: Body) -> Body:
    open_kfid = corp.kf_log.check_account(body.get("open_kfid"))
    person, servicer = corp.people.called(body.get("external_userid")), body.get("servicer_userid")
    code = corp.sessions.move(person, open_kfid, body.get("service_state"), str(servicer or ""))
    return {"msg_code": code} if code else {}


def _accounts(corp: Corp, _: Body) -> Body:
    name = corp.known_as.name
    return {
        "account_list": [
            {"open_kfid": each, "name": name, "avatar": "", "manage_privilege": True}
            for each in corp.kf_log.accounts()
        ]
    }


def _servicers(corp: Corp, body: Body) -> Body:
    corp.kf_log.check_account(body.get("open_kfid"))
    # Here 0 is 接待中; in servicer_status_change it is 1.
    return {
        "servicer_list": [
            {"userid": each["userid"], "status": 0 if each["is_receiving"] else 1}
            for each in corp.people.staff()
            if each["is_servicer"]
        ]
    }


def _contact_way(corp: Corp, body: Body) -> Body:
    open_kfid, scene = corp.kf_log.check_account(body.get("open_kfid")), str(body.get("scene", ""))
    if len(scene.encode()) > KF_SCENE_BYTES.value:
        raise WeComError(40058, "scene")
    return {"url": f"https://work.weixin.qq.com/kfid/{open_kfid}?enc_scene={scene}"}


def _customers(corp: Corp, body: Body) -> Body:
    wanted = body.get("external_userid_list")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= KF_CUSTOMERS.value:
        raise WeComError(40058, "external_userid_list")
    known = {row["external_userid"]: row for row in corp.people.among(wanted)}
    return {
        "customer_list": [
            {
                "external_userid": each,
                "nickname": known[each]["nickname"],
                "avatar": "",
                "gender": 0,
                "unionid": known[each]["unionid"],
            }
            for each in wanted
            if each in known
        ],
        "invalid_external_userid": [each for each in wanted if each not in known],
    }


def _welcome(corp: Corp, body: Body) -> Body:
    corp.contacts.welcome(body)
    return {}


def _mark(corp: Corp, body: Body) -> Body:
    corp.contacts.mark(body)
    return {}


def _remark(corp: Corp, body: Body) -> Body:
    corp.contacts.remark(body)
    return {}


def _add_way(corp: Corp, body: Body) -> Body:
    config_id = corp.contacts.put_way(body)
    return {"config_id": config_id, "qr_code": f"https://wework.qpic.cn/wwpic/{config_id}/0"}


def _update_way(corp: Corp, body: Body) -> Body:
    corp.contacts.put_way(body, str(body.get("config_id") or "-"))
    return {}


_PLAIN: tuple[tuple[str, str, Plain], ...] = (
    ("POST", "kf/sync_msg", lambda corp, body: corp.kf_log.sync(body)),
    ("POST", "kf/send_msg", lambda corp, body: {"msgid": corp.kf_sending.send(body)}),
    (
        "POST",
        "kf/send_msg_on_event",
        lambda corp, body: {"msgid": corp.kf_sending.send_on_event(body)},
    ),
    ("POST", "kf/service_state/get", _state),
    ("POST", "kf/service_state/trans", _move),
    ("POST", "kf/account/list", _accounts),
    ("GET", "kf/account/list", _accounts),
    ("GET", "kf/servicer/list", _servicers),
    ("POST", "kf/add_contact_way", _contact_way),
    ("POST", "kf/customer/batchget", _customers),
    ("GET", "agent/get", lambda corp, body: corp.app.details(body.get("agentid", ""))),
    ("POST", "message/send", lambda corp, body: corp.app.send(body)),
    ("POST", "message/update_template_card", lambda corp, body: corp.app.update(body)),
    ("POST", "externalcontact/send_welcome_msg", _welcome),
    (
        "GET",
        "externalcontact/get",
        lambda corp, body: corp.contacts.details(body.get("external_userid", "")),
    ),
    (
        "GET",
        "externalcontact/get_follow_user_list",
        lambda corp, _: {"follow_user": corp.contacts.follow_users()},
    ),
    (
        "POST",
        "externalcontact/get_corp_tag_list",
        lambda corp, _: {"tag_group": corp.contacts.corp_tags()},
    ),
    (
        "POST",
        "externalcontact/add_corp_tag",
        lambda corp, body: {"tag_group": corp.contacts.add_corp_tag(body)},
    ),
    ("POST", "externalcontact/mark_tag", _mark),
    ("POST", "externalcontact/remark", _remark),
    ("POST", "externalcontact/add_contact_way", _add_way),
    ("POST", "externalcontact/update_contact_way", _update_way),
)
