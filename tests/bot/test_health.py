"""Is it alive, is it ready, and how is it doing: as the whole application answers."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, make_mocked_request
from prometheus_client.parser import text_string_to_metric_families

from bot import outbox
from bot.app import Running, running_key, serving
from bot.health import is_loopback
from bot.outbox import Post
from bot.sandbox.keys import write_keys
from bot.settings import Settings
from tests.bot.channels.platform_side import PlatformSide, message
from tests.fixtures.processes import until
from wecom.tokens import FreshToken

pytestmark = pytest.mark.slow

type Client = TestClient[Any, Any]
type OpenShop = Callable[..., Awaitable[Client]]


@pytest.fixture
def settings(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A shop of the sandbox's keys; no platform answers."""
    env_file = tmp_path / "sandbox.env"
    write_keys(env_file, port=1, nlu_port=1)
    for name in ("PORT", "NLU_PORT"):
        monkeypatch.delenv(name, raising=False)
    return Settings(
        _env_file=env_file,
        database_url=database_url,
        var_folder=tmp_path,
        lexicon_file=tmp_path / "lexicon.txt",
        nlu_url="",
        clock_offset_file=None,
    )


@pytest.fixture
async def open_shop(
    settings: Settings, aiohttp_client: Callable[..., Awaitable[Client]]
) -> AsyncIterator[OpenShop]:
    """Opens the whole application, with or without its background work."""
    async with AsyncExitStack() as stack:

        async def open_one(*, work: bool = False) -> Client:
            app = await stack.enter_async_context(serving(settings, work=work))
            return await aiohttp_client(app)

        yield open_one


def running(client: Client) -> Running:
    app: web.Application = client.app
    return app[running_key]


async def ready(client: Client) -> tuple[int, dict[str, Any]]:
    async with client.get("/readyz") as response:
        return response.status, await response.json()


async def test_a_shop_that_serves_is_alive_and_ready(open_shop: OpenShop) -> None:
    client = await open_shop()

    async with client.get("/healthz") as response:
        assert (response.status, await response.json()) == (200, {"status": "ok"})
    assert await ready(client) == (
        200,
        {
            "ready": True,
            "database": "ok",
            "nlu": "absent: keywords answer",
            "wechat_token": "not fetched yet",
            "scheduler": "not running",
            "backlog": {
                "inbox": 0,
                "quarantined": 0,
                "outbox": 0,
                "parked": 0,
                "doubtful": 0,
                "findings": 0,
            },
        },
    )


async def test_it_says_when_the_token_is_there(open_shop: OpenShop) -> None:
    client = await open_shop()
    shop = running(client)
    store = shop.platform.official_account.tokens._store
    now = shop.clock.now()

    async def fetch() -> FreshToken:
        return FreshToken("token", now, now + timedelta(hours=2))

    await store.refresh(shop.settings.mini_program_app_id, 0, fetch)
    assert (await ready(client))[1]["wechat_token"] == "not fetched yet"
    await store.refresh(shop.settings.official_account_app_id, 0, fetch)
    assert (await ready(client))[1]["wechat_token"] == "ok"


async def test_a_token_whose_time_is_over_is_not_called_good(open_shop: OpenShop) -> None:
    client = await open_shop()
    shop = running(client)
    now = shop.clock.now()

    async def fetch() -> FreshToken:
        return FreshToken("token", now - timedelta(hours=3), now - timedelta(hours=1))

    store = shop.platform.official_account.tokens._store
    await store.refresh(shop.settings.official_account_app_id, 0, fetch)

    assert (await ready(client))[1]["wechat_token"] == "expired"


@pytest.mark.slow
async def test_it_says_when_the_clock_ticks(open_shop: OpenShop) -> None:
    client = await open_shop(work=True)

    await until(lambda: running(client).jobs.last_tick_at, within=5, what="a tick")

    assert (await ready(client))[1]["scheduler"] == "ok"


async def test_it_counts_what_waits(open_shop: OpenShop) -> None:
    client = await open_shop()
    shop = running(client)
    now = shop.clock.now()
    for number in range(3):
        post = Post(key=f"row-{number}", kind="pay.close", payload={})
        await shop.database.write(outbox.post, shop.shop.sealer, post, now)
    await shop.database.write(outbox.claim_due, shop.shop.sealer, now, limit=1)
    with shop.database.writing() as session:
        session.connection().exec_driver_sql(
            "UPDATE outbox SET state = 'unknown' WHERE key = 'row-2'"
        )

    assert (await ready(client))[1]["backlog"] == {
        "inbox": 0,
        "quarantined": 0,
        "outbox": 2,
        "parked": 0,
        "doubtful": 1,
        "findings": 0,
    }


async def test_without_its_database_it_is_alive_and_not_ready(open_shop: OpenShop) -> None:
    client = await open_shop()
    running(client).database.close()

    status, state = await ready(client)

    assert status == 503
    assert state["ready"] is False
    assert state["database"] == state["wechat_token"] == "failed: DatabaseClosed"
    assert state["backlog"] is None
    async with client.get("/healthz") as response:
        assert response.status == 200


# Metrics.


@pytest.mark.parametrize(
    ("remote", "is_here"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("192.0.2.7", False), (None, False)],
)
def test_only_this_very_machine_is_loopback(remote: str | None, is_here: bool) -> None:
    request = make_mocked_request("GET", "/metrics").clone(remote=remote or "")
    if remote is None:
        request = make_mocked_request("GET", "/metrics")

    assert is_loopback(request) is is_here


async def test_metrics_are_not_for_whoever_comes_through_a_proxy(open_shop: OpenShop) -> None:
    client = await open_shop()

    for headers, status in (({}, 200), ({"X-Forwarded-For": "127.0.0.1"}, 403)):
        async with client.get("/metrics", headers=headers) as response:
            assert response.status == status


async def metrics(client: Client) -> dict[str, float]:
    """Every sample of ours, by name and labels."""
    async with client.get("/metrics") as response:
        text = await response.text()
    return {
        f"{each.name}{sorted(each.labels.values())}": each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
        if each.name.startswith("shop_")
    }


async def test_metrics_tell_what_the_shop_has_done(open_shop: OpenShop, settings: Settings) -> None:
    client = await open_shop()
    shop = running(client)
    wechat = PlatformSide(
        settings.official_account_app_id,
        settings.official_account_token.get_secret_value(),
        settings.official_account_aes_key.get_secret_value(),
    )

    async def deliver(body: str) -> None:
        query, raw = wechat.deliver(body, at=shop.clock.now())
        async with client.post("/wechat/official-account", params=query, data=raw) as response:
            assert response.status == 200

    before = await metrics(client)
    for _ in range(2):
        await deliver(message("text", "<Content>谢谢</Content><MsgId>1</MsgId>"))
    await deliver(message("event", "<Event>VIEW</Event>"))
    await shop.sender.send_due()  # Asks WeChat who the customer is; nobody answers there.
    after = await metrics(client)

    grown = {name: value - before.get(name, 0) for name, value in after.items()}
    assert grown["shop_messages_total['official_account', 'text']"] == 1
    assert grown["shop_messages_total['event', 'official_account']"] == 1
    assert grown["shop_message_repeats_total['official_account']"] == 1
    assert grown["shop_turns_total['keyword', 'thank']"] == 1
    assert grown["shop_turn_seconds_count[]"] == 2
    assert grown["shop_answers_total['passive']"] == 2
    assert grown["shop_answers_total['none']"] == 1
    assert grown["shop_sends_total['official_account.profile', 'postponed']"] == 1
