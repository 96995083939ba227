"""App cards, contacts and media of the corp in the sandbox."""

import asyncio
from collections.abc import Callable

from tests.sandbox.corp import OTHER, SERVICER, CorpHands
from tests.sandbox.world import Json

CARD: Json = {
    "card_type": "button_interaction",
    "main_title": {"title": "新会话待接", "desc": "安娜"},
    "task_id": "handover-1",
    "button_list": [
        {"text": "接入", "style": 1, "key": "take:1"},
        {"text": "忽略", "style": 2, "key": "skip:1"},
    ],
}


def _message(hands: CorpHands, **change: object) -> Json:
    body = {
        "touser": SERVICER,
        "agentid": hands.corp.agent_id,
        "msgtype": "template_card",
        "template_card": CARD,
    }
    return {**body, **change}


async def _cards(hands: CorpHands, userid: str = SERVICER) -> list[Json]:
    cards: list[Json] = (await hands.world.control("GET", f"/wecom/staff/{userid}/cards"))["cards"]
    return cards


async def _comes(is_there: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_there():  # noqa: ASYNC110 — what a platform sends has no event
            await asyncio.sleep(0.01)


async def test_a_tapped_card_is_told_and_answered_passively(hands: CorpHands) -> None:
    sent = await hands.call("message/send", _message(hands, touser=f"{SERVICER}|Ghost"))
    (card,) = await _cards(hands)
    hands.world.shop.card_words = "已接入"

    await hands.does(f"/staff/{SERVICER}/taps", card_id=card["card_id"], key="接入")
    await _comes(lambda: bool(hands.world.shop.told_by_corp))
    (told,) = hands.world.shop.told_by_corp

    assert sent["invaliduser"] == "Ghost"
    assert (told["Event"], told["EventKey"], told["TaskId"], told["FromUserName"]) == (
        "template_card_event",
        "take:1",
        "handover-1",
        SERVICER,
    )
    async with asyncio.timeout(5):
        while (await _cards(hands))[0]["replaced"] != "已接入":  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_card_is_changed_once_by_its_response_code(hands: CorpHands) -> None:
    sent = await hands.call("message/send", _message(hands, touser=f"{SERVICER}|{OTHER}"))
    change = {
        "userids": [SERVICER, OTHER],
        "agentid": hands.corp.agent_id,
        "response_code": sent["response_code"],
        "button": {"replace_name": "已由林知夏接入"},
    }

    assert await hands.code("message/update_template_card", change) == 0
    assert await hands.code("message/update_template_card", change) == 40058
    assert (await _cards(hands, OTHER))[0]["replaced"] == "已由林知夏接入"


async def test_the_same_card_is_shown_once_within_the_interval(hands: CorpHands) -> None:
    body = _message(hands, enable_duplicate_check=1, duplicate_check_interval=1800)

    for _ in range(3):
        assert await hands.code("message/send", body) == 0
    assert len(await _cards(hands)) == 1


async def test_what_is_wrong_with_an_app_message(hands: CorpHands) -> None:
    buttons = [{"text": "好", "key": str(number)} for number in range(7)]

    assert await hands.code("message/send", _message(hands, agentid=1)) == 40056
    assert await hands.code("message/send", _message(hands, touser="Ghost")) == 81013
    assert await hands.code("message/send", _message(hands, msgtype="image")) == 40008
    too_many = {**CARD, "button_list": buttons}
    assert await hands.code("message/send", _message(hands, template_card=too_many)) == 40058


async def test_the_app_s_details_are_told_by_its_own_number_alone(hands: CorpHands) -> None:
    app = await hands.call("agent/get", agentid=str(hands.corp.agent_id))

    assert (app["errcode"], app["agentid"], app["close"]) == (0, hands.corp.agent_id, 0)
    assert {"userid": SERVICER} in app["allow_userinfos"]["user"]
    for wrong in ("1", "x", ""):
        assert await hands.code("agent/get", agentid=wrong) == 40056


async def test_a_new_contact_is_welcomed_once_in_time(hands: CorpHands) -> None:
    who = {"person_id": hands.anna["person_id"], "userid": SERVICER}
    code = (await hands.does("/contacts/add", **who, state="ch-7"))["welcome_code"]
    await _comes(lambda: bool(hands.world.shop.told_by_corp))
    (told,) = hands.world.shop.told_by_corp
    late = (await hands.does("/contacts/add", **who))["welcome_code"]
    words = {"text": {"content": "您好，我是知夏"}}

    assert (told["ChangeType"], told["State"], told["WelcomeCode"]) == (
        "add_external_contact",
        "ch-7",
        code,
    )
    welcome = "externalcontact/send_welcome_msg"
    many = [{"msgtype": "image", "image": {"media_id": "x"}}] * 10
    assert await hands.code(welcome, {"welcome_code": code, "attachments": many}) == 41064
    assert await hands.code(welcome, {"welcome_code": code, **words}) == 0
    assert await hands.code(welcome, {"welcome_code": code, **words}) == 41051
    await hands.world.move(20)
    assert await hands.code(welcome, {"welcome_code": late, **words}) == 41050


async def test_tags_are_made_marked_and_seen(hands: CorpHands) -> None:
    external = hands.anna["external_userid"]
    made = await hands.call(
        "externalcontact/add_corp_tag", {"group_name": "等级", "tag": [{"name": "金卡"}]}
    )
    tag = made["tag_group"]["tag"][0]["id"]
    mark = {"userid": SERVICER, "external_userid": external, "add_tag": [tag]}

    assert await hands.code("externalcontact/mark_tag", mark) == 84061
    await hands.does("/contacts/add", person_id=hands.anna["person_id"], userid=SERVICER)
    assert await hands.code("externalcontact/mark_tag", mark) == 0
    assert await hands.code("externalcontact/mark_tag", {**mark, "add_tag": ["no"]}) == 40068

    shown = await hands.call("externalcontact/get", external_userid=external)
    assert [each["tag_name"] for each in shown["follow_user"][0]["tags"]] == ["金卡"]
    assert shown["external_contact"]["unionid"] == hands.anna["unionid"]


async def test_a_welcome_that_another_app_sends_is_waited_for_and_then_lost(
    hands: CorpHands,
) -> None:
    who = {"person_id": hands.anna["person_id"], "userid": SERVICER}
    code = (await hands.does("/contacts/add", **who))["welcome_code"]
    await hands.does("/contacts/claim", welcome_code=code)
    body = {"welcome_code": code, "text": {"content": "您好"}}

    assert await hands.code("externalcontact/send_welcome_msg", body) == 41096
    await hands.world.move(2)
    assert await hands.code("externalcontact/send_welcome_msg", body) == 41051


async def test_what_a_member_notes_by_hand_is_told_and_seen(hands: CorpHands) -> None:
    who = {"person_id": hands.anna["person_id"], "userid": SERVICER}
    tags = {"group_name": "口味", "tag": [{"name": "爱吃辣"}]}
    made = await hands.call("externalcontact/add_corp_tag", tags)
    tag = made["tag_group"]["tag"][0]["id"]
    await hands.does("/contacts/add", **who)
    await hands.does("/contacts/edit", **who, remark="安娜 南山", add_tag=[tag])

    told = {each["ChangeType"]: each for each in await hands.told(2)}

    assert told["edit_external_contact"]["UserID"] == SERVICER
    external = hands.anna["external_userid"]
    (follower,) = (await hands.call("externalcontact/get", external_userid=external))["follow_user"]
    assert (follower["remark"], follower["tags"][0]["tag_id"]) == ("安娜 南山", tag)
    path, change = "/wecom/contacts/edit", {**who, "userid": OTHER, "remark": "?"}
    assert (await hands.world.try_control("POST", path, change))[0] == 409


async def test_a_scanned_code_brings_its_state(hands: CorpHands) -> None:
    way = {"type": 1, "scene": 2, "state": "spring", "user": [OTHER]}
    made = await hands.call("externalcontact/add_contact_way", way)

    person = {"person_id": hands.anna["person_id"]}
    await hands.does("/contacts/add", **person, config_id=made["config_id"])
    await hands.does("/contacts/delete", **person, userid=OTHER, by="customer")
    await _comes(lambda: len(hands.world.shop.told_by_corp) == 2)

    came, left = sorted(hands.world.shop.told_by_corp, key=lambda each: each["ChangeType"])
    assert (came["UserID"], came["State"], left["ChangeType"]) == (
        OTHER,
        "spring",
        "del_follow_user",
    )


async def test_a_fan_is_the_same_person_in_wecom(hands: CorpHands) -> None:
    fan = await hands.world.fan(nickname="小满")

    person = await hands.does("/people", fan_id=fan["fan_id"])

    assert (person["unionid"], person["nickname"]) == (fan["unionid"], "小满")
    asked = {"external_userid_list": [person["external_userid"], "wm-no"]}
    known = await hands.call("kf/customer/batchget", asked)
    assert known["customer_list"][0]["unionid"] == fan["unionid"]
    assert known["invalid_external_userid"] == ["wm-no"]


async def test_a_picture_of_a_customer_can_be_fetched_for_three_days(hands: CorpHands) -> None:
    await hands.does(f"/people/{hands.anna['person_id']}/messages", type="image")
    media_id = (await hands.log())[-1]["image"]["media_id"]
    url = f"{hands.world.url}/wecom/cgi-bin/media/get"
    asked = {"access_token": hands.token, "media_id": media_id}

    async with hands.world.http.get(url, params=asked) as response:
        assert (await response.read()).startswith(b"\x89PNG")
    assert await hands.code("media/get", media_id="gone") == 40007
