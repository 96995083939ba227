"""What our transport makes of a far end that refuses, stutters or vanishes."""

import asyncio
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.wecom.conftest import Connect
from tests.wecom.far_end import (
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
    WeChatError,
)
from wecom.tokens import MemoryTokenStore
from wecom.transport import AsyncWeChatClient

SEND = "/cgi-bin/message/custom/send"


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
