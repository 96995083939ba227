"""The callback over HTTP: one answer to however many deliveries, and nothing for strangers."""

import asyncio
import gzip
import io
import re
import sqlite3
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import make_url
from structlog.testing import capture_logs
from yarl import URL

from bot import outbox, texts
from bot.channels.official_account import NOTHING_TO_SAY, OfficialAccountChannel
from bot.channels.wechat_xml import BODY_LIMIT
from bot.clock import FrozenClock
from bot.database import Database
from bot.messages import Text, reply_to_json
from bot.tables import InboxState, OutboxState
from bot.turn import Shop
from tests.bot.channels.hostile import HANDMADE, Request, hostile_requests
from tests.bot.channels.platform_side import NOW, PlatformSide, event, message
from tests.bot.counter import Counter, Ears, open_counter

PLATFORM = PlatformSide()
PATH = "/wechat/official-account"
CANARY = "我要退款给oUserCanary"

type Client = TestClient[Any, Any]
type Answer = tuple[int, str]


def text(content: str, number: int = 1) -> str:
    return message("text", f"<Content><![CDATA[{content}]]></Content><MsgId>{number}</MsgId>")


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOW)


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def shop_counter(database: Database, clock: FrozenClock, empty_shop: Shop, ears: Ears) -> Counter:
    return open_counter(database, clock, empty_shop, parser=ears)


@pytest.fixture
def patience() -> float:
    """Seconds that WeChat is kept waiting; long, because tests share a machine."""
    return 4.0


in_haste = pytest.mark.parametrize("patience", [0.5])


@pytest.fixture
async def client(
    shop_counter: Counter, patience: float, aiohttp_client: Callable[..., Awaitable[Client]]
) -> Client:
    """WeChat's way to the shop."""
    channel = OfficialAccountChannel(
        wire=PLATFORM.our_wire,
        database=shop_counter.database,
        clock=shop_counter.clock,
        sealer=shop_counter.sealer,
        pipeline=shop_counter.pipeline,
        sender=shop_counter.sender,
        background=shop_counter.background,
        patience=patience,
    )
    app = web.Application()
    app.add_routes(channel.routes(PATH))

    async def drain(_app: web.Application) -> None:
        await shop_counter.background.close(5.0)

    app.on_cleanup.append(drain)
    return await aiohttp_client(app)


async def post(client: Client, request: tuple[dict[str, str], Any], **more: Any) -> Answer:
    """Deliver a request, however odd its query is."""
    query, body = request
    pairs = (f"{name}={quote(value, errors='surrogatepass')}" for name, value in query.items())
    url = URL(f"{PATH}?{'&'.join(pairs)}", encoded=True)
    async with client.post(url, data=body, **more) as response:
        return response.status, await response.text()


def opened(answer: Answer) -> dict[str, str]:
    """The passive reply as the platform reads it: signature checked, decrypted."""
    status, sealed = answer
    assert status == 200
    envelope = {each.tag: each.text or "" for each in ET.fromstring(sealed)}  # noqa: S314
    signed = (envelope["TimeStamp"], envelope["Nonce"], envelope["Encrypt"])
    assert envelope["MsgSignature"] == PLATFORM.sign(*signed)
    xml, app_id = PLATFORM.decrypt(envelope["Encrypt"])
    assert app_id == PLATFORM.app_id
    return {each.tag: each.text or "" for each in ET.fromstring(xml)}  # noqa: S314


async def test_the_address_check_gets_its_echo(client: Client) -> None:
    stamp, nonce = str(int(NOW.timestamp())), "n1"
    query = {"signature": PLATFORM.sign(stamp, nonce), "timestamp": stamp, "nonce": nonce}

    async with client.get(PATH, params={**query, "echostr": "5838474644573"}) as response:
        assert (response.status, await response.text()) == (200, "5838474644573")
    async with client.get(PATH, params={**query, "nonce": "n2", "echostr": "1"}) as response:
        assert response.status == 403
    async with client.head(PATH, params=query) as response:
        assert response.status == 405


async def test_a_text_is_answered_in_the_encrypted_response(
    client: Client, shop_counter: Counter
) -> None:
    reply = opened(await post(client, PLATFORM.deliver(text("在吗"))))

    assert reply == {
        "ToUserName": "oUser",
        "FromUserName": "gh_shop",
        "CreateTime": str(int(NOW.timestamp())),
        "MsgType": "text",
        "Content": "第1句：在吗",
    }
    assert [state for state, _ in await shop_counter.outbox()] == [OutboxState.PASSIVE]
    assert await shop_counter.send_all() == []


@pytest.mark.parametrize("content", ["找鞋", "选项", "闷着"])
async def test_what_may_not_ride_or_is_nothing_is_answered_with_success(
    client: Client, content: str
) -> None:
    assert await post(client, PLATFORM.deliver(text(content))) == (200, NOTHING_TO_SAY)


async def test_an_event_without_a_number_is_known_by_its_bytes(
    client: Client, shop_counter: Counter
) -> None:
    body = event("VIEW", "<EventKey>http://shop</EventKey>")

    for _ in range(3):
        assert (await post(client, PLATFORM.deliver(body)))[0] == 200

    assert await shop_counter.inbox() == [InboxState.ANSWERED]


@pytest.mark.parametrize("content", ["在吗", "找鞋"])
async def test_three_deliveries_one_after_the_other_take_one_turn(
    client: Client, shop_counter: Counter, content: str
) -> None:
    answers = [await post(client, PLATFORM.deliver(text(content))) for _ in range(3)]

    assert one_reply(answers)
    assert len(await shop_counter.transcript()) == {"在吗": 2, "找鞋": 3}[content]


@pytest.mark.parametrize("content", ["在吗", "找鞋"])
async def test_three_deliveries_at_once_take_one_turn(
    client: Client, shop_counter: Counter, ears: Ears, content: str
) -> None:
    ears.seconds = 0.1
    answers = await asyncio.gather(
        *(post(client, PLATFORM.deliver(text(content))) for _ in range(3))
    )

    assert one_reply(answers)
    assert len(await shop_counter.transcript()) == {"在吗": 2, "找鞋": 3}[content]


def one_reply(answers: Sequence[Answer]) -> bool:
    """Whether every delivery got the same reply, or all `success`."""
    if answers[0][1] == NOTHING_TO_SAY:
        return set(answers) == {(200, NOTHING_TO_SAY)}
    return len({opened(each)["Content"] for each in answers}) == 1


@in_haste
async def test_a_slow_turn_is_acknowledged_in_time_and_answered_through_the_api(
    client: Client, shop_counter: Counter, ears: Ears, clock: FrozenClock
) -> None:
    ears.gate = asyncio.Event()
    began = time.monotonic()
    answer = await post(client, PLATFORM.deliver(text("在吗")))
    assert answer == (200, NOTHING_TO_SAY)
    assert time.monotonic() - began < 1.2

    clock.advance(seconds=6)
    ears.gate.set()
    await shop_counter.background.close(5.0)

    assert await shop_counter.send_all() == [reply_to_json(Text("第1句：在吗"))]
    again = await post(client, PLATFORM.deliver(text("在吗"), at=clock.now()))
    assert again == (200, NOTHING_TO_SAY)
    assert len(await shop_counter.outbox()) == 1


@in_haste
async def test_a_retry_waits_for_the_turn_that_the_first_delivery_began(
    client: Client, shop_counter: Counter, ears: Ears
) -> None:
    ears.gate = asyncio.Event()
    assert await post(client, PLATFORM.deliver(text("在吗"))) == (200, NOTHING_TO_SAY)
    retry = asyncio.create_task(post(client, PLATFORM.deliver(text("在吗"))))
    await asyncio.sleep(0.1)
    ears.gate.set()

    assert opened(await retry)["Content"] == "第1句：在吗"
    assert await shop_counter.send_all() == []


async def test_a_broken_handler_is_excused_in_the_response(client: Client) -> None:
    with capture_logs():
        answer = await post(client, PLATFORM.deliver(text("出错")))

    assert opened(answer)["Content"] == texts.SORRY


async def test_a_parser_that_breaks_down_does_not_show(
    client: Client, shop_counter: Counter, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ears, "seconds", "not a number")

    with capture_logs():
        assert await post(client, PLATFORM.deliver(text("在吗"))) == (200, NOTHING_TO_SAY)

    assert await shop_counter.inbox() == [InboxState.PENDING]


@in_haste
async def test_an_answer_claimed_too_late_to_ride_leaves_through_the_api(
    client: Client, shop_counter: Counter, database: Database
) -> None:
    run_sql(database, SLOW_TO_COUNT, WHEN_IT_RIDES.format("SELECT * FROM slow"))

    assert await post(client, PLATFORM.deliver(text("在吗"))) == (200, NOTHING_TO_SAY)
    await shop_counter.background.close(20.0)

    assert await shop_counter.send_all() == [reply_to_json(Text("第1句：在吗"))]
    assert await post(client, PLATFORM.deliver(text("在吗"))) == (200, NOTHING_TO_SAY)


async def test_an_answer_that_rode_is_not_sent_because_its_repetition_came_too_late(
    client: Client, shop_counter: Counter, clock: FrozenClock
) -> None:
    opened(await post(client, PLATFORM.deliver(text("在吗"))))
    (key,) = await shop_counter.inbox_keys()
    clock.advance(seconds=5)
    now = clock.now()

    repeated = await shop_counter.database.write(
        outbox.claim_passive, shop_counter.sealer, key, now
    )
    await shop_counter.database.write(outbox.release_passive, key, now, now)

    assert repeated == reply_to_json(Text("第1句：在吗"))
    assert await shop_counter.send_all() == []


async def test_an_answer_nobody_could_claim_is_sent_when_its_time_to_ride_is_over(
    client: Client, shop_counter: Counter, database: Database, clock: FrozenClock
) -> None:
    run_sql(database, WHEN_IT_RIDES.format("SELECT RAISE(ABORT, 'disk I/O error')"))

    assert await post(client, PLATFORM.deliver(text("在吗"))) == (200, NOTHING_TO_SAY)

    assert await shop_counter.send_all() == []
    clock.advance(seconds=5)
    assert await shop_counter.send_all() == [reply_to_json(Text("第1句：在吗"))]


SLOW_TO_COUNT = """CREATE VIEW slow AS WITH RECURSIVE number(n) AS (
    SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 2000000
) SELECT count(*) FROM number"""
WHEN_IT_RIDES = """CREATE TRIGGER trouble BEFORE UPDATE ON outbox WHEN NEW.state = 'passive'
    BEGIN {}; END"""


def run_sql(database: Database, *statements: str) -> None:
    """Change the database behind the shop's back."""
    with database.engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()


# Strangers and accidents.


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


# The database.


class lock:  # noqa: N801 - reads like a statement
    """Another process holds the database for the block."""

    def __init__(self, database: Database) -> None:
        self._file = make_url(str(database.engine.url)).database or ""

    def __enter__(self) -> None:
        self._connection = sqlite3.connect(self._file, isolation_level=None)
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, *_: object) -> None:
        self._connection.execute("ROLLBACK")
        self._connection.close()


@pytest.mark.slow
async def test_a_locked_database_is_503_in_time_and_the_retry_is_accepted_once(
    client: Client, shop_counter: Counter, database: Database
) -> None:
    with lock(database), capture_logs() as lines:
        began = time.monotonic()
        status, body = await post(client, PLATFORM.deliver(text(CANARY)))
        assert (status, body) == (503, "")
        assert time.monotonic() - began < 4.5
    assert await shop_counter.inbox() == []
    assert "Canary" not in str(lines)

    retries = [await post(client, PLATFORM.deliver(text(CANARY))) for _ in range(2)]

    assert one_reply(retries)
    assert await shop_counter.inbox() == [InboxState.ANSWERED]


@pytest.mark.slow
@in_haste
async def test_a_retry_of_a_message_that_is_safe_is_not_refused_while_the_database_is_locked(
    client: Client, database: Database
) -> None:
    first = await post(client, PLATFORM.deliver(text("在吗")))
    with lock(database):
        status, body = await post(client, PLATFORM.deliver(text("在吗")))

    assert status == 200
    assert body == NOTHING_TO_SAY or opened((status, body)) == opened(first)
