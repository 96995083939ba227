"""wechatpy's API methods over our transport, against a far end on this machine."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from tests.wecom.conftest import Connect
from tests.wecom.far_end import (
    STABLE_TOKEN,
    FarEnd,
    MovableClock,
)
from wecom.errors import (
    OutcomeUnknown,
    Reaction,
    Refused,
    TokenUnavailable,
)
from wecom.transport import AsyncWeChatClient

SEND = "/cgi-bin/message/custom/send"
CARD = {"title": "去结算", "appid": "wx1", "pagepath": "pages/a?b=1", "thumb_media_id": "m"}
MENU = {"head_content": "选哪个?", "list": [{"id": "1", "content": "蓝色"}], "tail_content": ""}


# What is sent.


async def test_chinese_text_leaves_as_plain_utf8(
    client: AsyncWeChatClient, far_end: FarEnd
) -> None:
    await client.message.send_text("o1", "有货😀")

    [call] = far_end.calls
    assert (call.method, call.path, call.content_type) == ("POST", SEND, "application/json")
    assert "有货😀".encode() in call.body
    assert call.content == {"touser": "o1", "msgtype": "text", "text": {"content": "有货😀"}}
    assert call.query == {"access_token": far_end.token}


@pytest.mark.parametrize(
    ("method", "argument", "expected"),
    [
        ("send_image", "m1", {"msgtype": "image", "image": {"media_id": "m1"}}),
        (
            "send_mini_program_page",
            CARD,
            {"msgtype": "miniprogrampage", "miniprogrampage": CARD},
        ),
        ("send_msg_menu", MENU, {"msgtype": "msgmenu", "msgmenu": MENU}),
    ],
)
async def test_customer_service_messages_have_the_documented_form(
    client: AsyncWeChatClient, far_end: FarEnd, method: str, argument: Any, expected: Any
) -> None:
    await getattr(client.message, method)("o1", argument)

    [call] = far_end.calls
    assert call.path == SEND
    assert call.content == {"touser": "o1", **expected}


async def test_a_follower_is_looked_up(client: AsyncWeChatClient, far_end: FarEnd) -> None:
    far_end.answer("/cgi-bin/user/info", {"subscribe": 1, "openid": "o1", "unionid": "u1"})

    follower = await client.user.get("o1")

    assert follower["unionid"] == "u1"
    assert far_end.calls[0].query["lang"] == "zh_CN"


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (("thumb.png", b"\x89PNG picture", "image/png"), "thumb.png"),
        (("thumb.png", io.BytesIO(b"\x89PNG picture")), "thumb.png"),
        (("耳机.png", b"\x89PNG picture"), "media.png"),
        (io.BytesIO(b"\x89PNG picture"), "media"),
    ],
)
async def test_a_picture_is_uploaded_whole_and_with_a_name_also_the_second_time(
    client: AsyncWeChatClient, far_end: FarEnd, file: Any, name: str
) -> None:
    await client.tokens.current()
    far_end.revoke()

    await client.media.upload("image", file)

    refused, accepted = far_end.calls
    assert accepted.path == "/cgi-bin/media/upload"
    assert accepted.query["type"] == "image"
    for call in (refused, accepted):
        assert b'name="media"; filename="' + name.encode() + b'"' in call.body
        assert b"\x89PNG picture" in call.body


async def test_calls_go_below_the_configured_address(
    far_end: FarEnd, connect: Connect, aiohttp_server: Callable[..., Awaitable[TestServer]]
) -> None:
    server = await aiohttp_server(far_end.app())
    client = connect(str(server.make_url("/sandbox/wechat/")))

    await client.message.send_text("o1", "您好")

    assert far_end.calls[0].path == f"/sandbox/wechat{SEND}"


async def test_a_token_is_never_sent_to_another_host(client: AsyncWeChatClient) -> None:
    with pytest.raises(ValueError, match="is not on"):
        await client.get("https://mp.weixin.qq.com/cgi-bin/showqrcode")


async def test_an_option_that_would_be_lost_is_an_error(client: AsyncWeChatClient) -> None:
    with pytest.raises(TypeError, match="verify"):
        await client.get("user/info", verify=False)


# Logging in to the mini-program.


async def test_a_login_code_becomes_an_openid_without_any_token(
    client: AsyncWeChatClient, far_end: FarEnd
) -> None:
    far_end.answer("/sns/jscode2session", {"openid": "o1", "session_key": "key-SECRET"})

    session = await client.login.code_to_session("code1")

    assert (session.openid, session.session_key, session.unionid) == ("o1", "key-SECRET", None)
    assert "SECRET" not in repr(session)
    assert far_end.calls[0].query["js_code"] == "code1"
    assert "access_token" not in far_end.calls[0].query
    assert far_end.token_requests == []


@pytest.mark.parametrize("code", [40029, 40163, 40226])
async def test_a_bad_login_code_is_denied(
    client: AsyncWeChatClient, far_end: FarEnd, code: int
) -> None:
    far_end.answer("/sns/jscode2session", {"errcode": code, "errmsg": "invalid code"})

    with pytest.raises(Refused) as caught:
        await client.login.code_to_session("code1")

    assert caught.value.reaction is Reaction.DENY_LOGIN


async def test_a_login_answer_without_an_openid_is_no_login(
    client: AsyncWeChatClient, far_end: FarEnd
) -> None:
    far_end.answer("/sns/jscode2session", {"session_key": "key"})

    with pytest.raises(OutcomeUnknown):
        await client.login.code_to_session("code1")


# Tokens.


async def test_the_stable_token_is_asked_for_without_force(
    client: AsyncWeChatClient, far_end: FarEnd
) -> None:
    await client.message.send_text("o1", "您好")

    assert far_end.token_requests == [
        {
            "grant_type": "client_credential",
            "appid": "wx-app",
            "secret": "app-SECRET",
            "force_refresh": False,
        }
    ]


async def test_twenty_calls_after_a_revocation_fetch_one_token_and_all_succeed(
    client: AsyncWeChatClient, far_end: FarEnd
) -> None:
    await client.message.send_text("o0", "您好")
    far_end.revoke()

    await asyncio.gather(*(client.message.send_text(f"o{n}", "您好") for n in range(20)))

    assert len(far_end.token_requests) == 2
    delivered = [call for call in far_end.calls[1:] if call.query["access_token"] == far_end.token]
    assert len(delivered) == 20


async def test_an_api_that_refuses_every_token_costs_two_fetches_and_then_none(
    client: AsyncWeChatClient, far_end: FarEnd, clock: MovableClock
) -> None:
    far_end.always_refuses = True

    for _ in range(5):
        with pytest.raises(Refused) as caught:
            await client.message.send_text("o1", "您好")
        assert caught.value.code == 40001
        assert caught.value.reaction is Reaction.REFRESH_TOKEN

    assert len(far_end.token_requests) == 2
    assert len(far_end.calls) == 2 + 4
    clock.move(seconds=31)
    with pytest.raises(Refused):
        await client.message.send_text("o1", "您好")
    assert len(far_end.token_requests) == 3


@pytest.mark.parametrize(
    "answer",
    [
        {"errcode": 40125, "errmsg": "invalid appsecret app-SECRET"},
        {"errcode": 40001, "errmsg": "wrong secret"},
        {"access_token": "token", "expires_in": 0},
        {"access_token": "", "expires_in": 7200},
        {"expires_in": 7200},
        b"<html>",
    ],
)
async def test_without_a_token_nothing_is_sent(
    client: AsyncWeChatClient, far_end: FarEnd, answer: Any
) -> None:
    far_end.answer(STABLE_TOKEN, answer)

    with pytest.raises(TokenUnavailable) as caught:
        await client.message.send_text("o1", "您好")

    assert far_end.calls == []
    assert not caught.value.permanent
    assert not caught.value.may_have_arrived


async def test_a_hanging_token_endpoint_holds_up_one_call_and_nothing_else(
    far_end: FarEnd, connect: Connect, aiohttp_server: Callable[..., Awaitable[TestServer]]
) -> None:
    far_end.token_delay = 5.0
    server = await aiohttp_server(far_end.app())
    client = connect(str(server.make_url("/")), seconds=0.3)
    loop = asyncio.get_running_loop()
    waiting = asyncio.create_task(client.message.send_text("o1", "您好"))
    longest_lag = 0.0

    while not waiting.done():
        before = loop.time()
        await asyncio.sleep(0.005)
        longest_lag = max(longest_lag, loop.time() - before - 0.005)

    assert isinstance(waiting.exception(), TokenUnavailable)
    assert longest_lag < 0.2
