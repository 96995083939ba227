"""The real Rasa, asked as the bot asks it."""

import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from nlu.ahead import vectors_ahead
from nlu.cascade import Cascade, parse_all
from nlu.components.kept_vectors import key_of, write_vectors
from nlu.dictionary import Dictionary
from nlu.embedder import BundledEmbedder
from nlu.keyword_parser import KeywordParser
from nlu.rasa_parser import RasaParser
from nlu.serving import RasaNotStarted, RasaProcess, answers, free_port, rasa_at
from tests.nlu.contract_examples import PAIRS
from tests.nlu.rasa_fixture import RasaServer

pytestmark = [pytest.mark.rasa, pytest.mark.slow]


@pytest.fixture
async def cascade(rasa_server: RasaServer) -> AsyncIterator[Cascade]:
    dictionary = Dictionary(rasa_server.lexicon)
    rasa = RasaParser(rasa_server.url, rasa_server.token, dictionary)
    cascade = Cascade(rasa, KeywordParser(dictionary))
    yield cascade
    await cascade.close()


async def test_understands_the_sentence_of_the_contract(cascade: Cascade) -> None:
    said = (await cascade.parse("有没有200块以内的蓝牙耳机")).to_json()

    assert said.pop("confidence") > 0.8
    assert said == {
        "intent": "search_product",
        "entities": {"product": ["蓝牙耳机"], "price_max": 200},
        "spans": [{"entity": "product", "start": 10, "end": 14}],
        "source": "rasa",
    }


async def test_understands_the_examples_of_the_contract(cascade: Cascade) -> None:
    wrong = [
        (intent, text, said.intent)
        for intent, text in PAIRS
        if (said := await cascade.parse(text)).intent != intent or said.source != "rasa"
    ]

    assert wrong == []


@pytest.mark.parametrize(
    "text", ["😀👨‍👩‍👧有紅色連衣裙嗎", "  要ＸＬ码的Ｔ恤  ", "/restart 来两件"]
)
async def test_spans_point_at_what_was_written(cascade: Cascade, text: str) -> None:
    said = await cascade.parse(text)

    assert said.source == "rasa"
    assert all(text[s.start : s.end] in said.strings(s.entity) for s in said.spans)


async def test_a_sentence_takes_milliseconds(cascade: Cascade) -> None:
    taken = []
    for number in range(40):
        began_at = time.perf_counter()
        await cascade.parse(f"有没有{number + 50}块以内的保温杯")
        taken.append(time.perf_counter() - began_at)

    assert sorted(taken)[20] < 0.1


async def test_a_stranger_without_the_token_is_refused(rasa_server: RasaServer) -> None:
    assert await answers(rasa_server.url, rasa_server.token)
    assert not await answers(rasa_server.url, "guessed")


async def test_rasa_learns_a_new_product_without_a_restart(rasa_server: RasaServer) -> None:
    async def tokens() -> list[list[int]]:
        question = {"text": "有嘟噜噜耳机吗"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                f"{rasa_server.url}/model/parse",
                params={"token": rasa_server.token},
                json=question,
            ) as response,
        ):
            parsed: dict[str, Any] = await response.json()
        return [list(token) for token in parsed["text_tokens"]]

    assert [1, 6] not in await tokens()
    beside = rasa_server.lexicon.with_suffix(".new")
    beside.write_text("嘟噜噜耳机\tproduct\n", encoding="utf-8")
    beside.replace(rasa_server.lexicon)
    try:
        assert [1, 6] in await tokens()
    finally:
        rasa_server.lexicon.unlink()


async def test_a_product_that_entered_the_catalogue_is_found_whole_without_a_restart(
    cascade: Cascade, rasa_server: RasaServer
) -> None:
    async def products() -> list[str]:
        return (await cascade.parse("有没有云朵拖鞋")).strings("product")

    assert await products() != ["云朵拖鞋"]
    beside = rasa_server.lexicon.with_suffix(".new")
    beside.write_text("云朵拖鞋\tproduct\n", encoding="utf-8")
    beside.replace(rasa_server.lexicon)
    try:
        assert await products() == ["云朵拖鞋"]
    finally:
        rasa_server.lexicon.unlink()
    assert await products() != ["云朵拖鞋"]


async def test_vectors_that_were_computed_ahead_change_no_answer(
    cascade: Cascade, rasa_server: RasaServer
) -> None:
    texts = ["  我要退货 ", "/转人工", *(text for _, text in PAIRS[::3])]
    one_by_one = [await cascade.parse(text) for text in texts]

    async with vectors_ahead(texts, rasa_server.ahead) as embedded:
        await embedded
        assert rasa_server.ahead.stat().st_size > 0
        assert await parse_all(cascade, texts) == one_by_one


async def test_rasa_believes_the_vectors_that_were_computed_ahead_while_they_are_there(
    cascade: Cascade, rasa_server: RasaServer
) -> None:
    before = await cascade.parse("我要退货")
    model = BundledEmbedder()
    write_vectors(rasa_server.ahead, model.name, {key_of("我要退货"): model.embed(["再见"])[0]})
    try:
        assert (await cascade.parse("我要退货")).confidence < before.confidence
    finally:
        rasa_server.ahead.unlink()
    assert await cascade.parse("我要退货") == before


async def test_a_rasa_that_answers_is_used_and_not_started_again(rasa_server: RasaServer) -> None:
    async with rasa_at(rasa_server.url, rasa_server.token) as url:
        assert url == rasa_server.url


async def test_a_rasa_that_cannot_run_is_told_with_its_last_words(tmp_path: Path) -> None:
    # The bot's own Python has no Rasa.
    process = RasaProcess(free_port(), "token", log=tmp_path / "log", python=Path(sys.executable))

    with pytest.raises(RasaNotStarted, match="rasa"):
        async with process:
            pass

    with pytest.raises(RasaNotStarted):
        _ = process.pid
