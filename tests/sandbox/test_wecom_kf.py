"""微信客服 in the sandbox: cursor, states, windows, codes."""

import asyncio

import pytest

from tests.sandbox.corp import OTHER, SERVICER, CorpHands

HOURS = 3600
ROADS: dict[int, tuple[tuple[int, str], ...]] = {
    0: (),
    2: ((2, ""),),
    3: ((3, SERVICER),),
    4: ((3, SERVICER), (4, "")),
}


async def test_the_token_stays_the_same_while_it_is_valid(hands: CorpHands) -> None:
    mine = {"corpid": hands.corp.corp_id, "corpsecret": hands.corp.secret}

    again = await hands.call("gettoken", **mine)
    await hands.world.move(7200)
    later = await hands.call("gettoken", **mine)

    assert again["access_token"] == hands.token != later["access_token"]
    assert await hands.code("kf/account/list", {}) == 42001
    assert await hands.code("gettoken", **{**mine, "corpsecret": "wrong"}) == 40001
    assert await hands.code("gettoken", **{**mine, "corpid": "wrong"}) == 40013
    assert await hands.code("kf/account/list", {}, access_token="wrong") == 40014


async def test_a_message_pokes_and_is_fetched_by_pages(hands: CorpHands) -> None:
    for number in range(5):
        await hands.says(f"第{number}句")
    async with asyncio.timeout(5):
        while len(hands.world.shop.told_by_corp) < 5:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    poke = hands.world.shop.told_by_corp[-1]

    asked = {"open_kfid": hands.kfid, "token": poke["Token"], "limit": 2}
    said, cursor, more = [], "", 1
    while more:
        page = await hands.call("kf/sync_msg", {**asked, "cursor": cursor})
        said += [each["text"]["content"] for each in page["msg_list"]]
        cursor, more = page["next_cursor"], page["has_more"]

    assert (poke["Event"], poke["OpenKfId"]) == ("kf_msg_or_event", hands.kfid)
    assert said == [f"第{number}句" for number in range(5)]
    await hands.world.move(600)
    assert await hands.code("kf/sync_msg", asked) == 95007
    assert await hands.code("kf/sync_msg", {"open_kfid": "wk-no"}) == 95000
    assert await hands.code("kf/sync_msg", {**asked, "cursor": "mine"}) == 40058


async def test_without_a_token_fetching_is_limited(hands: CorpHands) -> None:
    codes = [await hands.code("kf/sync_msg", {"open_kfid": hands.kfid}) for _ in range(21)]

    assert codes[0] == 0
    assert 45009 in codes  # not always the last: a new minute may begin in between


async def test_messages_are_kept_for_three_days(hands: CorpHands) -> None:
    await hands.says("你好")
    await hands.world.move(72 * HOURS + 1)
    await hands.renew()

    assert [each for each in await hands.log() if each["msgtype"] == "text"] == []


@pytest.mark.parametrize("start", ROADS)
async def test_a_session_goes_only_where_the_table_lets_it(hands: CorpHands, start: int) -> None:
    allowed = {0: {2, 3}, 2: {3}, 3: {3, 4}, 4: set[int]()}[start]
    for target in range(5):
        await hands.does("/staff/LinZhiXia", is_receiving=True)
        await _bring_to(hands, start)

        code = await hands.moves(target, OTHER if target == 3 else "")

        refused = 95013 if start == 4 else 95016
        assert (target, code) == (target, 0 if target in allowed else refused)


async def _bring_to(hands: CorpHands, start: int) -> None:
    await hands.world.move(49 * HOURS)
    await hands.renew()
    await hands.says("你好")
    for state, servicer in ROADS[start]:
        assert await hands.moves(state, servicer) == 0


async def test_only_who_receives_is_given_customers(hands: CorpHands) -> None:
    assert await hands.moves(2) == 95031
    await hands.says("转人工")
    await hands.does(f"/staff/{OTHER}", is_receiving=False)

    assert await hands.moves(3, "Nobody") == 95014
    assert await hands.moves(3, OTHER) == 95019
    assert await hands.moves(9) == 40058
    listed = (await hands.call("kf/servicer/list", open_kfid=hands.kfid))["servicer_list"]
    assert {each["userid"]: each["status"] for each in listed} == {SERVICER: 0, OTHER: 1}
    (event,) = await hands.events("servicer_status_change")
    assert (event["servicer_userid"], event["status"]) == (OTHER, 2)


async def test_five_messages_until_the_customer_writes_again(hands: CorpHands) -> None:
    assert await hands.sends() == 95002
    await hands.says("在吗")

    assert [await hands.sends() for _ in range(6)] == [0, 0, 0, 0, 0, 95001]
    await hands.says("嗯")
    assert await hands.sends() == 0
    assert (await hands.state())[0] == 1
    await hands.world.move(48 * HOURS)
    await hands.renew()
    assert await hands.sends() == 95002
    assert (await hands.state())[0] == 4


async def test_the_bot_may_not_speak_in_the_pool_or_over_a_servicer(hands: CorpHands) -> None:
    await hands.says("转人工")
    assert await hands.moves(2) == 0
    assert await hands.sends() == 95018
    assert await hands.moves(3, SERVICER) == 0
    assert await hands.sends() == 95018
    assert await hands.moves(4) == 0
    assert await hands.sends() == 95018
    assert await hands.world.counter("errors:kf/send_msg:95018") == 3


async def test_the_same_msgid_is_sent_once(hands: CorpHands) -> None:
    await hands.says("在吗")

    answers = [await hands.call("kf/send_msg", hands.text(msgid="mine-1")) for _ in range(3)]

    assert [each["msgid"] for each in answers] == ["mine-1"] * 3
    assert [each["direction"] for each in await hands.items()] == ["customer", "shop"]
    assert await hands.sends(msgid="no spaces") == 40058


async def test_what_a_message_must_look_like(hands: CorpHands) -> None:
    await hands.says("在吗")
    click = {"type": "click", "click": {"id": "1", "content": "好"}}
    card = {"appid": "wxstranger", "pagepath": "pages/index/index", "thumb_media_id": "x"}
    cases = [
        (40058, "text", {"content": "好" * 683}),
        (40007, "image", {"media_id": "gone"}),
        (95008, "msgmenu", {"list": [click] * 11}),
        (95009, "msgmenu", {"list": [{"type": "dial"}]}),
        (40058, "miniprogram", card),
        (40008, "business_card", {"userid": SERVICER}),
        (0, "msgmenu", {"head_content": "请选", "list": [click]}),
    ]

    for expected, kind, content in cases:
        body = {**hands.text(), "msgtype": kind, kind: content}
        assert (kind, await hands.code("kf/send_msg", body)) == (kind, expected)
    assert await hands.code("kf/send_msg", {**hands.text(), "touser": "wm-no"}) == 40096


async def test_a_tapped_option_comes_as_text_with_its_id(hands: CorpHands) -> None:
    await hands.says("在吗")
    menu = {"list": [{"type": "click", "click": {"id": "7", "content": "查物流"}}]}
    await hands.call("kf/send_msg", {**hands.text(), "msgtype": "msgmenu", "msgmenu": menu})
    shown = (await hands.items())[-1]

    who = hands.anna["person_id"]
    await hands.does(f"/people/{who}/taps", item_id=shown["item_id"], option="查物流")

    assert (await hands.log())[-1]["text"] == {"content": "查物流", "menu_id": "7"}


async def test_a_welcome_by_its_code_once_within_twenty_seconds(hands: CorpHands) -> None:
    enter = f"/people/{hands.anna['person_id']}/enter"
    code = (await hands.does(enter, scene="door", scene_param="A1"))["welcome_code"]
    (event,) = await hands.events("enter_session")
    assert (event["scene"], event["scene_param"], event["welcome_code"]) == ("door", "A1", code)
    by_code = {"code": code, "msgtype": "text", "text": {"content": "欢迎"}}

    assert await hands.code("kf/send_msg_on_event", {**by_code, "msgtype": "image"}) == 40008
    assert await hands.code("kf/send_msg_on_event", by_code) == 0
    assert await hands.code("kf/send_msg_on_event", by_code) == 40058
    assert (await hands.does(enter))["welcome_code"] == ""
    await hands.world.move(48 * HOURS)
    late = (await hands.does(enter))["welcome_code"]
    await hands.world.move(20)
    await hands.renew()
    assert await hands.code("kf/send_msg_on_event", {**by_code, "code": late}) == 40058


async def test_a_code_is_good_only_while_the_session_stays(hands: CorpHands) -> None:
    await hands.says("转人工")
    pool = await hands.call("kf/service_state/trans", hands.about(service_state=2))
    by_code = {"code": pool["msg_code"], "msgtype": "text", "text": {"content": "请稍等"}}
    await hands.does(f"/staff/{SERVICER}/claim", session_id=await hands.session_id())

    assert await hands.code("kf/send_msg_on_event", by_code) == 95018
    (event,) = await hands.events("session_status_change")
    assert (event["change_type"], event["new_servicer_userid"]) == (1, SERVICER)
    greeting = {**by_code, "code": event["msg_code"]}
    assert await hands.code("kf/send_msg_on_event", greeting) == 0


async def test_a_servicer_answers_transfers_ends_and_begins_again(hands: CorpHands) -> None:
    await hands.says("转人工")
    await hands.moves(3, SERVICER)
    session_id = await hands.session_id()

    await hands.does(f"/staff/{SERVICER}/answer", session_id=session_id, content="我来看看")
    await hands.does(f"/staff/{SERVICER}/transfer", session_id=session_id, to=OTHER)
    assert await hands.state() == (3, OTHER)
    await hands.does(f"/staff/{OTHER}/end", session_id=session_id)
    assert await hands.state() == (4, "")
    await hands.does(f"/staff/{OTHER}/answer", session_id=session_id, content="还有一句")

    assert await hands.state() == (3, OTHER)
    spoken = [each for each in await hands.log() if each["origin"] == 5]
    assert [each["servicer_userid"] for each in spoken] == [SERVICER, OTHER]
    changes = await hands.events("session_status_change")
    assert [each["change_type"] for each in changes] == [2, 3, 4]


async def test_a_message_that_is_not_delivered_is_told(hands: CorpHands) -> None:
    await hands.says("在吗")
    await hands.does(f"/people/{hands.anna['person_id']}/fail", fail_type=10)

    assert await hands.sends(msgid="m-1") == 0

    (event,) = await hands.events("msg_send_fail")
    assert (event["fail_msgid"], event["fail_type"]) == ("m-1", 10)
    assert [each["direction"] for each in await hands.items()] == ["customer"]


async def test_the_probe_is_answered_plain(hands: CorpHands) -> None:
    assert (await hands.does("/probe")) == {"echoed": True}


async def test_every_limit_of_wecom_is_in_the_table_of_rules(hands: CorpHands) -> None:
    names = {each["name"] for each in (await hands.world.control("GET", "/rules"))["rules"]}

    assert {"会话状态可变更为", "事件响应 code 有效期", "新客户欢迎语"} <= names
