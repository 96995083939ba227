"""The part of the control API that is about WeCom, below `/sandbox/control/wecom`.

GET  /state → {"is_on","accounts","people","staff","sessions","callbacks"}
POST /people {"nickname"?, "fan_id"?} → {"person_id","nickname","external_userid","unionid"}
POST /people/{id}/enter {"open_kfid"?, "scene"?, "scene_param"?} → {"welcome_code"}
POST /people/{id}/messages {"open_kfid"?, "type", …} → {"item_id","msgid"}; type text {"content"},
     image, voice, video, file {"content"?: base64, "name"?}, location, link, miniprogram,
     business_card {"fields"}
POST /people/{id}/taps {"item_id","option"}: by the option's id or words
POST /people/{id}/recall {"item_id"} · POST /people/{id}/reject {"open_kfid"?, "on"}
POST /people/{id}/fail {"fail_type"}: the next message is taken, then not delivered
GET  /people/{id}/items?after=0 → {"items": [{"item_id","account","direction":
     "customer|shop|servicer|platform","kind","payload","msgid","at"}]}
POST /staff {"userid","name","is_servicer"?: true} · POST /staff/{userid} {"is_receiving"}
GET  /staff/{userid}/cards → {"cards": [{"card_id","kind","content","replaced","at"}]}
POST /staff/{userid}/taps {"card_id","key"}: by the button's key or words
POST /staff/{userid}/claim|answer|transfer|end {"session_id","content"?, "to"?}
POST /contacts/add {"person_id","userid","state"?, "is_half"?} or {"person_id","config_id"}
POST /contacts/delete {"person_id","userid","by": "customer|member|transfer"}
POST /contacts/edit {"person_id","userid","remark"?, "add_tag"?, "remove_tag"?}: a member, by hand
POST /contacts/claim {"welcome_code"}: another app welcomes first (41096, then 41051)
POST /callbacks/{id}/repeat → {"status"} · POST /probe → {"echoed"}
Without `open_kfid` the first account is meant. Faults, counters and the clock are the platform's:
`kf/send_msg`, `gettoken`, `wecom/media/upload` … name the APIs.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.sandbox.control.views import moment
from bot.sandbox.errors import SandboxRefused, WeChatError
from bot.sandbox.platform import Platform
from bot.sandbox.store import Row
from bot.sandbox.wecom.corp import Corp

type Body = dict[str, Any]
type Handler = Callable[[Platform, web.Request], Awaitable[Body]]
type Act = Callable[[Corp, str, Body], Body | None]
"""What somebody (an id of the path) does, by a JSON body."""


def corp_of(platform: Platform) -> Corp:
    """The corp; SandboxRefused without one."""
    if platform.corp is None:
        raise SandboxRefused("no corp: run `python -m bot.sandbox keys` once more")
    return platform.corp


def doing(act: Act) -> Handler:
    """A route by which somebody does something; what WeCom refuses is a 409 with its words."""

    async def handle(platform: Platform, request: web.Request) -> Body:
        body = await request.json() if request.can_read_body else {}
        try:
            done = act(corp_of(platform), request.match_info.get("id", ""), body)
        except WeChatError as error:
            raise SandboxRefused(error.message) from error
        platform.feed.publish("wecom")
        return done or {}

    return handle


def _account(corp: Corp, body: Body) -> str:
    return str(body.get("open_kfid") or corp.kf_log.accounts()[0])


async def _state(platform: Platform, _: web.Request) -> Body:
    corp = platform.corp
    if corp is None:
        return {"is_on": False}
    return {
        "is_on": True,
        "name": corp.known_as.name,
        "accounts": list(corp.kf_log.accounts()),
        "people": [_person_view(row) for row in corp.people.list_latest()],
        "staff": [dict(row) for row in corp.people.staff()],
        "sessions": [_session_view(row) for row in corp.sessions.list_all()],
        "contacts": [dict(row) for row in corp.contacts.list_latest()],
        "callbacks": [dict(row) for row in corp.callbacks.list_latest()],
    }


async def _items(platform: Platform, request: web.Request) -> Body:
    person_id, after = int(request.match_info["id"]), int(request.query.get("after", "0"))
    rows = corp_of(platform).people.items(person_id, after)
    return {"items": [_item_view(row) for row in rows]}


async def _cards(platform: Platform, request: web.Request) -> Body:
    rows = corp_of(platform).app.of(request.match_info["id"])
    return {
        "cards": [
            {
                "card_id": row["id"],
                "kind": row["kind"],
                "content": json.loads(row["content"]),
                "replaced": row["replaced"],
                "at": moment(row["created_at"]),
            }
            for row in rows
        ]
    }


async def _repeat(platform: Platform, request: web.Request) -> Body:
    status, _ = await corp_of(platform).callbacks.post(int(request.match_info["id"]))
    return {"status": status}


async def _probe(platform: Platform, _: web.Request) -> Body:
    return {"echoed": await corp_of(platform).callbacks.verify_url()}


def _create(corp: Corp, _: str, body: Body) -> Body:
    fan_id = body.get("fan_id")
    name = str(body.get("nickname", ""))
    return _person_view(corp.people.create(name, None if fan_id is None else int(fan_id)))


def _enter(corp: Corp, person: str, body: Body) -> Body:
    scene, param = str(body.get("scene", "")), str(body.get("scene_param", ""))
    return corp.phones.enter(int(person), _account(corp, body), scene, param)


def _reject(corp: Corp, person: str, body: Body) -> None:
    corp.phones.reject(int(person), _account(corp, body), is_on=bool(body["on"]))


def _hire(corp: Corp, _: str, body: Body) -> None:
    is_servicer = bool(body.get("is_servicer", True))
    corp.people.hire(str(body["userid"]), str(body["name"]), is_servicer=is_servicer)


def _add(corp: Corp, _: str, body: Body) -> Body:
    person_id = int(body["person_id"])
    if "config_id" in body:
        return corp.contacts.scan_way(person_id, str(body["config_id"]))
    state, is_half = str(body.get("state", "")), bool(body.get("is_half"))
    return corp.contacts.add(person_id, str(body["userid"]), state, is_half=is_half)


def _person_view(row: Row) -> Body:
    shown = {name: row[name] for name in ("nickname", "external_userid", "unionid", "fan_id")}
    return {"person_id": row["id"], **shown}


def _session_view(row: Row) -> Body:
    shown = {name: row[name] for name in ("person_id", "open_kfid", "state", "servicer", "sent")}
    return {"session_id": row["id"], **shown, "written_at": moment(row["written_at"])}


def _item_view(row: Row) -> Body:
    shown = {name: row[name] for name in ("account", "direction", "kind", "msgid")}
    payload = json.loads(row["payload"])
    return {"item_id": row["id"], **shown, "payload": payload, "at": moment(row["created_at"])}


_ACTS: tuple[tuple[str, Act], ...] = (
    ("/people", _create),
    ("/people/{id}/enter", _enter),
    (
        "/people/{id}/messages",
        lambda corp, who, body: corp.phones.write(int(who), _account(corp, body), body),
    ),
    (
        "/people/{id}/taps",
        lambda corp, who, body: corp.phones.tap(
            int(who), int(body["item_id"]), str(body["option"])
        ),
    ),
    (
        "/people/{id}/recall",
        lambda corp, who, body: corp.phones.recall(int(who), int(body["item_id"])),
    ),
    ("/people/{id}/reject", _reject),
    (
        "/people/{id}/fail",
        lambda corp, who, body: corp.people.fail_next(int(who), int(body["fail_type"])),
    ),
    ("/staff", _hire),
    (
        "/staff/{id}",
        lambda corp, who, body: corp.phones.switch(who, is_receiving=bool(body["is_receiving"])),
    ),
    (
        "/staff/{id}/taps",
        lambda corp, who, body: {
            "callback_id": corp.app.tap(who, int(body["card_id"]), str(body["key"]))
        },
    ),
    (
        "/staff/{id}/claim",
        lambda corp, who, body: corp.phones.claim(who, int(body["session_id"])),
    ),
    (
        "/staff/{id}/answer",
        lambda corp, who, body: corp.phones.answer(
            who, int(body["session_id"]), str(body["content"])
        ),
    ),
    (
        "/staff/{id}/transfer",
        lambda corp, who, body: corp.phones.transfer(who, int(body["session_id"]), str(body["to"])),
    ),
    ("/staff/{id}/end", lambda corp, who, body: corp.phones.end(who, int(body["session_id"]))),
    ("/contacts/add", _add),
    (
        "/contacts/edit",
        lambda corp, _, body: corp.contacts.edit(int(body["person_id"]), str(body["userid"]), body),
    ),
    ("/contacts/claim", lambda corp, _, body: corp.contacts.claim(str(body["welcome_code"]))),
    (
        "/contacts/delete",
        lambda corp, _, body: corp.contacts.delete(
            int(body["person_id"]), str(body["userid"]), str(body["by"])
        ),
    ),
)

ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/wecom/state", _state),
    ("GET", "/wecom/people/{id}/items", _items),
    ("GET", "/wecom/staff/{id}/cards", _cards),
    ("POST", "/wecom/callbacks/{id}/repeat", _repeat),
    ("POST", "/wecom/probe", _probe),
    *(("POST", f"/wecom{path}", doing(act)) for path, act in _ACTS),
)
