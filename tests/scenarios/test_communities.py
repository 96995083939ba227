"""Customer groups from their making to their end: who is in them is what WeCom says."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.fixtures.processes import until
from tests.fixtures.stage import Stage

pytestmark = pytest.mark.slow

OWNER, OTHER = "LinZhiXia", "ZhouZiMo"


async def people(stage: Stage, many: int) -> list[int]:
    """Customers of WeCom, nobody's contact yet."""
    found = []
    for each in range(many):
        person = await stage.control("POST", "/wecom/people", {"nickname": f"顾客{each}"})
        found.append(person["person_id"])
    return found


async def does(stage: Stage, chat_id: str, deed: str, **body: Any) -> None:
    """Something happens in a group."""
    await stage.control("POST", f"/wecom/groups/{chat_id}/{deed}", body)


async def truth(stage: Stage, chat_id: str) -> Mapping[str, tuple[int, str]]:
    """How each who is in the group came, and by which code, as WeCom has it."""
    members = (await stage.control("GET", f"/wecom/groups/{chat_id}"))["members"]
    return {each["userid"]: (each["join_scene"], each["state"]) for each in members}


def kept(stage: Stage, chat_id: str) -> Mapping[str, tuple[int, str]]:
    """The same, as the shop has it."""
    rows = stage.rows(
        "SELECT m.member, m.join_scene, m.join_key FROM community_member m JOIN community_group g"
        " ON g.id = m.group_id WHERE m.left_at IS NULL AND g.chat_id = ?",
        chat_id,
    )
    return {member: (scene, key) for member, scene, key in rows}


def sizes(stage: Stage) -> tuple[int, int]:
    """Customers and staff of the only group, as they are counted."""
    ((customers, staff),) = stage.rows("SELECT customers, staff FROM community_group")
    return customers, staff


async def agree(stage: Stage, chat_id: str, what: str) -> None:
    """Wait until the shop has the members that WeCom has."""

    async def do_they() -> bool:
        return set(kept(stage, chat_id)) == set(await truth(stage, chat_id))

    await until(do_they, within=20, what=what)


async def test_a_group_is_followed_from_its_making_to_its_end(stage: Stage) -> None:
    who = await people(stage, 4)
    made = {"name": "小鹿一群", "owner": OWNER, "person_ids": who[:2]}
    chat_id = (await stage.control("POST", "/wecom/groups", made))["chat_id"]
    await agree(stage, chat_id, "its first members")
    assert stage.value("SELECT name FROM community_group") == "小鹿一群"
    assert sizes(stage) == (2, 1)

    await does(stage, chat_id, "join", person_ids=who[2:3], scene=3, state="qun")
    await until(lambda: (3, "qun") in kept(stage, chat_id).values(), what="who came by a code")
    assert kept(stage, chat_id) == await truth(stage, chat_id)

    await does(stage, chat_id, "leave", person_ids=who[:1])
    await does(stage, chat_id, "leave", person_ids=who[1:2], is_removed=True)
    await agree(stage, chat_id, "who is left")
    left = stage.rows("SELECT left_how FROM community_member WHERE left_at IS NOT NULL ORDER BY id")
    assert sorted(how for (how,) in left) == ["left", "removed"]
    assert sizes(stage) == (1, 1)

    await does(stage, chat_id, "change", name="小鹿老客群", owner=OTHER)

    def is_changed() -> bool:
        ((name, owner),) = stage.rows("SELECT name, owner_userid FROM community_group")
        return (name, owner) == ("小鹿老客群", OTHER)

    await until(is_changed, what="the new owner")
    await agree(stage, chat_id, "the new owner among its members")

    await does(stage, chat_id, "dismiss")
    await until(
        lambda: stage.value("SELECT count(*) FROM community_group WHERE dissolved_at IS NOT NULL"),
        what="the end",
    )
    assert (kept(stage, chat_id), sizes(stage)) == ({}, (0, 0))


async def test_changes_that_nobody_heard_of_are_made_up_for(stage: Stage) -> None:
    who = await people(stage, 3)
    made = {"name": "小鹿一群", "owner": OWNER, "person_ids": who[:1]}
    chat_id = (await stage.control("POST", "/wecom/groups", made))["chat_id"]
    await agree(stage, chat_id, "its first members")
    stage.write("UPDATE community_group SET member_version = 'long ago'")
    stage.write("UPDATE community_member SET left_at = '2026-01-01' WHERE kind = 'staff'")

    await does(stage, chat_id, "leave", person_ids=who[:1])

    await agree(stage, chat_id, "the whole group")
    assert sizes(stage) == (0, 1)


async def test_who_scans_the_code_comes_in_and_bears_its_tag(stage: Stage) -> None:
    made = {"name": "小鹿一群", "owner": OWNER, "person_ids": []}
    chat_id = (await stage.control("POST", "/wecom/groups", made))["chat_id"]
    await agree(stage, chat_id, "the group")
    stage.write("INSERT INTO customer_tag (id, group_name, name) VALUES (1, '来源', '包裹卡')")
    config_id = await _code(stage, chat_id)
    (person_id,) = await people(stage, 1)
    scanned = {"person_id": person_id}
    await stage.control("POST", f"/wecom/join-ways/{config_id}/scan", scanned)

    await until(lambda: stage.value("SELECT count(*) FROM customer_tagged"), what="the tag")
    assert (3, "qun") in kept(stage, chat_id).values()
    assert kept(stage, chat_id) == await truth(stage, chat_id)


async def _code(stage: Stage, chat_id: str) -> str:
    """What an operator enters in the console: a code into the group, with a tag. WeCom's id."""
    stage.write(
        "INSERT INTO community_code (key, name, chat_ids, opens_more, base_name, base_number,"
        " tag_ids, picture_url, is_active, version, created_at)"
        " VALUES ('qun', '包裹卡', ?, 1, '', 1, '[1]', '', 1, 1, '2026-01-01')",
        json.dumps([chat_id]),
    )
    await stage.move_time(minutes=2)
    await until(
        lambda: stage.value("SELECT picture_url FROM community_code"),
        within=20,
        what="WeCom to make the code",
    )
    config_id: str = stage.value("SELECT config_id FROM community_code")
    return config_id
