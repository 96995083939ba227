"""Every error code in the platform's table can be met by doing what it forbids."""

import contextlib
import json
import sqlite3
from collections.abc import Awaitable, Callable

import pytest

from bot.sandbox.error_codes import WECHAT_ERRORS
from bot.sandbox.rules import QR_PERMANENT
from tests.sandbox.world import PNG, World

TEMPLATE = "zhanggui-order-state-notice-000000000000001"
JPEG = b"\xff\xd8\xff\xe0" + bytes(16)


async def code(world: World, method: str, path: str, body: object = None, **query: str) -> int:
    answer = await world.wechat(method, path, body, **query)
    return int(answer.get("errcode", 0))


async def token_code(world: World, **change: object) -> int:
    account = world.settings.official_account
    body = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.secret}
    return await code(world, "POST", "/cgi-bin/stable_token", {**body, **change}, token="")


async def send(world: World, **message: object) -> int:
    fan = await world.fan()
    await world.say(fan, "你好")
    return await world.send(fan, **message)


async def card(world: World, **change: str) -> int:
    media_id = (await world.upload())["media_id"]
    body = {
        "title": "去结算",
        "appid": world.settings.mini_program.app_id,
        "pagepath": "pages/checkout/index?cart=a",
        "thumb_media_id": media_id,
    }
    return await send(world, miniprogrampage={**body, **change})


async def upload_code(world: World, content: bytes, kind: str = "image", name: str = "a") -> int:
    return int((await world.upload(content, kind, name or None)).get("errcode", 0))


async def menu(world: World, *buttons: object) -> int:
    return await code(world, "POST", "/cgi-bin/menu/create", {"button": list(buttons)})


async def qr(world: World, **body: object) -> int:
    return await code(world, "POST", "/cgi-bin/qrcode/create", body)


async def template(world: World, *, subscribed: bool = True, **change: object) -> int:
    fan = await world.fan(subscribed=subscribed)
    values = {"character_string1": {"value": "A1"}, "phrase2": {"value": "已发货"}}
    body = {"touser": fan["openid"], "template_id": TEMPLATE, "data": values, **change}
    return await code(world, "POST", "/cgi-bin/message/template/send", body)


async def login(world: World, js_code: str | None = None, **change: str) -> int:
    mini = world.settings.mini_program
    if js_code is None:
        fan = await world.fan()
        path = f"/fans/{fan['fan_id']}/login-code"
        js_code = (await world.control("POST", path))["code"]
    query = {
        "appid": mini.app_id,
        "secret": mini.secret,
        "js_code": js_code,
        "grant_type": "authorization_code",
        **change,
    }
    return await code(world, "GET", "/sns/jscode2session", token="", **query)


async def used_login(world: World) -> int:
    fan = await world.fan()
    js_code = (await world.control("POST", f"/fans/{fan['fan_id']}/login-code"))["code"]
    assert await login(world, js_code) == 0
    return await login(world, js_code)


async def fault(world: World, errcode: int) -> int:
    await world.control("POST", "/faults", {"api": "user/info", "fault": f"errcode:{errcode}"})
    return await code(world, "GET", "/cgi-bin/user/info", openid="x")


async def expired_token(world: World) -> int:
    token = await world.token()
    await world.move(7200)
    return await code(world, "GET", "/cgi-bin/user/info", token=token)


async def revoked_token(world: World) -> int:
    token = await world.token()
    await world.control("POST", "/tokens/revoke")
    return await code(world, "GET", "/cgi-bin/user/info", token=token)


async def quota(world: World) -> int:
    await world.control("POST", "/quotas", {"api": "custom/send", "used": 500_000})
    return await send(world, text={"content": "x"})


async def many_logins(world: World) -> int:
    fan, codes = await world.fan(), []
    for _ in range(101):
        path = f"/fans/{fan['fan_id']}/login-code"
        codes.append(await login(world, (await world.control("POST", path))["code"]))
    assert codes[:100] == [0] * 100
    return codes[100]


async def silent_fan(world: World) -> int:
    return await world.send(await world.fan(), text={"content": "x"})


async def talkative_shop(world: World) -> int:
    fan = await world.fan()
    await world.say(fan, "你好")
    codes = [await world.send(fan, text={"content": "x"}) for _ in range(6)]
    assert codes[:5] == [0] * 5
    return codes[5]


async def typing(world: World, times: int, *, wait: float = 0) -> int:
    fan = await world.fan()
    await world.say(fan, "你好")
    await world.move(wait)
    body = {"touser": fan["openid"], "command": "Typing"}
    codes = [
        await code(world, "POST", "/cgi-bin/message/custom/typing", body) for _ in range(times)
    ]
    return codes[-1]


def button(name: str = "热卖", **given: object) -> dict[str, object]:
    return {"type": "click", "name": name, "key": "HOT", **given}


async def mini_program_code(world: World, **body: object) -> int:
    token = await world.token(world.settings.mini_program.app_id)
    return await code(world, "POST", "/wxa/getwxacodeunlimit", body, token=token)


async def unallowed_notice(world: World) -> int:
    fan = await world.fan()
    token = await world.token(world.settings.mini_program.app_id)
    notice = {
        "touser": fan["mini_openid"],
        "template_id": TEMPLATE,
        "data": {"thing1": {"value": "云朵拖鞋"}},
    }
    return await code(world, "POST", "/cgi-bin/message/subscribe/send", notice, token=token)


async def too_many_qr_codes(world: World) -> int:
    with contextlib.closing(sqlite3.connect(world.settings.database)) as memory, memory:
        rows = ((f"t{number}", "s") for number in range(QR_PERMANENT.value))
        memory.executemany("INSERT INTO qr_codes (ticket, scene) VALUES (?, ?)", rows)
    wanted = {"scene": {"scene_str": "src_door"}}
    return await qr(world, action_name="QR_LIMIT_STR_SCENE", action_info=wanted)


type Scenario = Callable[[World], Awaitable[int]]

SCENARIOS: dict[int, Scenario] = {
    -1: lambda w: fault(w, -1),
    40001: revoked_token,
    40002: lambda w: token_code(w, grant_type="password"),
    40003: lambda w: w.send_body({"touser": "nobody", "msgtype": "text", "text": {}}),
    40004: lambda w: upload_code(w, PNG, "poster"),
    40005: lambda w: upload_code(w, b"MZ\x90\x00"),
    40007: lambda w: card(w, thumb_media_id="unknown"),
    40008: lambda w: send(w, hologram={}),
    40009: lambda w: upload_code(w, PNG + bytes(10 * 1024 * 1024)),
    40012: lambda w: upload_code(w, JPEG + bytes(64 * 1024), "thumb"),
    40013: lambda w: token_code(w, appid="wxunknown"),
    40014: lambda w: code(w, "GET", "/cgi-bin/user/info", token="abc"),
    40016: lambda w: menu(w, button(), button(), button(), button()),
    40017: lambda w: menu(w, button(type="teleport")),
    40018: lambda w: menu(w, button("一二三四五六")),
    40019: lambda w: menu(w, button(key="k" * 129)),
    40020: lambda w: menu(w, button(type="view", url="")),
    40023: lambda w: menu(w, {"name": "更多", "sub_button": [button()] * 6}),
    40025: lambda w: menu(w, {"name": "更多", "sub_button": [button("长" * 21)]}),
    40029: lambda w: login(w, "unknown"),
    40033: lambda w: code(
        w, "POST", "/cgi-bin/message/custom/send", json.dumps({"a": "你"}).encode()
    ),
    40035: lambda w: send(w, msgmenu={"list": []}),
    40037: lambda w: template(w, template_id="unknown"),
    40052: lambda w: qr(w, action_name="QR_HOLOGRAM"),
    40053: lambda w: qr(w, action_name="QR_STR_SCENE", action_info={"scene": {}}),
    40125: lambda w: token_code(w, secret="wrong"),
    40129: lambda w: mini_program_code(w, scene="店门口"),
    40163: used_login,
    40165: lambda w: card(w, pagepath="pages/nowhere/index"),
    40169: lambda w: mini_program_code(w, scene="s" * 33),
    40226: lambda w: fault(w, 40226),
    40252: lambda w: fault(w, 40252),
    41001: lambda w: code(w, "GET", "/cgi-bin/user/info", token=""),
    41002: lambda w: token_code(w, appid=""),
    41004: lambda w: token_code(w, secret=""),
    41005: lambda w: upload_code(w, PNG, name=""),
    41008: lambda w: login(w, ""),
    41030: lambda w: mini_program_code(w, scene="s", page="pages/nowhere/index"),
    42001: expired_token,
    43002: lambda w: code(w, "GET", "/cgi-bin/message/custom/send"),
    43004: lambda w: template(w, subscribed=False),
    43101: unallowed_notice,
    44002: lambda w: code(w, "POST", "/cgi-bin/message/custom/send", b""),
    44004: lambda w: send(w, text={"content": ""}),
    45002: lambda w: send(w, text={"content": "长" * 683}),
    45003: lambda w: card(w, title="长" * 21 + "ab"),
    45008: lambda w: send(w, news={"articles": [{"title": "一"}, {"title": "二"}]}),
    45009: quota,
    45011: many_logins,
    45015: silent_fan,
    45029: too_many_qr_codes,
    45047: talkative_shop,
    45080: lambda w: typing(w, 1, wait=31),
    45081: lambda w: typing(w, 2),
    47001: lambda w: code(w, "POST", "/cgi-bin/message/custom/send", b"{"),
    47003: lambda w: template(w, data={}),
    48001: lambda w: code(w, "POST", "/wxa/sec/order/get_order", {}),
}


def test_no_code_of_the_table_is_left_out() -> None:
    assert set(SCENARIOS) == set(WECHAT_ERRORS)


@pytest.mark.parametrize("errcode", SCENARIOS)
async def test_the_documented_code_is_produced(world: World, errcode: int) -> None:
    assert await SCENARIOS[errcode](world) == errcode


@pytest.mark.parametrize("body", [b"[]", b"7", b'"x"', b"\xff\xfe", b'{"msgtype": ["text"]}'])
async def test_nonsense_is_an_errcode_and_never_a_crash(world: World, body: bytes) -> None:
    assert await code(world, "POST", "/cgi-bin/message/custom/send", body) in {47001, 40003}


@pytest.mark.parametrize(
    "message",
    [
        {"msgmenu": {"list": ["a"]}},
        {"news": {"articles": "a"}},
        {"text": "a"},
        {"text": {"content": 7}},
        {"miniprogrampage": {"title": []}},
    ],
)
async def test_wrong_shapes_are_a_data_format_error(
    world: World, message: dict[str, object]
) -> None:
    assert await send(world, **message) == 47001


async def test_unknown_paths_are_not_found(world: World) -> None:
    async with world.http.get(f"{world.url}/wechat/cgi-bin/nothing") as response:
        assert response.status == 404


async def test_errors_are_counted_by_api_and_code(world: World) -> None:
    await silent_fan(world)

    assert await world.counter("errors:custom/send:45015") == 1
    assert await world.counter("accepted:custom/send") == 0
