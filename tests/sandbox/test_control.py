"""Faults, time, counters, live changes, and what lasts over a restart."""

import asyncio
import json
from dataclasses import replace

import pytest
from aiohttp import ClientConnectionError, ClientResponse, ClientTimeout

from bot.sandbox import create_app
from bot.sandbox.errors import SandboxRefused
from tests.sandbox.shop import text
from tests.sandbox.world import Json, World

SHORT = 0.3


async def raw_send(world: World, fan: Json, deadline: float = 5) -> ClientResponse:
    body = {"touser": fan["openid"], "msgtype": "text", "text": {"content": "您好"}}
    return await world.http.post(
        f"{world.url}/wechat/cgi-bin/message/custom/send",
        params={"access_token": await world.token()},
        data=json.dumps(body, ensure_ascii=False).encode(),
        timeout=ClientTimeout(total=deadline),
    )


async def writer(world: World) -> Json:
    fan = await world.fan()
    await world.say(fan, "你好")
    return fan


async def switch_on(world: World, fault: str, times: int = 1) -> None:
    await world.control("POST", "/faults", {"api": "custom/send", "fault": fault, "times": times})


async def test_a_swallowed_answer_has_its_effect(world: World) -> None:
    fan = await writer(world)
    await switch_on(world, "swallow")

    with pytest.raises(TimeoutError):
        await raw_send(world, fan, SHORT)

    assert (await world.items(fan))[-1]["payload"] == {"content": "您好"}
    assert await world.counter("accepted:custom/send") == 1


async def test_what_the_api_sent_is_told_in_the_order_of_acceptance_whoever_it_was_for(
    world: World,
) -> None:
    first, second = await writer(world), await writer(world)
    for fan, words in ((first, "一"), (second, "二"), (first, "三")):
        assert await world.send(fan, text={"content": words}) == 0
    assert await world.send(await world.fan(), text={"content": "无窗口"}) == 45015

    sends = (await world.control("GET", "/sends"))["sends"]
    assert [(each["openid"], each["payload"]["content"]) for each in sends] == [
        (first["openid"], "一"),
        (second["openid"], "二"),
        (first["openid"], "三"),
    ]
    later = await world.control("GET", f"/sends?after={sends[0]['item_id']}")
    assert later["sends"] == sends[1:]


@pytest.mark.parametrize("fault", ["timeout", "reset"])
async def test_a_timeout_or_reset_has_no_effect(world: World, fault: str) -> None:
    fan = await writer(world)
    await switch_on(world, fault)

    with pytest.raises((TimeoutError, ClientConnectionError)):
        await raw_send(world, fan, SHORT)

    assert len(await world.items(fan)) == 1
    assert await world.counter("calls:custom/send") == 1
    assert await world.counter("accepted:custom/send") == 0


async def test_errors_of_the_gateway_have_no_effect(world: World) -> None:
    fan = await writer(world)
    await switch_on(world, "500")
    await switch_on(world, "html")

    first, second = await raw_send(world, fan), await raw_send(world, fan)

    assert first.status == 500
    assert second.content_type == "text/html"
    assert len(await world.items(fan)) == 1


async def test_a_fault_is_used_up(world: World) -> None:
    fan = await writer(world)
    await switch_on(world, "errcode:45009", times=2)

    codes = [await world.send(fan, text={"content": "x"}) for _ in range(3)]

    assert codes == [45009, 45009, 0]
    assert (await world.control("GET", "/faults"))["faults"] == []


async def test_a_delayed_answer_comes_late(world: World) -> None:
    fan = await writer(world)
    await switch_on(world, "delay:0.4")
    with pytest.raises(TimeoutError):
        await raw_send(world, fan, SHORT)

    await switch_on(world, "delay:0.1")
    assert (await raw_send(world, fan)).status == 200


async def test_faults_can_be_cleared_and_unknown_ones_are_refused(world: World) -> None:
    await switch_on(world, "500")
    await world.control("DELETE", "/faults")
    assert (await world.control("GET", "/faults"))["faults"] == []

    status, _ = await world.try_control("POST", "/faults", {"api": "*", "fault": "earthquake"})
    assert status == 400


async def test_time_moves_by_seconds_and_to_an_instant_but_never_back(world: World) -> None:
    await world.move(90)
    assert (await world.control("GET", "/clock"))["offset"] == 90
    assert world.settings.clock_offset_file.read_text().strip() == "90.000"

    await world.control("POST", "/clock", {"until": "2099-01-01T00:00:00+00:00"})
    assert (await world.control("GET", "/clock"))["now"].startswith("2099-01-01T00:00:0")

    for body in ({"seconds": -1}, {"until": "2026-01-01T00:00:00+00:00"}):
        assert (await world.try_control("POST", "/clock", body))[0] == 409
    assert (await world.try_control("POST", "/clock", {"until": "2100-01-01"}))[0] == 400


async def test_the_clock_file_may_be_moved_by_others(world: World) -> None:
    world.settings.clock_offset_file.write_text("3600")

    assert (await world.control("GET", "/clock"))["offset"] == 3600


async def test_everything_that_matters_survives_a_restart(world: World) -> None:
    fan = await writer(world)
    media = (await world.upload())["media_id"]
    await world.prepay(fan)
    await switch_on(world, "errcode:45009")
    before = await world.control("GET", "/counters")

    await world.stop()
    await world.start()

    assert (await world.control("GET", "/counters")) == before
    assert await world.send(fan, image={"media_id": media}) == 45009
    assert await world.send(fan, image={"media_id": media}) == 0
    assert len((await world.control("GET", "/payments"))["payments"]) == 1


async def test_a_page_hears_of_every_change_at_once(world: World) -> None:
    fan = await world.fan()
    world.shop.answer_with(text("您好"))
    async with world.http.get(f"{world.url}/control/stream") as stream:
        await stream.content.readuntil(b"\n\n")
        await world.say(fan, "你好")
        changes: list[Json] = []
        async with asyncio.timeout(2):
            while [c for c in changes if c["change"] == "items"] != [
                {"change": "items", "fan_id": fan["fan_id"]}
            ] * 2:
                line = await stream.content.readuntil(b"\n\n")
                changes.append(json.loads(line.removeprefix(b"data: ")))


async def test_an_open_page_does_not_hold_up_the_shutdown(world: World) -> None:
    async with world.http.get(f"{world.url}/control/stream"):
        async with asyncio.timeout(3):
            await world.stop()
        await world.start()


async def test_the_state_has_all_that_the_page_shows(world: World) -> None:
    fan = await world.fan(nickname="知夏")
    world.shop.answer_raw("busy", status=500)
    await world.say(fan, "你好")
    await world.delivered(1)
    button = {"type": "click", "name": "热卖", "key": "HOT"}
    await world.wechat("POST", "/cgi-bin/menu/create", {"button": [button]})

    state = await world.control("GET", "/state")

    assert state["fans"][0]["nickname"] == "知夏"
    assert state["fans"][0]["windows"][0]["left"] == 5
    assert state["callbacks"][0]["what"] == "text"
    assert state["menu"] == {"button": [button]}
    await world.wechat("GET", "/cgi-bin/menu/delete")
    assert (await world.control("GET", "/state"))["menu"] is None


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/fans/99", None, 409),
        ("POST", "/fans/99/messages", {"content": "x"}, 409),
        ("POST", "/clock", {}, 400),
        ("POST", "/payments/none/pay", None, 409),
        ("POST", "/notices/9/repeat", None, 409),
        ("POST", "/callbacks/9/repeat", None, 409),
    ],
)
async def test_impossible_wishes_are_explained(
    world: World, method: str, path: str, body: Json | None, status: int
) -> None:
    assert (await world.try_control(method, path, body))[0] == status


@pytest.mark.parametrize(
    "wish",
    [
        ("messages", {"type": "text", "content": " "}),
        ("messages", {"type": "hologram"}),
        ("events", {"event": "subscribe"}),
        ("events", {"event": "teleport"}),
        ("events", {"event": "SCAN", "ticket": "none"}),
        ("taps", {"item_id": 1, "option": "1"}),
    ],
)
async def test_a_fan_cannot_do_what_a_phone_cannot(world: World, wish: tuple[str, Json]) -> None:
    fan = await world.fan()
    path, body = wish

    assert (await world.try_control("POST", f"/fans/{fan['fan_id']}/{path}", body))[0] == 409


async def test_a_message_can_be_delivered_once_more(world: World) -> None:
    fan = await writer(world)
    await world.delivered(1)
    [callback] = (await world.control("GET", "/callbacks"))["callbacks"]

    path = f"/callbacks/{callback['callback_id']}/repeat"
    assert (await world.control("POST", path))["body"] == "success"

    first, second = world.shop.received
    assert first.body == second.body
    assert fan["openid"] == second.query["openid"]


async def test_the_sandbox_refuses_production(world: World) -> None:
    with pytest.raises(SandboxRefused, match="production"):
        create_app(replace(world.settings, environment="production"))
