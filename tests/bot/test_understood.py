"""What the bot understood is kept sealed, and told to developers alone."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from sqlmodel import select

import bot.sandbox
from bot import inspection
from bot.app import Running
from bot.messages import Incoming
from bot.tables import ChatMessage
from bot.understood import list_lines
from nlu.understanding import Intent
from tests.bot.counter import Counter

Make = Callable[..., Incoming]


async def test_a_message_is_kept_with_what_was_understood_and_who_answered(
    counter: Counter, message: Make
) -> None:
    incoming = message("找鞋", sent_at=counter.clock.now())
    await counter.hear(incoming)

    first, *answers = await _lines(counter, incoming)

    assert (first["author"], first["words"]) == ("customer", "找鞋")
    assert first["understood"] == {
        "intent": "search_product",
        "confidence": 1.0,
        "entities": {},
        "spans": [],
        "source": "keyword",
        "guess": "",
        "handler": "counter.show",
        "asked": "",
        "asks": "",
    }
    assert [line["understood"] for line in answers] == [None, None]


async def test_only_lines_after_the_last_one_seen_are_told(counter: Counter, message: Make) -> None:
    incoming = message("找鞋", sent_at=counter.clock.now())
    await counter.hear(incoming)
    seen = (await _lines(counter, incoming))[-1]["id"]
    await counter.hear(message("选项", sent_at=counter.clock.now()))

    lines = await _lines(counter, incoming, seen)

    assert [line["author"] for line in lines] == ["customer", "bot"]
    assert lines[0]["understood"]["intent"] == "help"


async def test_what_was_understood_does_not_stand_readable_in_the_database(
    counter: Counter, message: Make
) -> None:
    await counter.hear(message("找鞋", sent_at=counter.clock.now()))

    rows = await counter.database.read(lambda session: session.exec(select(ChatMessage)).all())

    kept = next(row.understood_sealed for row in rows if row.author == "customer")
    assert kept is not None
    assert "找鞋".encode() not in kept
    assert b"search_product" not in kept


def test_production_has_no_way_to_look() -> None:
    def routes_of(environment: str) -> list[Any]:
        settings = SimpleNamespace(environment=environment)
        return inspection.routes(cast("Running", SimpleNamespace(settings=settings)))

    assert routes_of("production") == []
    assert len(routes_of("development")) == 4


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"X-Forwarded-For": "10.0.0.1"},
        {"X-Real-IP": "10.0.0.1"},
        {"Host": "rebound.example"},
    ],
)
async def test_pages_and_proxies_are_told_nothing(
    aiohttp_client: Callable[..., Awaitable[TestClient[Any, Any]]],
    headers: dict[str, str],
    counter: Counter,
) -> None:
    app = web.Application()
    running = SimpleNamespace(
        settings=SimpleNamespace(environment="development"),
        database=counter.database,
        clock=counter.clock,
        shop=SimpleNamespace(sealer=counter.sealer),
    )
    app.add_routes(inspection.routes(cast("Running", running)))
    client = await aiohttp_client(app)

    assert (await client.get("/inspect/lines?user=o-1", headers=headers)).status == 403
    assert (await client.post("/inspect/ship", json=[], headers=headers)).status == 403
    assert (await client.get("/inspect/lines?user=o-1")).status == 200
    assert (await client.post("/inspect/ship", json=[])).status == 409
    assert (await client.post("/inspect/after-sale", json=[], headers=headers)).status == 403
    assert (await client.post("/inspect/after-sale", json=[])).status == 409
    decided = {"user": "o-1", "move": "agree"}
    assert (await client.post("/inspect/after-sale", json=decided)).status == 409


def test_the_page_names_every_intent() -> None:
    script = Path(bot.sandbox.__file__).parent / "static/js/insight.js"
    names = re.search(r"const INTENTS = \{(.*?)\};", script.read_text(encoding="utf-8"), re.DOTALL)

    assert names is not None
    assert set(re.findall(r"(\w+): \"", names[1])) == {intent.value for intent in Intent}


async def _lines(counter: Counter, incoming: Incoming, after: int = 0) -> list[dict[str, Any]]:
    return await counter.database.read(
        list_lines, counter.sealer, incoming.channel, incoming.external_user, after
    )
