"""From the first word to 支付成功, every hop on the real wire."""

import pytest

from tests.fixtures.stage import OpenStage, Stage
from tests.nlu.rasa_fixture import RasaServer

pytestmark = pytest.mark.slow


async def walk_from_greeting_to_paid(stage: Stage) -> None:
    """The whole way, with the route that each answer takes."""
    customer = await stage.customer("小陈")

    await customer.says("你好")
    greeting = await customer.hears("欢迎")
    assert (greeting.kind, greeting.route) == ("menu", "api")

    await customer.says("有没有200块以内的蓝牙耳机")
    found = await customer.hears("为您找到3款", "200元以内", "第二个")
    assert (found.kind, found.route) == ("text", "passive")
    second = found.words.splitlines()[2]

    await customer.says("第二个")
    added = await customer.hears("已加购物车", "结算")
    assert (added.kind, added.route) == ("text", "passive")
    assert second.split()[1] in added.words

    await customer.says("结算")
    card = await customer.hears()
    assert (card.kind, card.route) == ("card", "api")

    mini = await customer.opens_card(card)
    order = await mini.orders()
    assert order["state"] == "unpaid"
    await mini.pays(order["order_no"])
    paid = await customer.hears("支付成功", order["order_no"])
    assert (paid.kind, paid.route) == ("text", "api")
    assert (await mini.order(order["order_no"]))["state"] == "paid"
    await customer.hears_nothing_more()

    counters = await stage.counters()
    assert counters["accepted:payment"] == 1
    assert counters["accepted:passive"] == 2
    assert counters["accepted:custom/send"] == 3
    assert counters["calls:custom/send"] == 3


async def test_a_customer_walks_from_the_greeting_to_a_paid_order_by_keywords(
    stage: Stage,
) -> None:
    await walk_from_greeting_to_paid(stage)
    assert 'source="rasa"' not in await stage.metrics()


@pytest.mark.rasa
async def test_a_customer_walks_from_the_greeting_to_a_paid_order_with_rasa(
    open_stage: OpenStage, rasa_server: RasaServer
) -> None:
    stage = await open_stage(SHOP_NLU_URL=rasa_server.url, SHOP_NLU_TOKEN=rasa_server.token)
    await walk_from_greeting_to_paid(stage)
    assert (await stage.readiness())["nlu"] == "ok"
    assert 'source="keyword"' not in await stage.metrics()
