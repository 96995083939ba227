"""wechatpy's API methods over our transport, against a far end on this machine."""

import asyncio
import io
import traceback
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from tests.wecom.conftest import Connect
from tests.wecom.far_end import (
    STABLE_TOKEN,
    FarEnd,
    MovableClock,
    closed_port,
    raw_server,
    read_request,
    reset,
)
from wecom.errors import (
    NotSent,
    OutcomeUnknown,
    Reaction,
    Refused,
    TokenUnavailable,
    WeChatError,
)
from wecom.tokens import MemoryTokenStore
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


async def test_typing_is_shown_and_taken_away(client: AsyncWeChatClient, far_end: FarEnd) -> None:
    await client.typing.start("o1")
    await client.typing.stop("o1")

    assert [call.path for call in far_end.calls] == ["/cgi-bin/message/custom/typing"] * 2
    assert [call.content["command"] for call in far_end.calls] == ["Typing", "CancelTyping"]


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


# What went wrong.


@pytest.mark.parametrize(
    ("status", "raw"),
    [
        (500, b'{"errcode":0}'),
        (502, b"<html>Bad Gateway</html>"),
        (408, b""),
        (200, b"<html>maintenance</html>"),
        (200, b'{"errcode":0,"err'),
        (200, b""),
        (200, b"[]"),
        (200, b'{"errcode":"many"}'),
        (200, b'{"errcode":1e999}'),
        (200, b"[" * 100_000),
    ],
)
async def test_an_answer_that_tells_nothing_leaves_the_outcome_unknown(
    client: AsyncWeChatClient, far_end: FarEnd, status: int, raw: bytes
) -> None:
    far_end.answer(SEND, raw, status)

    with pytest.raises(OutcomeUnknown) as caught:
        await client.message.send_text("o1", "您好")

    assert caught.value.may_have_arrived
    assert not caught.value.permanent


@pytest.mark.parametrize("status", [301, 404, 413, 429])
async def test_a_gateway_that_turns_us_away_has_sent_nothing_on(
    client: AsyncWeChatClient, far_end: FarEnd, status: int
) -> None:
    far_end.answer(SEND, b"<html>no</html>", status)

    with pytest.raises(Refused, match=f"HTTP {status}") as caught:
        await client.message.send_text("o1", "您好")

    assert caught.value.code is None
    assert not caught.value.may_have_arrived


async def test_an_error_code_becomes_a_typed_error(
    client: AsyncWeChatClient, far_end: FarEnd
) -> None:
    far_end.answer(SEND, {"errcode": "45015", "errmsg": "response out of time limit"})

    with pytest.raises(Refused, match="45015") as caught:
        await client.message.send_text("o1", "您好")

    assert caught.value.code == 45015
    assert caught.value.reaction is Reaction.WINDOW_CLOSED
    assert caught.value.permanent
    assert len(far_end.calls) == 1


async def test_a_duplicate_counts_as_sent(client: AsyncWeChatClient, far_end: FarEnd) -> None:
    far_end.answer("/cgi-bin/message/mass/send", {"errcode": 45065, "msg_id": 7})

    answer = await client.post("message/mass/send", data={"clientmsgid": "k"})

    assert answer["msg_id"] == 7


async def test_control_characters_in_an_answer_do_not_hide_it(
    client: AsyncWeChatClient, far_end: FarEnd
) -> None:
    far_end.answer("/cgi-bin/user/info", b'{"openid":"o1","remark":"a\x01\nb\xff"}')

    assert (await client.user.get("o1"))["openid"] == "o1"


async def test_a_closed_port_means_not_sent(connect: Connect) -> None:
    client = connect(f"http://127.0.0.1:{closed_port()}")

    with pytest.raises(NotSent) as caught:
        await client.login.code_to_session("code-SECRET")

    assert not caught.value.may_have_arrived


async def test_an_unknown_host_means_not_sent(clock: MovableClock) -> None:
    class NoSuchHost(AbstractResolver):
        async def resolve(
            self,
            host: str,
            port: int = 0,  # noqa: ARG002
            family: int = 0,  # noqa: ARG002
        ) -> list[ResolveResult]:
            raise OSError(f"{host} not known")

        async def close(self) -> None:
            """Nothing is open."""

    connector = aiohttp.TCPConnector(resolver=NoSuchHost())
    async with aiohttp.ClientSession(connector=connector) as http:
        client = AsyncWeChatClient(
            "wx-app", "s", http=http, token_store=MemoryTokenStore(), now=clock
        )
        with pytest.raises(NotSent):
            await client.login.code_to_session("code1")


async def test_a_server_that_does_not_accept_in_time_has_received_nothing(
    clock: MovableClock,
) -> None:
    class NeverConnects(aiohttp.TCPConnector):
        async def _create_connection(self, *_arguments: Any) -> Any:
            await asyncio.sleep(60)

    async with aiohttp.ClientSession(connector=NeverConnects()) as http:
        client = AsyncWeChatClient(
            "wx-app",
            "s",
            http=http,
            token_store=MemoryTokenStore(),
            now=clock,
            deadline=timedelta(seconds=0.2),
        )
        with pytest.raises(NotSent, match="ConnectionTimeoutError"):
            await client.login.code_to_session("code1")


async def answer_never(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await reader.read()


async def answer_with_reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    reset(writer)


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write_eof()
    await reader.read()


async def answer_half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    writer.write_eof()
    await reader.read()


async def answer_drop_by_drop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" ")
        await asyncio.sleep(0.05)


async def answer_garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"\x00\x01 no http at all\r\n\r\n")
    await writer.drain()
    await reader.read()


@pytest.mark.parametrize(
    "serve",
    [answer_never, answer_with_reset, hang_up, answer_half, answer_drop_by_drop, answer_garbage],
)
async def test_a_connection_that_breaks_after_the_request_leaves_the_outcome_unknown(
    connect: Connect, serve: Callable[..., Any]
) -> None:
    async with raw_server(serve) as address:
        client = connect(address, seconds=0.3)

        async with asyncio.timeout(1.0):
            with pytest.raises(OutcomeUnknown):
                await client.stable_token.fetch()


# What must never be seen.


@pytest.mark.parametrize("path_answer", [None, 200, 404, 500, 40001, 45015])
async def test_no_error_shows_a_token_or_a_secret(
    client: AsyncWeChatClient, far_end: FarEnd, connect: Connect, path_answer: int | None
) -> None:
    if path_answer is None:
        client = connect(f"http://127.0.0.1:{closed_port()}")
    elif path_answer > 1000:
        message = f"refused ?access_token={far_end.token}&x=1"
        far_end.answer(SEND, {"errcode": path_answer, "errmsg": message})
    else:
        far_end.answers[SEND] = lambda: web.Response(text="SECRET", status=path_answer)

    with pytest.raises(WeChatError) as caught:
        await client.message.send_text("o-openid", "我的地址是…")

    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert "SECRET" not in shown.replace('text="SECRET"', "")
    assert "o-openid" not in repr(caught.value)


async def test_a_timeout_while_connecting_does_not_show_the_token(clock: MovableClock) -> None:
    """aiohttp's own message for this one holds the whole URL."""

    class NeverConnects(aiohttp.TCPConnector):
        async def _create_connection(self, *_arguments: Any) -> Any:
            await asyncio.sleep(60)

    async with aiohttp.ClientSession(connector=NeverConnects()) as http:
        client = AsyncWeChatClient(
            "wx-app",
            "app-SECRET",
            http=http,
            token_store=MemoryTokenStore(),
            now=clock,
            deadline=timedelta(seconds=0.1),
        )
        with pytest.raises(NotSent) as caught:
            await client.login.code_to_session("code1")

    assert "SECRET" not in "".join(traceback.format_exception(caught.value))
