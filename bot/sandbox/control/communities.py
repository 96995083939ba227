"""The part of the control API about 客户群 and 企业群发, below `/sandbox/control/wecom`.

GET  /groups → {"groups": [{"chat_id","name","owner","notice","people","is_dismissed",
     "welcome_id"}], "codes": [join_way], "welcomes": [{"template_id", …}]}
POST /groups {"name","owner","person_ids"?: []} → {"chat_id"}
GET  /groups/{chat_id} → {"members": [{"userid","person_id","name","join_scene","state"}]}
GET  /groups/{chat_id}/items?after=0 → {"items": [{"item_id","sender","name","person_id","kind",
     "payload","at"}]}
POST /groups/{chat_id}/join {"person_ids","scene"?: 3, "invitor"?, "state"?}; scene 1 invited,
     2 by a link, 3 by the code · POST /groups/{chat_id}/leave {"person_ids","is_removed"?: false}
POST /groups/{chat_id}/messages {"person_id" or "userid","content"}: somebody says something
POST /groups/{chat_id}/change {"name"?, "notice"?, "owner"?} · POST /groups/{chat_id}/dismiss {}
POST /groups/{chat_id}/admins {"userid","on"} · POST /groups/{chat_id}/welcome {"template_id"}: ""
     for none · POST /join-ways/{config_id}/scan {"person_id"} → {"chat_id"}
POST /crowd {"count","userid"} → {"external_userids"}: customers who are contacts, untold
GET  /staff/{userid}/mass → {"tasks": [{"msgid","chat_type","text","attachments","created_at",
     "state","wanted","sent","failed","reminders","targets": [{"target","name","status"}]}]}, state
     waiting|declined|sent|partly|cancelled, the newest first
POST /staff/{userid}/mass/confirm {"msgid","chat_ids"?} → {"sent"}: all of it, or some groups
POST /staff/{userid}/mass/decline {"msgid"}
POST /mass {"policy"?: "month_days|week7|day1", "dispatch_seconds"?} → both as they are: the cap of
     what one may receive, and how long new tasks answer 41063 (default 0)
GET  /staff/{userid}/moments → {"moments": [{"moment_id","text","attachments","viewers","state",
     "created_at"}]}, state waiting|declined|published|cancelled
POST /staff/{userid}/moments/publish|decline {"moment_id"}
POST /staff/{userid}/moments {"text"} → {"moment_id"}: one of the member's own, published at once
GET  /people/{id}/moments → {"moments": [{"moment_id","name","text","attachments","at"}]}
POST /demo → {"is_new"}: three groups and a dozen people, unless there is a group already
POST /people/{id}/fan → {"fan_id"}: who the customer is in the mini-program
"""

import json
from typing import Any

from aiohttp import web

from bot.sandbox.control.views import moment
from bot.sandbox.control.wecom import Act, Handler, corp_of, doing
from bot.sandbox.errors import SandboxRefused
from bot.sandbox.platform import Platform
from bot.sandbox.store import Row
from bot.sandbox.wecom.corp import Corp
from bot.sandbox.wecom.demo import set_up_demo

type Body = dict[str, Any]


async def _groups(platform: Platform, _: web.Request) -> Body:
    corp = corp_of(platform)
    return {
        "groups": [_group_view(row) for row in corp.groups.list_all()],
        "codes": corp.group_codes.list_all(),
        "welcomes": [
            {"template_id": row["template_id"], **json.loads(row["body"])}
            for row in corp.group_welcomes.list_all()
        ],
    }


async def _members(platform: Platform, request: web.Request) -> Body:
    names = ("userid", "person_id", "name", "join_scene", "state")
    rows = corp_of(platform).groups.members(request.match_info["id"])
    return {"members": [{name: row[name] for name in names} for row in rows]}


async def _items(platform: Platform, request: web.Request) -> Body:
    after = int(request.query.get("after", "0"))
    rows = corp_of(platform).groups.items(request.match_info["id"], after)
    return {"items": [_item_view(row) for row in rows]}


async def _mass(platform: Platform, request: web.Request) -> Body:
    phones, userid = corp_of(platform).mass_phones, request.match_info["id"]
    return {
        "tasks": [_task_view(row, phones.targets(row["id"], userid)) for row in phones.of(userid)]
    }


async def _moment_tasks(platform: Platform, request: web.Request) -> Body:
    rows = corp_of(platform).moments.of(request.match_info["id"])
    return {"moments": [_moment_task_view(row) for row in rows]}


async def _moments(platform: Platform, request: web.Request) -> Body:
    rows = corp_of(platform).moments.seen_by(int(request.match_info["id"]))
    return {
        "moments": [
            {
                "moment_id": row["moment_id"],
                "name": row["name"],
                **json.loads(row["body"]),
                "at": moment(row["published_at"]),
            }
            for row in rows
        ]
    }


def _create(corp: Corp, _: str, body: Body) -> Body:
    person_ids = [int(each) for each in body.get("person_ids", [])]
    return {
        "chat_id": corp.groups.create(str(body["name"]), str(body["owner"]), person_ids)["chat_id"]
    }


def _join(corp: Corp, chat_id: str, body: Body) -> None:
    corp.groups.join(
        chat_id,
        [int(each) for each in body["person_ids"]],
        int(body.get("scene", 3)),
        invitor=str(body.get("invitor", "")),
        state=str(body.get("state", "")),
    )


def _leave(corp: Corp, chat_id: str, body: Body) -> None:
    person_ids = [int(each) for each in body["person_ids"]]
    corp.groups.leave(chat_id, person_ids, is_removed=bool(body.get("is_removed")))


def _say(corp: Corp, chat_id: str, body: Body) -> Body:
    corp.groups.get(chat_id)
    person = body.get("person_id")
    sender = (
        str(corp.people.member(body["userid"])["userid"])
        if person is None
        else str(corp.people.get(int(person))["external_userid"])
    )
    if sender not in {row["userid"] for row in corp.groups.members(chat_id)}:
        raise SandboxRefused("only who is in the group can say something")
    return {"item_id": corp.groups.show(chat_id, sender, "text", {"content": str(body["content"])})}


def _admin(corp: Corp, chat_id: str, body: Body) -> None:
    corp.groups.promote(chat_id, str(body["userid"]), is_admin=bool(body["on"]))


def _confirm(corp: Corp, userid: str, body: Body) -> Body:
    chat_ids = body.get("chat_ids")
    chosen = None if chat_ids is None else [str(each) for each in chat_ids]
    return {"sent": corp.mass_phones.confirm(userid, str(body["msgid"]), chosen)}


def _switch(corp: Corp, _: str, body: Body) -> Body:
    switches = corp.switches
    if "policy" in body:
        switches.set_mass_policy(str(body["policy"]))
    if "dispatch_seconds" in body:
        switches.set_dispatch_seconds(float(body["dispatch_seconds"]))
    return {"policy": switches.mass_policy, "dispatch_seconds": switches.dispatch_seconds}


def _crowd(corp: Corp, _: str, body: Body) -> Body:
    return {"external_userids": corp.people.create_many(int(body["count"]), str(body["userid"]))}


def _group_view(row: Row) -> Body:
    shown = ("chat_id", "name", "owner", "notice", "people", "welcome_id")
    return {**{name: row[name] for name in shown}, "is_dismissed": row["dismissed_at"] is not None}


def _item_view(row: Row) -> Body:
    shown = {name: row[name] for name in ("sender", "name", "person_id", "kind")}
    payload = json.loads(row["payload"])
    return {"item_id": row["id"], **shown, "payload": payload, "at": moment(row["created_at"])}


def _task_view(row: Row, targets: list[Row]) -> Body:
    kept = json.loads(row["body"])
    shown = ("msgid", "chat_type", "wanted", "sent", "failed", "reminders")
    return {
        **{name: row[name] for name in shown},
        "text": kept["text"].get("content", ""),
        "attachments": kept["attachments"],
        "created_at": moment(row["created_at"]),
        "state": _state_of(row),
        "targets": [dict(each) for each in targets],
    }


def _moment_task_view(row: Row) -> Body:
    return {
        "moment_id": row["moment_id"],
        **json.loads(row["body"]),
        "viewers": row["viewers"],
        "state": _moment_state_of(row),
        "created_at": moment(row["created_at"]),
    }


def _moment_state_of(row: Row) -> str:
    if row["published_at"] is not None:
        return "published"
    if row["stopped_at"] is not None:
        return "cancelled"
    return "waiting" if row["declined_at"] is None else "declined"


def _state_of(row: Row) -> str:
    is_left = row["sent"] + row["failed"] < row["wanted"]
    if row["sent_at"] is not None:
        return "partly" if is_left and row["cancelled_at"] is None else "sent"
    if row["cancelled_at"] is not None:
        return "cancelled"
    return "waiting" if row["declined_at"] is None else "declined"


_ACTS: tuple[tuple[str, Act], ...] = (
    ("/groups", _create),
    ("/groups/{id}/join", _join),
    ("/groups/{id}/leave", _leave),
    ("/groups/{id}/messages", _say),
    ("/groups/{id}/change", lambda corp, chat_id, body: corp.groups.change(chat_id, body)),
    ("/groups/{id}/dismiss", lambda corp, chat_id, _: corp.groups.dismiss(chat_id)),
    ("/groups/{id}/admins", _admin),
    (
        "/groups/{id}/welcome",
        lambda corp, chat_id, body: corp.groups.select_welcome(chat_id, str(body["template_id"])),
    ),
    (
        "/join-ways/{id}/scan",
        lambda corp, config_id, body: {
            "chat_id": corp.group_codes.scan(int(body["person_id"]), config_id)
        },
    ),
    ("/crowd", _crowd),
    ("/staff/{id}/mass/confirm", _confirm),
    (
        "/staff/{id}/mass/decline",
        lambda corp, userid, body: corp.mass_phones.decline(userid, str(body["msgid"])),
    ),
    (
        "/staff/{id}/moments",
        lambda corp, userid, body: {"moment_id": corp.moments.post(userid, str(body["text"]))},
    ),
    (
        "/staff/{id}/moments/publish",
        lambda corp, userid, body: corp.moments.publish(userid, str(body["moment_id"])),
    ),
    (
        "/staff/{id}/moments/decline",
        lambda corp, userid, body: corp.moments.decline(userid, str(body["moment_id"])),
    ),
    ("/mass", _switch),
    (
        "/demo",
        lambda corp, _, __: {"is_new": set_up_demo(corp.people, corp.contacts, corp.groups)},
    ),
    ("/people/{id}/fan", lambda corp, who, _: {"fan_id": corp.people.fan_of(int(who))}),
)

ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/wecom/groups", _groups),
    ("GET", "/wecom/groups/{id}", _members),
    ("GET", "/wecom/groups/{id}/items", _items),
    ("GET", "/wecom/staff/{id}/mass", _mass),
    ("GET", "/wecom/staff/{id}/moments", _moment_tasks),
    ("GET", "/wecom/people/{id}/moments", _moments),
    *(("POST", f"/wecom{path}", doing(act)) for path, act in _ACTS),
)
