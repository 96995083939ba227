"""Customer groups of the sandbox: lists, members, events, codes, and what newcomers read."""

import contextlib
import sqlite3
from collections.abc import Awaitable, Callable

import pytest

from tests.sandbox.corp import OTHER, SERVICER, CorpHands
from tests.sandbox.world import Json
from tools.run import fill_sandbox

CHAT = "externalcontact/groupchat"
WELCOME = "externalcontact/group_welcome_template"


async def _group(hands: CorpHands, *person_ids: int, owner: str = SERVICER) -> str:
    made = await hands.does("/groups", name="南山团购群", owner=owner, person_ids=list(person_ids))
    chat_id: str = made["chat_id"]
    return chat_id


async def _details(hands: CorpHands, chat_id: str) -> Json:
    answer = await hands.call(f"{CHAT}/get", {"chat_id": chat_id, "need_name": 1})
    group: Json = answer["group_chat"]
    return group


async def _said(hands: CorpHands, chat_id: str) -> list[Json]:
    items: list[Json] = (await hands.world.control("GET", f"/wecom/groups/{chat_id}/items"))[
        "items"
    ]
    return items


async def test_a_group_shows_its_members_and_how_they_came(hands: CorpHands) -> None:
    chat_id = await _group(hands, hands.anna["person_id"])
    friend = await hands.does("/people", nickname="小雨")
    joined = {"person_ids": [friend["person_id"]], "scene": 2, "invitor": "LinZhiXia"}
    await hands.does(f"/groups/{chat_id}/join", **joined)
    await hands.does(f"/groups/{chat_id}/admins", userid=OTHER, on=True)

    group = await _details(hands, chat_id)

    owner, anna, rain, _ = group["member_list"]
    assert (owner["type"], owner["name"]) == (1, "林知夏")
    assert (anna["type"], anna["unionid"], anna["join_scene"]) == (2, hands.anna["unionid"], 1)
    assert (rain["join_scene"], rain["invitor"]) == (2, {"userid": SERVICER})
    assert group["admin_list"] == [{"userid": OTHER}]
    bare = await hands.call(f"{CHAT}/get", {"chat_id": chat_id})
    assert "name" not in bare["group_chat"]["member_list"][0]


async def test_coming_and_going_are_told_with_both_versions(hands: CorpHands) -> None:
    chat_id, anna = await _group(hands), hands.anna["person_id"]
    before = (await _details(hands, chat_id))["member_version"]
    await hands.does(f"/groups/{chat_id}/join", person_ids=[anna])
    between = (await _details(hands, chat_id))["member_version"]
    await hands.does(f"/groups/{chat_id}/join", person_ids=[anna])
    await hands.does(f"/groups/{chat_id}/leave", person_ids=[anna], is_removed=True)

    told = {each.get("UpdateDetail", each["ChangeType"]): each for each in await hands.told(3)}

    came, left = told["add_member"], told["del_member"]
    assert (came["LastMemVer"], came["CurMemVer"], came["JoinScene"]) == (before, between, "3")
    assert (left["LastMemVer"], left["QuitScene"], left["MemChangeCnt"]) == (between, "1", "1")
    assert came["MemChangeList"] == {"Item": hands.anna["external_userid"]}
    assert (await _details(hands, chat_id))["member_version"] == left["CurMemVer"]


async def test_what_an_owner_changes_is_an_event_each(hands: CorpHands) -> None:
    chat_id = await _group(hands)
    await hands.does(f"/groups/{chat_id}/change", name="福田群", notice="周五开团", owner=OTHER)
    await hands.does(f"/groups/{chat_id}/dismiss")

    told = await hands.told(5)

    assert {each.get("UpdateDetail", each["ChangeType"]) for each in told} == {
        "create",
        "change_name",
        "change_notice",
        "change_owner",
        "dismiss",
    }


async def test_groups_are_listed_by_owner_and_page_by_page(hands: CorpHands) -> None:
    mine = [await _group(hands) for _ in range(3)]
    theirs = await _group(hands, owner=OTHER)
    by_owner = {"owner_filter": {"userid_list": [SERVICER]}, "limit": 2}

    first = await hands.call(f"{CHAT}/list", by_owner)
    rest = await hands.call(f"{CHAT}/list", {**by_owner, "cursor": first["next_cursor"]})
    everything = await hands.call(f"{CHAT}/list", {"limit": 100})
    leaving = await hands.call(f"{CHAT}/list", {"status_filter": 1, "limit": 100})

    listed = [*first["group_chat_list"], *rest["group_chat_list"]]
    assert [each["chat_id"] for each in listed] == mine
    assert "next_cursor" not in rest
    assert everything["group_chat_list"][-1] == {"chat_id": theirs, "status": 0}
    assert leaving["group_chat_list"] == []


async def test_a_code_leads_into_the_first_group_with_room(hands: CorpHands) -> None:
    first, second = await _group(hands), await _group(hands)
    way = {"scene": 2, "chat_id_list": [first, second], "state": "spring", "remark": "长" * 40}
    config_id = (await hands.call(f"{CHAT}/add_join_way", way))["config_id"]
    _fill(hands, first)
    scanned = await hands.does(f"/join-ways/{config_id}/scan", person_id=hands.anna["person_id"])
    shown = (await hands.call(f"{CHAT}/get_join_way", {"config_id": config_id}))["join_way"]

    assert scanned["chat_id"] == second
    member = (await _details(hands, second))["member_list"][-1]
    assert (member["state"], member["join_scene"]) == ("spring", 3)
    assert shown["qr_code"].startswith("https://")
    assert (shown["chat_id_list"], shown["remark"]) == ([first, second], "长" * 30)


@pytest.mark.parametrize("makes_room", [1, 0])
async def test_full_groups_are_followed_by_a_new_one_if_the_code_says_so(
    hands: CorpHands, makes_room: int
) -> None:
    full = await _group(hands)
    _fill(hands, full)
    way = {"scene": 1, "chat_id_list": [full], "auto_create_room": makes_room}
    base = {"room_base_name": "南山团购", "room_base_id": 7}
    config_id = (await hands.call(f"{CHAT}/add_join_way", {**way, **base}))["config_id"]

    path, who = f"/wecom/join-ways/{config_id}/scan", {"person_id": hands.anna["person_id"]}
    status, answer = await hands.world.try_control("POST", path, who)

    assert status == (200 if makes_room else 409)
    if makes_room:
        assert (await _details(hands, answer["chat_id"]))["name"] == "南山团购7"


async def test_a_changed_code_leads_elsewhere_and_a_deleted_one_nowhere(hands: CorpHands) -> None:
    old, new = await _group(hands), await _group(hands)
    way = {"scene": 2, "chat_id_list": [old]}
    config_id = (await hands.call(f"{CHAT}/add_join_way", way))["config_id"]
    changed = {"config_id": config_id, "scene": 2, "chat_id_list": [new]}
    who = {"person_id": hands.anna["person_id"]}

    assert await hands.code(f"{CHAT}/update_join_way", changed) == 0
    scanned = await hands.does(f"/join-ways/{config_id}/scan", **who)
    assert scanned["chat_id"] == new
    assert await hands.code(f"{CHAT}/del_join_way", {"config_id": config_id}) == 0
    path = f"/wecom/join-ways/{config_id}/scan"
    assert (await hands.world.try_control("POST", path, who))[0] == 409


async def test_newcomers_read_the_selected_welcome_with_their_name(hands: CorpHands) -> None:
    chat_id = await _group(hands)
    link = {"title": "新人看这里", "url": "https://shop.example/welcome"}
    template = {"text": {"content": "欢迎%NICKNAME%，%NICKNAME%慢慢看"}, "link": link}
    template_id = (await hands.call(f"{WELCOME}/add", template))["template_id"]
    await hands.does(f"/groups/{chat_id}/welcome", template_id=template_id)
    edited = {**template, "template_id": template_id, "text": {"content": "%NICKNAME%你好"}}
    assert await hands.code(f"{WELCOME}/edit", edited) == 0

    await hands.does(f"/groups/{chat_id}/join", person_ids=[hands.anna["person_id"]])

    words, card = await _said(hands, chat_id)
    assert (words["payload"]["content"], words["sender"]) == ("安娜你好", SERVICER)
    assert card["payload"] == link
    kept = await hands.call(f"{WELCOME}/get", {"template_id": template_id})
    assert kept["text"] == edited["text"]
    assert await hands.code(f"{WELCOME}/del", {"template_id": template_id}) == 0
    friend = await hands.does("/people", nickname="小雨")
    await hands.does(f"/groups/{chat_id}/join", person_ids=[friend["person_id"]])
    assert len(await _said(hands, chat_id)) == 2


async def test_only_members_say_something_in_a_group(hands: CorpHands) -> None:
    chat_id = await _group(hands, hands.anna["person_id"])
    stranger = await hands.does("/people", nickname="小雨")
    path = f"/wecom/groups/{chat_id}/messages"

    await hands.does(
        f"/groups/{chat_id}/messages", person_id=hands.anna["person_id"], content="几点开团？"
    )
    said = {"person_id": stranger["person_id"], "content": "?"}
    assert (await hands.world.try_control("POST", path, said))[0] == 409
    assert [each["name"] for each in await _said(hands, chat_id)] == ["安娜"]


def _fill(hands: CorpHands, chat_id: str) -> None:
    rows = [(chat_id, f"wm-{number}", 0.0, 3) for number in range(500)]
    with contextlib.closing(sqlite3.connect(hands.world.settings.database)) as memory, memory:
        memory.executemany(
            "INSERT INTO wecom_group_members (chat_id, userid, joined_at, join_scene)"
            " VALUES (?, ?, ?, ?)",
            rows,
        )


async def _dismissed(hands: CorpHands) -> int:
    chat_id = await _group(hands)
    await hands.does(f"/groups/{chat_id}/dismiss")
    return await hands.code(f"{CHAT}/get", {"chat_id": chat_id})


async def _large_corp(hands: CorpHands) -> int:
    with contextlib.closing(sqlite3.connect(hands.world.settings.database)) as memory, memory:
        rows = [(f"U{number}", "同事") for number in range(1_000)]
        memory.executemany("INSERT INTO wecom_staff (userid, name) VALUES (?, ?)", rows)
    filtered = {"limit": 10, "owner_filter": {"userid_list": [SERVICER]}}
    assert await hands.code(f"{CHAT}/list", filtered) == 0
    return await hands.code(f"{CHAT}/list", {"limit": 10})


async def _many_welcomes(hands: CorpHands) -> int:
    codes = [await hands.code(f"{WELCOME}/add", {"text": {"content": "欢迎"}}) for _ in range(101)]
    assert codes[:100] == [0] * 100
    return codes[100]


async def _way(hands: CorpHands, **change: object) -> int:
    chat_id = await _group(hands)
    way = {"scene": 2, "chat_id_list": [chat_id], **change}
    return await hands.code(f"{CHAT}/add_join_way", way)


type Scenario = Callable[[CorpHands], Awaitable[int]]

REFUSALS: dict[str, tuple[int, Scenario]] = {
    "no such group": (40050, lambda h: h.code(f"{CHAT}/get", {"chat_id": "wr-none"})),
    "no chat_id": (40058, lambda h: h.code(f"{CHAT}/get", {})),
    "a dismissed group": (49008, _dismissed),
    "a list without limit": (40058, lambda h: h.code(f"{CHAT}/list", {})),
    "a list of too many": (40058, lambda h: h.code(f"{CHAT}/list", {"limit": 1_001})),
    "a strange status": (
        40058,
        lambda h: h.code(f"{CHAT}/list", {"limit": 1, "status_filter": 4}),
    ),
    "too many owners": (
        40058,
        lambda h: h.code(
            f"{CHAT}/list", {"limit": 1, "owner_filter": {"userid_list": ["x"] * 101}}
        ),
    ),
    "a strange cursor": (50100, lambda h: h.code(f"{CHAT}/list", {"limit": 1, "cursor": "?"})),
    "a large corp and no owner": (81017, _large_corp),
    "too many groups for a code": (40058, lambda h: _way(h, chat_id_list=["wr"] * 6)),
    "a code without a group": (40058, lambda h: _way(h, chat_id_list=[])),
    "a code to no group": (40050, lambda h: _way(h, chat_id_list=["wr-none"])),
    "a code of no scene": (40058, lambda h: _way(h, scene=3)),
    "a long state": (40058, lambda h: _way(h, state="s" * 31)),
    "a long base name": (40058, lambda h: _way(h, room_base_name="群" * 41)),
    "no such code": (41044, lambda h: h.code(f"{CHAT}/get_join_way", {"config_id": "none"})),
    "changing no code": (
        41044,
        lambda h: h.code(f"{CHAT}/update_join_way", {"scene": 2, "chat_id_list": ["wr"]}),
    ),
    "a long welcome": (
        40058,
        lambda h: h.code(f"{WELCOME}/add", {"text": {"content": "长" * 1_001}}),
    ),
    "an empty welcome": (40058, lambda h: h.code(f"{WELCOME}/add", {})),
    "two attachments": (
        40058,
        lambda h: h.code(
            f"{WELCOME}/add",
            {"link": {"title": "a", "url": "https://a"}, "file": {"media_id": "m"}},
        ),
    ),
    "a picture that is gone": (
        40007,
        lambda h: h.code(f"{WELCOME}/add", {"image": {"media_id": "gone"}}),
    ),
    "no such welcome": (40058, lambda h: h.code(f"{WELCOME}/get", {"template_id": "none"})),
    "the 101st welcome": (41055, _many_welcomes),
}


async def test_what_is_wrong_about_groups_has_its_code(hands: CorpHands) -> None:
    met = {what: await scenario(hands) for what, (_, scenario) in REFUSALS.items()}

    assert met == {what: errcode for what, (errcode, _) in REFUSALS.items()}


async def test_the_demo_groups_are_made_once(hands: CorpHands) -> None:
    made = [(await hands.does("/demo"))["is_new"] for _ in range(2)]
    groups = (await hands.world.control("GET", "/wecom/groups"))["groups"]

    assert made == [True, False]
    assert [each["owner"] for each in groups] == [SERVICER, SERVICER, OTHER]
    assert all(each["people"] >= 5 for each in groups)


async def test_a_member_is_the_same_person_in_the_mini_program(hands: CorpHands) -> None:
    who = hands.anna["person_id"]
    fans = [(await hands.does(f"/people/{who}/fan"))["fan_id"] for _ in range(2)]
    fan = await hands.world.control("GET", f"/fans/{fans[0]}")

    assert fans[0] == fans[1]
    assert (fan["unionid"], fan["subscribed"]) == (hands.anna["unionid"], False)


async def test_a_new_sandbox_is_filled_when_everything_is_run(hands: CorpHands) -> None:
    await fill_sandbox(hands.world.http, hands.world.url.removesuffix("/sandbox"))
    await fill_sandbox(hands.world.http, "http://127.0.0.1:9")

    assert len((await hands.world.control("GET", "/wecom/groups"))["groups"]) == 3
