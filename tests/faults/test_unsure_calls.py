"""Calls whose answer never comes, tokens that end early, and a shop that is told to stop."""

import asyncio

import pytest

from tests.faults.nlu_stub import running_nlu_stub
from tests.fixtures.processes import until
from tests.fixtures.stage import OpenStage, Stage

pytestmark = [pytest.mark.slow, pytest.mark.faults]


@pytest.mark.parametrize("fault", ["swallow", "reset", "html", "500"])
async def test_a_message_whose_fate_is_unknown_is_shown_and_never_sent_again(
    stage: Stage, fault: str
) -> None:
    customer = await stage.customer()
    await stage.set_fault("custom/send", fault)
    await customer.says("你好")
    await stage.settled()

    effects = await customer.said_by_shop()
    assert len(effects) == (1 if fault == "swallow" else 0)
    assert stage.rows("SELECT state FROM outbox WHERE kind = 'official_account.reply'") == [
        ("unknown",)
    ]
    assert (await stage.readiness())["backlog"]["doubtful"] == 1
    await stage.move_time(hours=1)
    await customer.says("谢谢")
    await stage.settled()
    assert await stage.count("calls:custom/send") == 1


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
    assert (await stage.readiness())["backlog"]["doubtful"] == 0


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
