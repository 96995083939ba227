"""A customer scans the shop's code in WeCom: welcomed in time, counted, tagged on both sides."""

import json
from typing import Any

import pytest

from tests.fixtures.processes import until
from tests.fixtures.stage import Stage

pytestmark = pytest.mark.slow

SHIFT = {
    "weekdays": [1, 2, 3, 4, 5, 6, 7],
    "from": "00:00",
    "to": "24:00",
    "userids": ["LinZhiXia"],
}


def enter_code(stage: Stage) -> None:
    """What an operator enters in the console: a tag, a code with it, and its welcome."""
    stage.write("INSERT INTO customer_tag (id, group_name, name) VALUES (1, '来源', '小红书')")
    stage.write(
        "INSERT INTO channel_code (id, key, name, shifts, backup, daily_limit, tag_ids, is_active,"
        " picture_url, told_userids, version, created_at) VALUES (1, 'xhs', '小红书',"
        " ?, '[\"ZhouZiMo\"]', 1, '[1]', 1, '', '[]', 0, '2026-01-01')",
        json.dumps([SHIFT]),
    )
    product_id = stage.value("SELECT min(id) FROM product WHERE on_sale")
    for key, words in (("", "您好"), ("xhs", "小红书来的朋友，您好")):
        stage.write(
            "INSERT INTO welcome (place, code_key, weekdays, from_minute, to_minute, words,"
            " options, product_id, is_active) VALUES ('contact', ?, '[1,2,3,4,5,6,7]', 0, 1440,"
            " ?, '[]', ?, 1)",
            *(key, words, product_id),
        )


async def somebody(stage: Stage, config_id: str) -> dict[str, Any]:
    """A new person, who scans the code."""
    person = await stage.control("POST", "/wecom/people", {"nickname": "安娜"})
    scanned = {"person_id": person["person_id"], "config_id": config_id}
    await stage.control("POST", "/wecom/contacts/add", scanned)
    return person


async def seen(stage: Stage, person: dict[str, Any]) -> list[tuple[str, Any]]:
    """What stands on a person's phone."""
    path = f"/wecom/people/{person['person_id']}/items?after=0"
    items = (await stage.control("GET", path))["items"]
    return [(each["kind"], each["payload"]) for each in items if each["direction"] != "customer"]


async def test_who_scans_the_code_is_welcomed_with_its_card_and_tagged(stage: Stage) -> None:
    enter_code(stage)
    await stage.move_time(minutes=31)

    def is_made() -> bool:
        tag = stage.value("SELECT platform_id FROM customer_tag")
        return bool(tag and stage.value("SELECT config_id FROM channel_code"))

    await until(is_made, within=20, what="WeCom to make code and tag")
    config_id = stage.value("SELECT config_id FROM channel_code")
    anna = await somebody(stage, config_id)

    async def is_welcomed() -> bool:
        return len(await seen(stage, anna)) == 2

    await until(is_welcomed, within=20, what="the welcome")
    (kind, words), (card_kind, card) = await seen(stage, anna)
    assert (kind, words["content"]) == ("text", "小红书来的朋友，您好")
    assert card_kind == "miniprogram"
    assert "source=welcome-2" in card["page"]

    async def is_tagged() -> bool:
        return "accepted:externalcontact/mark_tag" in await stage.counters()

    await until(is_tagged, within=15, what="the tag in WeCom")
    assert stage.value("SELECT count(*) FROM customer_tagged") == 1
    told = stage.value("SELECT told_userids FROM channel_code")
    assert json.loads(told) == ["ZhouZiMo"], "one customer a day for each, then the backup"


async def test_whoever_leaves_is_known_to_have_left(stage: Stage) -> None:
    person = await stage.control("POST", "/wecom/people", {"nickname": "安娜"})
    who = {"person_id": person["person_id"], "userid": "LinZhiXia"}
    await stage.control("POST", "/wecom/contacts/add", who)
    await until(lambda: stage.value("SELECT count(*) FROM contact"), what="the contact")
    await stage.control("POST", "/wecom/contacts/delete", {**who, "by": "customer"})

    await until(
        lambda: stage.value("SELECT ended_by FROM contact") == "customer", what="the farewell"
    )
    assert stage.value("SELECT count(*) FROM shop_event WHERE kind = 'contact_lost'") == 1
