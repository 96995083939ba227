"""Deliveries to the shop: the wire, the deadline, three tries, and what a reply may be."""

import asyncio

import pytest
from aiohttp import web

from tests.sandbox.shop import text
from tests.sandbox.world import PNG, Json, World

APOLOGY = "该公众号暂时无法提供服务，请稍后再试"


async def last_item(world: World, fan: Json, count: int) -> Json:
    items = []
    for _ in range(500):
        items = await world.items(fan)
        if len(items) >= count:
            return items[-1]
        await asyncio.sleep(0.01)
    raise AssertionError(items)


async def test_a_text_arrives_signed_and_sealed_and_its_reply_is_shown(world: World) -> None:
    fan = await world.fan(nickname="小满")
    world.shop.answer_with(text("您好 ]]]]><![CDATA[>"))

    sent = await world.say(fan, "你好 ]]> & <b>")
    item = await last_item(world, fan, 2)

    [received] = world.shop.received
    assert received.fields["Content"] == "你好 ]]> & <b>"
    assert received.fields["FromUserName"] == fan["openid"]
    assert received.fields["MsgId"] == sent["msg_id"]
    assert received.query["openid"] == fan["openid"]
    assert received.query["encrypt_type"] == "aes"
    assert (item["kind"], item["route"], item["payload"]["content"]) == (
        "text",
        "passive",
        "您好 ]]>",
    )


async def test_the_url_is_probed_with_a_signed_get(world: World) -> None:
    assert (await world.control("POST", "/probe"))["echoed"]


@pytest.mark.parametrize("answer", ["success", "", "  success\n"])
async def test_success_or_nothing_is_no_reply_and_no_retry(world: World, answer: str) -> None:
    fan = await world.fan()
    world.shop.answer_raw(answer)

    await world.say(fan, "你好")
    await world.delivered(1)
    await world.move(60)

    assert [item["direction"] for item in await world.items(fan)] == ["fan"]
    assert len(world.shop.received) == 1


async def test_a_shop_that_fails_is_asked_three_times_with_the_same_bytes(world: World) -> None:
    fan = await world.fan()
    world.shop.answer_raw("busy", status=503)

    await world.say(fan, "在吗")
    for tries in (1, 2, 3):
        await world.delivered(tries)
        await world.move(5)
    item = await last_item(world, fan, 2)

    first, second, third = world.shop.received
    assert first.body == second.body == third.body
    assert first.fields["MsgId"] == third.fields["MsgId"]
    assert (item["kind"], item["payload"]["content"]) == ("notice", APOLOGY)
    await world.move(60)
    assert len(world.shop.received) == 3


async def test_the_second_delivery_comes_five_seconds_after_the_first(world: World) -> None:
    fan = await world.fan()
    world.shop.answer_raw("busy", status=500)
    await world.say(fan, "在吗")
    await world.delivered(1)

    await world.move(3.5)
    [callback] = (await world.control("GET", "/callbacks?pending=1"))["callbacks"]
    assert (callback["tries"], callback["outcome"], callback["detail"]) == (
        1,
        "waiting",
        "HTTP 500",
    )

    await world.move(1.5)
    await world.delivered(2)


@pytest.mark.slow
async def test_a_shop_slower_than_five_seconds_is_cut_off_and_asked_again(world: World) -> None:
    fan = await world.fan()
    world.shop.answer_raw("success", delay=5.5)

    await world.say(fan, "在吗")
    await world.delivered(2, seconds=7)
    world.shop.answer_with(text("来了"))
    await world.delivered(3, seconds=7)
    item = await last_item(world, fan, 2)

    assert item["payload"] == {"content": "来了"}


async def test_a_retry_survives_a_restart_of_the_platform(world: World) -> None:
    fan = await world.fan()
    world.shop.answer_raw("busy", status=503)
    await world.say(fan, "在吗")
    await world.delivered(1)

    await world.stop()
    world.shop.answer_with(text("在的"))
    await world.start()
    await world.move(5)

    assert (await last_item(world, fan, 2))["payload"] == {"content": "在的"}
    assert len(world.shop.received) == 2


@pytest.mark.parametrize(
    "body",
    [
        "<MsgType>text</MsgType>",
        "<MsgType>text</MsgType><Content></Content>",
        text("长" * 683),
        "<MsgType>miniprogrampage</MsgType>",
        "<MsgType>msgmenu</MsgType>",
        "<MsgType>image</MsgType><Image><MediaId>unknown</MediaId></Image>",
        "<MsgType>image</MsgType>",
        "<MsgType>news</MsgType><ArticleCount>2</ArticleCount><Articles><item/></Articles>",
        "<MsgType>news</MsgType><ArticleCount>0</ArticleCount><Articles></Articles>",
        text("a") + text("b"),
    ],
)
async def test_a_reply_that_wechat_cannot_read_becomes_its_apology(world: World, body: str) -> None:
    fan = await world.fan()
    world.shop.answer_with(body)

    await world.say(fan, "你好")
    item = await last_item(world, fan, 2)

    assert (item["kind"], item["payload"]["content"]) == ("notice", APOLOGY)
    assert item["payload"]["reason"]


@pytest.mark.parametrize("answer", ["您好", "<xml><MsgType>text</MsgType></xml>", "{}", "<xml>"])
async def test_a_plain_reply_in_aes_mode_becomes_the_apology(world: World, answer: str) -> None:
    fan = await world.fan()
    world.shop.answer_raw(answer)

    await world.say(fan, "你好")

    assert (await last_item(world, fan, 2))["kind"] == "notice"
    assert len(world.shop.received) == 1


async def test_a_reply_with_a_doctype_or_a_wrong_signature_is_refused(world: World) -> None:
    fan = await world.fan()
    sealed = world.shop.reply(fan["openid"], text("您好")).text or ""
    for broken in (
        "<!DOCTYPE xml [<!ENTITY a 'b'>]>" + sealed,
        sealed.replace("n0nce", "other"),
    ):
        before = len(await world.items(fan))
        world.shop.answer_raw(broken)
        await world.say(fan, "你好")
        assert (await last_item(world, fan, before + 2))["kind"] == "notice"


async def test_a_reply_to_somebody_else_is_refused(world: World) -> None:
    fan, other = await world.fan(), await world.fan()

    async def answer(_: Json) -> web.Response:
        return world.shop.reply(other["openid"], text("您好"))

    world.shop.answer = answer
    await world.say(fan, "你好")

    assert (await last_item(world, fan, 2))["kind"] == "notice"
    assert await world.items(other) == []


async def test_pictures_and_news_may_ride_in_the_reply(world: World) -> None:
    fan = await world.fan()
    media_id = (await world.upload(PNG))["media_id"]
    world.shop.answer_with(f"<MsgType>image</MsgType><Image><MediaId>{media_id}</MediaId></Image>")
    await world.say(fan, "看看")
    assert (await last_item(world, fan, 2))["payload"] == {"media_id": media_id}

    world.shop.answer_with(
        "<MsgType>news</MsgType><ArticleCount>1</ArticleCount><Articles><item><Title>新品</Title>"
        "<Description>d</Description><PicUrl>p</PicUrl><Url>u</Url></item></Articles>"
    )
    await world.say(fan, "新品")
    item = await last_item(world, fan, 4)
    assert (item["kind"], item["payload"]["articles"][0]["title"]) == ("news", "新品")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"type": "image"}, {"MsgType": "image"}),
        ({"type": "voice", "recognition": "有耳机吗"}, {"Recognition": "有耳机吗"}),
        ({"type": "location", "label": "外滩"}, {"MsgType": "location", "Label": "外滩"}),
        ({"type": "link", "title": "看这个", "url": "https://a.b"}, {"Title": "看这个"}),
    ],
)
async def test_every_kind_of_message_is_delivered(
    world: World, message: Json, expected: Json
) -> None:
    fan = await world.fan()

    await world.control("POST", f"/fans/{fan['fan_id']}/messages", message)
    await world.delivered(1)

    assert expected.items() <= world.shop.messages[0].items()
    assert "MsgId" in world.shop.messages[0]


async def test_events_are_delivered_without_a_msg_id(world: World) -> None:
    fan = await world.fan(subscribed=False)
    qr = await world.wechat(
        "POST",
        "/cgi-bin/qrcode/create",
        {
            "expire_seconds": 60,
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": "spring_1"}},
        },
    )

    await world.event(fan, "SCAN", ticket=qr["ticket"])
    await world.event(fan, "SCAN", ticket=qr["ticket"])
    await world.event(fan, "CLICK", key="HOT")
    await world.event(fan, "VIEW", key="https://a.b")
    await world.event(fan, "view_miniprogram", key="pages/index/index", menu_id="7")
    await world.event(fan, "LOCATION")
    await world.event(fan, "unsubscribe")
    await world.delivered(7)

    by_event = {fields["Event"]: fields for fields in world.shop.messages}
    assert by_event["subscribe"]["EventKey"] == "qrscene_spring_1"
    assert by_event["SCAN"]["EventKey"] == "spring_1"
    assert by_event["view_miniprogram"]["MenuId"] == "7"
    assert not any("MsgId" in fields for fields in world.shop.messages)
    assert (await world.try_control("POST", f"/fans/{fan['fan_id']}/messages", {"content": "x"}))[
        0
    ] == 409
