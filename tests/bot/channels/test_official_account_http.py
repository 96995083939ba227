"""The callback over HTTP: one answer to however many deliveries, and nothing for strangers."""

import asyncio
import sqlite3
import time
from collections.abc import Sequence

import pytest
from sqlalchemy.engine import make_url
from structlog.testing import capture_logs

from bot import outbox, texts
from bot.channels.official_account import NOTHING_TO_SAY
from bot.clock import FrozenClock
from bot.database import Database
from bot.messages import Text, reply_to_json
from bot.tables import InboxState, OutboxState
from tests.bot.channels.callback import PATH, PLATFORM, Answer, Client, opened, post, text
from tests.bot.channels.platform_side import NOW, event
from tests.bot.counter import Counter, Ears

CANARY = "我要退款给oUserCanary"
in_haste = pytest.mark.parametrize("patience", [0.5])


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
    assert time.monotonic() - began < 4.5

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
