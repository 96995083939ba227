"""What no honest platform sends is refused at the callback: quickly, and without a trace of it."""

import asyncio
import gzip
import io
import re
import statistics
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tests.bot.channels.callback import PATH, PLATFORM, Client, post, text
from tests.bot.channels.hostile import HANDMADE, Request, hostile_requests
from tests.bot.channels.platform_side import NOW
from tests.bot.counter import Counter
from wecom.xml import BODY_LIMIT

CANARY = "我要退款给oUserCanary"


def forged(**changes: str | None) -> Request:
    query, body = PLATFORM.deliver(text(CANARY))
    kept = {**query, **changes}
    return {name: value for name, value in kept.items() if value is not None}, body


def old() -> str:
    return str(int(NOW.timestamp()) - 11 * 60)


def signed_at(stamp: str) -> Request:
    query, body = PLATFORM.deliver(text(CANARY))
    (found,) = re.findall(rb"<Encrypt><!\[CDATA\[(.*?)\]\]>", body)
    signature = PLATFORM.sign(stamp, query["nonce"], found.decode())
    return {**query, "timestamp": stamp, "msg_signature": signature}, body


REFUSED: dict[str, tuple[Request, int]] = {
    "wrong signature": (forged(msg_signature="0" * 40), 403),
    "no signature": (forged(msg_signature=None), 403),
    "signature of another form": (forged(msg_signature="x"), 400),
    "no timestamp": (forged(timestamp=None), 400),
    "no nonce": (forged(nonce=None), 400),
    "changed nonce": (forged(nonce="1"), 403),
    "unencrypted mode": (forged(encrypt_type="raw"), 403),
    "too old": (signed_at(old()), 403),
    "no body": ((forged()[0], b""), 400),
    "garbage": ((forged()[0], b"\xff\xfe\x00garbage"), 400),
    "plain xml": ((forged()[0], text(CANARY).encode()), 403),
    "doctype": (
        (forged()[0], b"<!DOCTYPE xml [<!ENTITY a 'b'>]><xml><Encrypt>&a;</Encrypt></xml>"),
        400,
    ),
    "doctype inside": (PLATFORM.deliver("<!DOCTYPE xml>" + text(CANARY)), 400),
    "too large": ((forged()[0], forged()[1] + b" " * BODY_LIMIT), 400),
    "another account": (
        PLATFORM.deliver_encrypted(PLATFORM.encrypt(text(CANARY).encode(), "wxother")),
        403,
    ),
    "nothing at all": (({}, b""), 400),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_wechat_would_not_send_is_refused_quickly_and_logged_without_its_content(
    client: Client, shop_counter: Counter, name: str
) -> None:
    request, status = REFUSED[name]
    seconds = []
    with capture_logs() as lines:
        for _ in range(5):
            began = time.perf_counter()
            answer = await post(client, request)
            seconds.append(time.perf_counter() - began)
            assert answer[0] == status

    assert statistics.median(seconds) < 0.05
    assert [line["event"] for line in lines] == ["callback refused"] * 5
    assert all(set(line) == {"event", "status", "reason", "log_level"} for line in lines)
    assert "Canary" not in str(lines) + answer[1]
    assert await shop_counter.inbox() == []


async def test_a_body_of_many_megabytes_is_not_read_to_its_end(client: Client) -> None:
    request = (forged()[0], io.BytesIO(b"x" * (32 * 1024 * 1024)))
    began = time.perf_counter()
    try:
        status, _ = await post(client, request)
    except OSError:
        status = 400  # The shop answered and closed while we were still writing.

    assert status == 400
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(PLATFORM.deliver(text("在吗"))[1]),
        b"\x1f\x8bno gzip",
        gzip.compress(b"a" * 10**8),
    ],
    ids=["honest", "broken", "bomb"],
)
async def test_a_compressed_body_gets_an_orderly_answer(client: Client, body: bytes) -> None:
    began = time.perf_counter()
    query, _ = PLATFORM.deliver(text("在吗"))
    status, _ = await post(client, (query, body), headers={"Content-Encoding": "gzip"})

    assert status in {200, 400, 403}
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    "sent",
    [
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\nno chunk\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nab\r\n0\r\n\r\n",
        b"Content-Length: 99999999999999999999999\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
async def test_a_request_that_is_no_http_is_refused(client: Client, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    query = "&".join(f"{name}={value}" for name, value in forged()[0].items())
    head = f"POST {PATH}?{query} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n"
    writer.write(head.encode() + sent)
    async with asyncio.timeout(5):
        line = await reader.readline()
    writer.close()
    await writer.wait_closed()

    assert line.split(b" ")[1] in {b"400", b"403"}


@pytest.mark.parametrize("body", HANDMADE, ids=range(len(HANDMADE)))
@pytest.mark.parametrize("is_signed", [False, True], ids=["stranger", "insider"])
async def test_bodies_that_have_hurt_parsers_are_refused(
    client: Client, body: str, is_signed: bool
) -> None:
    query, sealed = PLATFORM.deliver(body)
    status, _ = await post(client, (query, sealed if is_signed else body.encode()))

    assert status in ({200, 400, 403} if is_signed else {400, 403})


A_BATCH = 50


async def survives(client: Client, requests: list[Request]) -> None:
    answers = await asyncio.gather(*(post(client, each) for each in requests))
    assert {status for status, _ in answers} <= {200, 400, 403}


@given(st.lists(hostile_requests(PLATFORM), min_size=A_BATCH, max_size=A_BATCH))
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), database=None)
async def test_any_request_is_answered_or_refused(client: Client, requests: list[Request]) -> None:
    with capture_logs():
        await survives(client, requests)


@pytest.mark.slow
@given(st.lists(hostile_requests(PLATFORM), min_size=A_BATCH, max_size=A_BATCH))
@settings(
    max_examples=10_000 // A_BATCH,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
async def test_ten_thousand_requests_are_answered_or_refused(
    client: Client, requests: list[Request]
) -> None:
    with capture_logs():
        await survives(client, requests)
