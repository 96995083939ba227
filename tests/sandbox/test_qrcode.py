"""Codes with a scene: their pictures, their limits, and what a scan of them brings."""

import json

import pytest

from tests.sandbox.world import Json, World

PNG = b"\x89PNG\r\n\x1a\n"


async def qr_code(world: World, scene: str, **more: object) -> Json:
    body = {"action_info": {"scene": {"scene_str": scene}}, **more}
    return await world.wechat("POST", "/cgi-bin/qrcode/create", body)


async def shown(world: World, ticket: str) -> tuple[int, bytes]:
    url = f"{world.url}/wechat/cgi-bin/showqrcode"
    async with world.http.get(url, params={"ticket": ticket}) as response:
        return response.status, await response.read()


async def mini_code(world: World, *, app_id: str = "", **body: object) -> tuple[str, bytes]:
    """What is answered to who asks for a code of the mini-program: content type and content."""
    token = await world.token(app_id or world.settings.mini_program.app_id)
    url = f"{world.url}/wechat/wxa/getwxacodeunlimit"
    async with world.http.post(url, json=body, params={"access_token": token}) as response:
        return response.content_type, await response.read()


async def test_a_permanent_code_is_shown_and_brings_its_scene_however_old_it_is(
    world: World,
) -> None:
    made = await qr_code(world, "src_store-door", action_name="QR_LIMIT_STR_SCENE")
    assert "expire_seconds" not in made
    fan = await world.fan(subscribed=False)
    await world.move(40 * 24 * 3600)

    for _ in range(2):
        await world.event(fan, "SCAN", ticket=made["ticket"])
    await world.delivered(2)

    status, picture = await shown(world, made["ticket"])
    assert (status, picture[:8]) == (200, PNG)
    events = [(each["Event"], each["EventKey"]) for each in world.shop.messages]
    assert events == [("subscribe", "qrscene_src_store-door"), ("SCAN", "src_store-door")]


async def test_a_temporary_code_lapses(world: World) -> None:
    made = await qr_code(world, "p_AB23CD", action_name="QR_STR_SCENE", expire_seconds=60)
    assert made["expire_seconds"] == 60
    fan = await world.fan()
    await world.move(60)

    scan = {"event": "SCAN", "ticket": made["ticket"]}
    status, answer = await world.try_control("POST", f"/fans/{fan['fan_id']}/events", scan)

    assert status >= 400
    assert "expired" in str(answer)


async def test_nobodys_ticket_has_no_picture(world: World) -> None:
    assert (await shown(world, "gQunknown"))[0] == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"scene": "p_AB23CD"}, None),
        ({"scene": "s" * 32, "page": "pages/product/index", "width": 280}, None),
        ({"scene": "s", "page": "pages/nowhere/index", "check_path": False}, None),
        ({"scene": "s", "page": "/pages/index/index"}, 41030),
        ({"scene": "s", "page": "pages/product/index?id=1"}, 41030),
        ({"scene": "s%20s"}, 40129),
        ({"scene": "s", "width": 200}, 40035),
        ({}, 40169),
    ],
)
async def test_a_mini_program_code_is_a_picture_or_says_what_is_wrong(
    world: World, body: Json, code: int | None
) -> None:
    kind, content = await mini_code(world, **body)

    if code is None:
        assert (kind, content[:8]) == ("image/png", PNG)
    else:
        assert json.loads(content)["errcode"] == code


async def test_scenes_look_different_and_the_official_account_is_not_let_in(world: World) -> None:
    one, again, other = [await mini_code(world, scene=scene) for scene in ("a", "a", "b")]
    assert one == again != other

    account = world.settings.official_account.app_id
    _, refused = await mini_code(world, scene="a", app_id=account)
    assert json.loads(refused)["errcode"] == 48001
