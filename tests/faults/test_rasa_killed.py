"""The real Rasa dies in mid-conversation, and comes back."""

import os
import signal

import pytest

from nlu.rasa_parser import FAILURES_TO_OPEN
from nlu.serving import RasaProcess
from tests.fixtures.processes import free_port, until
from tests.fixtures.stage import OpenStage, Stage

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.rasa]

TOKEN = "token-of-a-rasa-to-kill"


@pytest.mark.timeout(480)
async def test_keywords_take_over_when_rasa_is_killed_and_give_back_when_it_returns(
    open_stage: OpenStage,
) -> None:
    async with RasaProcess(free_port(), TOKEN) as rasa:
        stage = await open_stage(SHOP_NLU_URL=rasa.url, SHOP_NLU_TOKEN=TOKEN)
        customer = await stage.customer()
        await customer.says("有没有200块以内的蓝牙耳机")
        await customer.hears("为您找到3款")
        assert 'source="keyword"' not in await stage.metrics()

        os.killpg(rasa.pid, signal.SIGKILL)
        await customer.says("第二个")
        added = await customer.hears("已加购物车")
        assert added.route == "passive"
        for _ in range(FAILURES_TO_OPEN):
            await customer.says("有没有200块以内的蓝牙耳机")
            assert (await customer.hears("为您找到3款")).route == "passive"
        state = await stage.readiness()
        assert state["ready"] is True
        assert "keywords answer" in state["nlu"]

        await rasa.stop()
        await rasa.start()
        await until(lambda: rasa_answers_again(stage), within=30, what="Rasa to be asked again")
        await customer.says("结算")
        await customer.hears_the_card()


async def rasa_answers_again(stage: Stage) -> bool:
    """Somebody writes, and the shop is at its best again."""
    customer = await stage.customer()
    await customer.says("谢谢")
    await customer.hears()
    return str((await stage.readiness())["nlu"]) == "ok"
