"""What the shop may send on its own: kinds, windows to the second, counts."""

import pytest

from tests.sandbox.world import Json, World

HOUR = 3600


async def say_ok(world: World, fan: Json) -> int:
    return await world.send(fan, text={"content": "您好"})


async def test_five_messages_within_48_hours_after_the_customer_wrote(world: World) -> None:
    fan = await world.fan()
    await world.say(fan, "你好")

    await world.move(48 * HOUR - 5)
    codes = [await say_ok(world, fan) for _ in range(6)]

    assert codes == [0, 0, 0, 0, 0, 45047]


async def test_the_window_shuts_after_48_hours(world: World) -> None:
    fan = await world.fan()
    await world.say(fan, "你好")

    await world.move(48 * HOUR - 1)
    assert await say_ok(world, fan) == 0

    await world.move(1)
    assert await say_ok(world, fan) == 45015


async def test_another_message_opens_a_fresh_window(world: World) -> None:
    fan = await world.fan()
    await world.say(fan, "一")
    assert [await say_ok(world, fan) for _ in range(6)][-1] == 45047

    await world.say(fan, "二")

    assert [await say_ok(world, fan) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


@pytest.mark.parametrize("action", ["follow", "menu click", "scan"])
async def test_three_messages_within_a_minute_after_an_action(world: World, action: str) -> None:
    fan = await world.fan(subscribed=action != "follow")
    if action == "follow":
        await world.event(fan, "subscribe")
    elif action == "menu click":
        await world.event(fan, "CLICK", key="HOT")
    else:
        body = {"action_name": "QR_SCENE", "action_info": {"scene": {"scene_id": 7}}}
        ticket = (await world.wechat("POST", "/cgi-bin/qrcode/create", body))["ticket"]
        await world.event(fan, "SCAN", ticket=ticket)

    await world.move(58)
    assert [await say_ok(world, fan) for _ in range(4)] == [0, 0, 0, 45047]

    await world.move(2)
    assert await say_ok(world, fan) == 45015


async def test_a_view_of_a_link_opens_no_window(world: World) -> None:
    fan = await world.fan()
    await world.event(fan, "VIEW", key="https://a.b")

    assert await say_ok(world, fan) == 45015


async def test_a_menu_tap_is_a_menu_click_and_not_a_message(world: World) -> None:
    fan = await world.fan()
    await world.say(fan, "你好")
    options = [{"id": "101", "content": "第一个"}, {"id": "102", "content": "第二个"}]
    assert await world.send(fan, msgmenu={"head_content": "选哪个?", "list": options}) == 0
    menu = (await world.items(fan))[-1]
    await world.move(48 * HOUR)

    await world.control(
        "POST", f"/fans/{fan['fan_id']}/taps", {"item_id": menu["item_id"], "option": "102"}
    )

    assert [await say_ok(world, fan) for _ in range(4)] == [0, 0, 0, 45047]
    assert (await world.items(fan))[2]["payload"] == {"content": "第二个"}


async def test_a_tap_carries_the_id_of_the_option(world: World) -> None:
    fan = await world.fan()
    await world.say(fan, "你好")
    await world.send(fan, msgmenu={"list": [{"id": "101", "content": "第一个"}]})
    menu = (await world.items(fan))[-1]

    path = f"/fans/{fan['fan_id']}/taps"
    await world.control("POST", path, {"item_id": menu["item_id"], "option": "101"})
    status, _ = await world.try_control("POST", path, {"item_id": menu["item_id"], "option": "9"})

    assert status == 409
    assert await world.counter("callbacks") == 2


async def test_counts_of_two_actions_do_not_add_up(world: World) -> None:
    fan = await world.fan()
    await world.say(fan, "你好")
    for _ in range(4):
        assert await say_ok(world, fan) == 0

    await world.event(fan, "CLICK", key="HOT")

    assert [await say_ok(world, fan) for _ in range(4)] == [0, 0, 0, 45047]


async def test_who_unfollows_can_be_reached_no_more(world: World) -> None:
    fan = await world.fan()
    await world.say(fan, "你好")
    await world.event(fan, "unsubscribe")

    assert await say_ok(world, fan) == 45015


async def test_all_kinds_are_shown_in_order(world: World) -> None:
    fan = await world.fan()
    await world.say(fan, "你好")
    media_id = (await world.upload())["media_id"]
    card = {
        "title": "长" * 21 + "a",
        "appid": world.settings.mini_program.app_id,
        "pagepath": "pages/checkout/index?cart=abc&source=chat",
        "thumb_media_id": media_id,
    }

    codes = [
        await world.send(fan, text={"content": "为您找到"}),
        await world.send(fan, image={"media_id": media_id}),
        await world.send(fan, news={"articles": [{"title": "新品", "url": "https://a.b"}]}),
        await world.send(fan, msgmenu={"list": [{"id": "1", "content": "满意"}]}),
        await world.send(fan, miniprogrampage=card),
    ]

    items = (await world.items(fan))[1:]
    assert codes == [0] * 5
    assert [item["kind"] for item in items] == ["text", "image", "news", "menu", "card"]
    assert {item["route"] for item in items} == {"api"}
    assert items[-1]["payload"]["path"] == card["pagepath"]


async def test_a_picture_dies_after_three_days(world: World) -> None:
    fan = await world.fan()
    media_id = (await world.upload())["media_id"]

    await world.move(3 * 24 * HOUR - 2)
    await world.say(fan, "你好")
    assert await world.send(fan, image={"media_id": media_id}) == 0

    await world.move(2)
    assert await world.send(fan, image={"media_id": media_id}) == 40007


async def test_a_refused_message_costs_nothing(world: World) -> None:
    fan = await world.fan()
    await world.say(fan, "你好")
    for _ in range(5):
        assert await world.send(fan, text={"content": ""}) == 44004

    assert [await say_ok(world, fan) for _ in range(5)] == [0] * 5


async def test_typing_is_shown_until_the_answer_comes(world: World) -> None:
    fan = await world.fan()
    await world.say(fan, "你好")
    path = "/cgi-bin/message/custom/typing"
    await world.wechat("POST", path, {"touser": fan["openid"], "command": "Typing"})
    assert (await world.control("GET", f"/fans/{fan['fan_id']}"))["is_typing"]

    await say_ok(world, fan)

    assert not (await world.control("GET", f"/fans/{fan['fan_id']}"))["is_typing"]


async def test_template_messages_need_no_window_and_are_sent_once_a_key(world: World) -> None:
    fan = await world.fan()
    body = {
        "touser": fan["openid"],
        "template_id": "zhanggui-order-state-notice-000000000000001",
        "client_msg_id": "MSG_1",
        "data": {"character_string1": {"value": "A1"}, "phrase2": {"value": "已发货"}},
    }
    first = await world.wechat("POST", "/cgi-bin/message/template/send", body)
    second = await world.wechat("POST", "/cgi-bin/message/template/send", body)

    assert first["msgid"] == second["msgid"]
    [item] = await world.items(fan)
    assert item["payload"]["content"] == "订单编号：A1\n订单状态：已发货"


async def test_user_info_tells_the_unionid_but_no_nickname(world: World) -> None:
    fan = await world.fan(nickname="小满")
    user = await world.wechat("GET", "/cgi-bin/user/info", openid=fan["openid"])
    assert (user["subscribe"], user["unionid"]) == (1, fan["unionid"])
    assert "nickname" not in user

    await world.event(fan, "unsubscribe")

    user = await world.wechat("GET", "/cgi-bin/user/info", openid=fan["openid"])
    assert user == {"subscribe": 0, "openid": fan["openid"]}
