"""WeChat waits five seconds: what is slow or away must not cost an answer, nor give two."""

import asyncio
import time
from datetime import datetime, timedelta

import pytest

from tests.faults.nlu_stub import running_nlu_stub
from tests.fixtures.customer import Customer, Sent
from tests.fixtures.processes import until
from tests.fixtures.stage import OpenStage, Stage

pytestmark = [pytest.mark.slow, pytest.mark.faults]

DEADLINE = 4.8
"""Seconds after which an answer to WeChat is too close to its five."""

GARBAGE = ("<html>502 Bad Gateway</html>", "{}", '{"intent": []}', "")


async def repeat(stage: Stage, sent: Sent) -> tuple[int, str, float]:
    """WeChat delivers the very same bytes again: (status, body, seconds taken)."""
    began = time.monotonic()
    answer = await stage.control("POST", f"/callbacks/{sent.callback_id}/repeat")
    return answer["status"], answer["body"], time.monotonic() - began


async def seconds_to_answer(stage: Stage, customer: Customer) -> float:
    """From the customer's last message to the shop's last answer, by the platform's clock."""
    items = (await stage.control("GET", f"/fans/{customer.fan_id}/items"))["items"]
    asked = next(each for each in reversed(items) if each["direction"] == "fan")
    answered = next(each for each in reversed(items) if each["direction"] == "shop")
    taken = datetime.fromisoformat(answered["at"]) - datetime.fromisoformat(asked["at"])
    return taken / timedelta(seconds=1)


async def test_three_deliveries_of_a_message_are_one_turn_and_one_answer(stage: Stage) -> None:
    customer = await stage.customer()
    sent = await customer.says("你好")
    await customer.hears("欢迎")

    for _ in range(2):
        status, body, _ = await repeat(stage, sent)
        assert (status, body) == (200, "success")

    await customer.hears_nothing_more()
    assert await stage.count("accepted:custom/send") == 1
    assert stage.value("SELECT count(*) FROM inbox") == 1


async def test_a_retry_after_a_passive_answer_gets_that_same_answer(stage: Stage) -> None:
    customer = await stage.customer()
    sent = await customer.says("谢谢")
    answer = await customer.hears("不客气")
    assert answer.route == "passive"
    replies = [await repeat(stage, sent) for _ in range(2)]

    assert [status for status, _, _ in replies] == [200, 200]
    opened = [stage.opened(body) for _, body, _ in replies]
    assert all(answer.words in each for each in opened)
    await customer.hears_nothing_more()
    assert await stage.count("calls:custom/send") == 0


async def test_three_deliveries_at_once_get_one_and_the_same_answer(open_stage: OpenStage) -> None:
    async with running_nlu_stub(delay=0.8) as nlu:
        stage = await open_stage(SHOP_NLU_URL=nlu.url)
        customer = await stage.customer()
        sent = await customer.says("随便说点什么")
        replies = await asyncio.gather(repeat(stage, sent), repeat(stage, sent))

        answer = await customer.hears("不客气")
        assert answer.route == "passive"
        assert [status for status, _, _ in replies] == [200, 200]
        assert all(answer.words in stage.opened(body) for _, body, _ in replies)
        await customer.hears_nothing_more()
        assert nlu.asked == 1
    assert stage.value("SELECT count(*) FROM chat_message WHERE author = 'customer'") == 1
    assert await stage.count("calls:custom/send") == 0


async def test_keywords_answer_in_time_while_the_language_model_takes_ten_seconds(
    open_stage: OpenStage,
) -> None:
    async with running_nlu_stub(delay=10) as nlu:
        stage = await open_stage(SHOP_NLU_URL=nlu.url)
        customer = await stage.customer()
        for _ in range(6):
            await customer.says("有没有200块以内的蓝牙耳机")
            answer = await customer.hears("为您找到3款")
            assert answer.route == "passive"
            assert await seconds_to_answer(stage, customer) < DEADLINE
        # After five failures in a row nobody waits for it any more.
        assert await seconds_to_answer(stage, customer) < 1
        assert nlu.asked == 5
        assert "keywords answer" in (await stage.readiness())["nlu"]


async def test_keywords_answer_when_the_language_model_talks_garbage(
    open_stage: OpenStage,
) -> None:
    async with running_nlu_stub() as nlu:
        stage = await open_stage(SHOP_NLU_URL=nlu.url)
        customer = await stage.customer()
        for asked, garbage in enumerate(GARBAGE, 1):
            nlu.garbage = garbage
            await customer.says("有没有200块以内的蓝牙耳机")
            await customer.hears("为您找到3款")
            assert nlu.asked == asked


async def test_a_handler_of_six_seconds_answers_once_through_the_api(
    open_stage: OpenStage,
) -> None:
    stage = await open_stage(bot=("tests.faults.slow_bot", "handler", "6", "serve", "--no-sandbox"))
    customer = await stage.customer()
    sent = await customer.says("谢谢")
    statuses = {200: 0, 503: 0}
    for status, body, seconds in await asyncio.gather(repeat(stage, sent), repeat(stage, sent)):
        assert seconds < DEADLINE
        assert body in {"success", ""}
        statuses[status] += 1

    answer = await customer.hears("不客气", within=15)
    assert answer.route == "api"
    assert await stage.outcome_of(sent) == "acknowledged"
    assert (await stage.callback(sent.callback_id))["tries"] == 1
    assert (await repeat(stage, sent))[:2] == (200, "success")
    await customer.hears_nothing_more()
    assert await stage.count("calls:custom/send") == 1
    assert stage.value("SELECT count(*) FROM chat_message WHERE author = 'customer'") == 1


async def test_an_answer_claimed_too_late_for_the_request_goes_through_the_api(
    open_stage: OpenStage,
) -> None:
    stage = await open_stage(bot=("tests.faults.slow_bot", "claim", "5", "serve", "--no-sandbox"))
    customer = await stage.customer()
    sent = await customer.says("谢谢")

    async def is_acknowledged() -> bool:
        return await stage.outcome_of(sent) == "acknowledged"

    await until(is_acknowledged, what="WeChat to be told that no answer rides here")
    answer = await customer.hears("不客气", within=15)
    assert answer.route == "api"
    await customer.hears_nothing_more()
