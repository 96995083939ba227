"""Rasa, else keywords; below the threshold a plain "not sure"; never an error."""

import time

import pytest

from nlu.cascade import Cascade, parse_all
from nlu.dictionary import Dictionary
from nlu.keyword_parser import KeywordParser
from nlu.rasa_parser import FAILURES_TO_OPEN, RasaParser
from nlu.serving import free_port
from nlu.understanding import CUSTOMER_INTENTS
from tests.nlu.rasa_stand_in import PARSED, TOKEN, RasaStandIn

SENTENCE = "有没有200块以内的蓝牙耳机"


async def test_rasa_answers_while_it_is_there(
    rasa: RasaStandIn, dictionary: Dictionary, keyword: KeywordParser
) -> None:
    cascade = Cascade(RasaParser(rasa.url, TOKEN, dictionary), keyword)

    said = await cascade.parse("你好")

    assert (said.intent, said.source, cascade.rasa_state) == ("greet", "rasa", "closed")
    await cascade.close()


async def test_keywords_answer_within_the_patience_of_a_turn_when_rasa_is_slow(
    rasa: RasaStandIn, dictionary: Dictionary, keyword: KeywordParser
) -> None:
    rasa.delay = 10
    cascade = Cascade(RasaParser(rasa.url, TOKEN, dictionary), keyword)

    began_at = time.monotonic()
    said = await cascade.parse(SENTENCE)

    assert time.monotonic() - began_at < 1.3
    assert (said.intent, said.source) == ("search_product", "keyword")
    assert dict(said.entities) == {"product": ["蓝牙耳机"], "price_max": 200}
    await cascade.close()


@pytest.mark.parametrize("trouble", [b"garbage", 500])
async def test_keywords_answer_when_rasa_talks_nonsense(
    rasa: RasaStandIn, dictionary: Dictionary, keyword: KeywordParser, trouble: bytes | int
) -> None:
    if isinstance(trouble, bytes):
        rasa.answer = trouble
    else:
        rasa.status = trouble
    cascade = Cascade(RasaParser(rasa.url, TOKEN, dictionary), keyword)

    assert (await cascade.parse(SENTENCE)).source == "keyword"
    await cascade.close()


async def test_keywords_answer_when_nobody_listens_and_the_breaker_shows(
    dictionary: Dictionary, keyword: KeywordParser
) -> None:
    cascade = Cascade(RasaParser(f"http://127.0.0.1:{free_port()}", TOKEN, dictionary), keyword)

    sources = {(await cascade.parse(SENTENCE)).source for _ in range(FAILURES_TO_OPEN + 1)}

    assert (sources, cascade.rasa_state) == ({"keyword"}, "opened")
    await cascade.close()


async def test_below_the_threshold_nothing_is_acted_upon_but_the_guess_is_kept(
    rasa: RasaStandIn, dictionary: Dictionary, keyword: KeywordParser
) -> None:
    rasa.answer = {**PARSED, "intent": {"name": "checkout", "confidence": 0.39}}
    cascade = Cascade(RasaParser(rasa.url, TOKEN, dictionary), keyword, 0.4)

    said = await cascade.parse("来 2 件")

    assert (said.intent, said.guess, said.confidence) == ("nlu_fallback", "checkout", 0.39)
    assert said.first("quantity") == 2
    await cascade.close()


@pytest.mark.parametrize("confidence", [0.2, 0.99])
async def test_a_plain_wish_for_a_human_counts_whatever_rasa_thinks(
    rasa: RasaStandIn, dictionary: Dictionary, keyword: KeywordParser, confidence: float
) -> None:
    rasa.answer = {**PARSED, "intent": {"name": "request_refund", "confidence": confidence}}
    cascade = Cascade(RasaParser(rasa.url, TOKEN, dictionary), keyword)

    said = await cascade.parse("退款没人理 给我转人工")

    assert (said.intent, said.guess, said.source) == ("human_handoff", "human_handoff", "rasa")
    assert (await cascade.parse("人工智能是什么")).guess == "request_refund"
    await cascade.close()


async def test_a_list_of_texts_is_answered_in_order_and_several_at_a_time(
    rasa: RasaStandIn, dictionary: Dictionary, keyword: KeywordParser
) -> None:
    rasa.delay = 0.05
    cascade = Cascade(RasaParser(rasa.url, TOKEN, dictionary), keyword)
    texts = [f"第{number}句" for number in range(20)]

    began_at = time.monotonic()
    said = await parse_all(cascade, texts)

    assert [each.text for each in said] == texts
    assert time.monotonic() - began_at < 0.7 * len(texts) * rasa.delay
    await cascade.close()


async def test_without_rasa_keywords_are_all_there_is(keyword: KeywordParser) -> None:
    cascade = Cascade(None, keyword)

    assert (await cascade.parse("转人工")).intent == "human_handoff"
    assert cascade.rasa_state == "absent"


@pytest.mark.parametrize("text", ["", "   ", "\ud800", "\0", "/" * 3, "@" * 20_000, "㐀㐁㐂"])
async def test_any_text_gets_an_answer(
    rasa: RasaStandIn, dictionary: Dictionary, keyword: KeywordParser, text: str
) -> None:
    cascade = Cascade(RasaParser(rasa.url, TOKEN, dictionary), keyword)

    said = await cascade.parse(text)

    assert said.intent in {*CUSTOMER_INTENTS, "nlu_fallback"}
    assert said.text == text
    await cascade.close()


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("拜拜", "goodbye"),
        ("再见啦", "goodbye"),
        ("你好", "greet"),
        ("好的谢谢 再见", "thank"),
        ("谢谢，先这样，拜拜", "thank"),
    ],
)
async def test_of_pleasantries_together_the_thanks_count(
    keyword: KeywordParser, text: str, intent: str
) -> None:
    assert (await Cascade(None, keyword).parse(text)).intent == intent
