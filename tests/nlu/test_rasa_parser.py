"""The client of Rasa: what it believes, what it refuses, and when it stops asking."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from nlu.dictionary import Dictionary
from nlu.rasa_parser import FAILURES_TO_OPEN, RasaParser, RasaUnavailable
from nlu.serving import free_port
from tests.nlu.rasa_stand_in import PARSED, TOKEN, RasaStandIn


@pytest.fixture
async def parser(rasa: RasaStandIn, dictionary: Dictionary) -> AsyncIterator[RasaParser]:
    async with RasaParser(rasa.url, TOKEN, dictionary, seconds_open=0.3) as parser:
        yield parser


async def fails(parser: RasaParser, text: str = "你好") -> float:
    """Ask once, expect no answer; how long that took in seconds."""
    began_at = time.monotonic()
    with pytest.raises(RasaUnavailable):
        await parser.parse(text)
    return time.monotonic() - began_at


def entity(name: str, text: str, value: str) -> dict[str, Any]:
    start = text.index(value)
    return {"entity": name, "start": start, "end": start + len(value), "value": value}


async def test_joins_rasas_words_with_our_numbers(parser: RasaParser, rasa: RasaStandIn) -> None:
    text = "有没有200块以内的嘟噜噜耳机"
    rasa.answer = {
        "intent": {"name": "search_product", "confidence": 0.98},
        "entities": [entity("product", text, "嘟噜噜耳机"), entity("price_max", text, "200块")],
    }

    said = await parser.parse(text)

    assert said.to_json() == {
        "intent": "search_product",
        "confidence": 0.98,
        "entities": {"price_max": 200, "product": ["嘟噜噜耳机"]},
        "spans": [{"entity": "product", "start": 10, "end": 15}],
        "source": "rasa",
    }


async def test_offsets_belong_to_the_text_as_sent(parser: RasaParser, rasa: RasaStandIn) -> None:
    text = "  😀要ＸＬ的连依裙  "
    rasa.answer = {
        "intent": {"name": "search_product", "confidence": 0.9},
        "entities": [entity("product", text.strip(), "连依裙")],
    }

    said = await parser.parse(text)

    assert rasa.texts == [text.strip()]
    assert said.strings("product") == ["连依裙"]
    assert all(text[s.start : s.end] in said.strings(s.entity) for s in said.spans)


async def test_a_leading_slash_is_a_sentence_and_no_command(
    parser: RasaParser, rasa: RasaStandIn
) -> None:
    await parser.parse("/greet")

    assert rasa.texts == ["／greet"]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b"x" * 300_000,
        {**PARSED, "intent": {"name": "open_the_safe", "confidence": 0.9}},
        {**PARSED, "intent": {"name": None, "confidence": 0.0}},
        {**PARSED, "intent": {"name": "greet"}},
        {**PARSED, "intent": {"name": "greet", "confidence": "high"}},
        {**PARSED, "intent": {"name": "greet", "confidence": 7}},
        json.dumps({**PARSED, "intent": {"name": "greet", "confidence": float("nan")}}).encode(),
        {**PARSED, "entities": None},
        {**PARSED, "entities": [{"entity": "product", "start": 0, "end": 99}]},
        {**PARSED, "entities": [{"entity": "product", "start": 1, "end": 1}]},
        {**PARSED, "entities": [{"entity": "product", "start": -1, "end": 1}]},
        {**PARSED, "entities": [{"entity": "product", "start": 0.0, "end": 1.0}]},
        {**PARSED, "entities": ["product"]},
    ],
)
async def test_a_malformed_answer_is_a_failure(
    parser: RasaParser, rasa: RasaStandIn, answer: dict[str, Any] | bytes
) -> None:
    rasa.answer = answer

    await fails(parser)


@pytest.mark.parametrize("status", [204, 302, 401, 404, 500, 503])
async def test_any_status_but_200_is_a_failure(
    parser: RasaParser, rasa: RasaStandIn, status: int
) -> None:
    rasa.status = status

    await fails(parser)


async def test_a_wrong_token_is_a_failure(rasa: RasaStandIn, dictionary: Dictionary) -> None:
    async with RasaParser(rasa.url, "stolen", dictionary) as parser:
        await fails(parser)


async def test_nobody_listening_is_a_failure_at_once(dictionary: Dictionary) -> None:
    async with RasaParser(f"http://127.0.0.1:{free_port()}", TOKEN, dictionary) as parser:
        assert await fails(parser) < 0.5


async def test_a_slow_answer_is_given_up_at_the_deadline(
    rasa: RasaStandIn, dictionary: Dictionary
) -> None:
    rasa.delay = 10
    async with RasaParser(rasa.url, TOKEN, dictionary) as parser:
        assert 1.1 < await fails(parser) < 1.3


async def test_after_five_failures_rasa_is_left_in_peace(
    parser: RasaParser, rasa: RasaStandIn
) -> None:
    rasa.status = 500
    for _ in range(FAILURES_TO_OPEN):
        await fails(parser)

    assert parser.state == "opened"
    assert await fails(parser) < 0.05
    assert rasa.asked == FAILURES_TO_OPEN


async def test_a_single_failure_between_answers_opens_nothing(
    parser: RasaParser, rasa: RasaStandIn
) -> None:
    for _ in range(2 * FAILURES_TO_OPEN):
        rasa.status = 500
        await fails(parser)
        rasa.status = 200
        await parser.parse("你好")

    assert parser.state == "closed"


async def test_the_breaker_closes_again_when_rasa_is_back(
    parser: RasaParser, rasa: RasaStandIn
) -> None:
    rasa.status = 500
    for _ in range(FAILURES_TO_OPEN):
        await fails(parser)
    rasa.status = 200
    await asyncio.sleep(0.35)

    assert (await parser.parse("你好")).intent == "greet"
    assert parser.state == "closed"


async def test_a_failed_trial_opens_the_breaker_again(
    parser: RasaParser, rasa: RasaStandIn
) -> None:
    rasa.status = 500
    for _ in range(FAILURES_TO_OPEN):
        await fails(parser)
    await asyncio.sleep(0.35)
    await fails(parser)

    assert parser.state == "opened"
    assert await fails(parser) < 0.05
    assert rasa.asked == FAILURES_TO_OPEN + 1


async def test_a_caller_who_gives_up_says_nothing_about_rasa(
    parser: RasaParser, rasa: RasaStandIn
) -> None:
    rasa.delay = 10
    for _ in range(2 * FAILURES_TO_OPEN):
        asking = asyncio.ensure_future(parser.parse("你好"))
        await asyncio.sleep(0.01)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

    assert parser.state == "closed"


async def test_many_may_ask_at_once(parser: RasaParser, rasa: RasaStandIn) -> None:
    rasa.delay = 0.05
    said = await asyncio.gather(*(parser.parse("你好") for _ in range(50)))

    assert {each.intent for each in said} == {"greet"}
