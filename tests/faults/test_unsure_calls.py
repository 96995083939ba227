"""Calls whose answer never comes, tokens that end early, and a shop that is told to stop."""

import asyncio

import pytest

from tests.faults.nlu_stub import running_nlu_stub
from tests.fixtures.processes import until
from tests.fixtures.stage import OpenStage, Stage

pytestmark = [pytest.mark.slow, pytest.mark.faults]


EFFECTS = {"swallow": 1, "reset": 0, "html": 0, "500": 0}
"""What a call that goes wrong so did all the same."""


async def test_messages_whose_fate_is_unknown_are_shown_and_never_sent_again(
    stage: Stage,
) -> None:
    customers = {fault: await stage.customer() for fault in EFFECTS}
    for fault, customer in customers.items():
        await stage.set_fault("custom/send", fault)
        await customer.says("你好")
        await stage.settled()

    assert stage.rows(
        "SELECT state, count(*) FROM outbox WHERE kind = 'official_account.reply' GROUP BY 1"
    ) == [("unknown", len(EFFECTS))]
    await stage.shows_doubtful(len(EFFECTS))
    await stage.move_time(hours=1)
    for customer in customers.values():
        await customer.says("谢谢")
        await stage.settled()
    for fault, customer in customers.items():
        greetings = [each for each in await customer.said_by_shop() if each.kind == "menu"]
        assert len(greetings) == EFFECTS[fault], fault
    assert await stage.count("calls:custom/send") == len(EFFECTS)


async def test_a_token_revoked_in_mid_traffic_is_fetched_once_and_nobody_notices(
    stage: Stage,
) -> None:
    customers = await stage.customers(12)
    await customers[0].says("你好")
    await customers[0].hears("欢迎")
    await stage.settled()
    fetched = await stage.count("accepted:stable_token")

    async def greet(number: int) -> None:
        if number == 4:
            await stage.control("POST", "/tokens/revoke", {})
        await customers[number].says("你好")
        await customers[number].hears("欢迎", within=20)

    await asyncio.gather(*(greet(number) for number in range(1, len(customers))))
    await stage.settled()

    assert await stage.count("accepted:stable_token") == fetched + 1
    for customer in customers:
        assert len(await customer.said_by_shop()) == 1
    await stage.shows_doubtful(0)


async def test_a_shop_told_to_stop_finishes_what_it_has_begun(open_stage: OpenStage) -> None:
    async with running_nlu_stub(delay=0.8) as nlu:
        stage = await open_stage(SHOP_NLU_URL=nlu.url)
        passive, active = await stage.customer(), await stage.customer(follows=False)
        await stage.set_fault("custom/send", "delay:1")
        await active.follows()
        await passive.says("随便说点什么")

        async def both_have_begun() -> bool:
            return nlu.asked == 1 and await stage.count("calls:custom/send") == 1

        await until(both_have_begun, what="one turn and one call to be under way")
        assert await stage.bot.stop() == 0

    assert (await passive.hears("不客气")).route == "passive"
    assert (await active.hears("欢迎")).route == "api"
    assert stage.rows("SELECT DISTINCT state FROM outbox ORDER BY 1") == [("passive",), ("sent",)]
    assert stage.value("SELECT count(*) FROM inbox WHERE state = 'pending'") == 0
