"""What a newcomer does on the page that `make run` prints, from the greeting to 支付成功."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.sandbox_page import SandboxPage, settle_pictures
from tests.fixtures.stage import OpenStage
from tests.nlu.rasa_fixture import RasaServer

pytestmark = [pytest.mark.browser, pytest.mark.rasa, pytest.mark.slow]


async def test_a_newcomer_walks_from_the_greeting_to_a_paid_order(
    open_stage: OpenStage, open_page: OpenPage, rasa_server: RasaServer
) -> None:
    stage = await open_stage(SHOP_NLU_URL=rasa_server.url, SHOP_NLU_TOKEN=rasa_server.token)
    page = await open_page(stage)

    await page.becomes_new_customer()
    await page.says("你好")
    await expect(page.heard("欢迎")).to_have_count(2)  # When they followed, and now.
    await page.photograph("1-greeting")
    await find_earphones(page)
    await page.says("第二个")
    await expect(page.heard("已加购物车", "蓝牙耳机", "结算")).to_have_count(1)
    await page.checks_out()
    await settle_pictures(page.mini)
    await page.fills_address()
    await page.photograph("3-checkout")
    await page.submits_order()
    await pay(page)
    await expect(page.heard("支付成功", "订单")).to_have_count(1)
    await page.photograph("5-paid")

    assert await page.letters_not_drawn(page.page.get_by_test_id("chat")) == set()
    await page.mini.get_by_test_id("mini-paid-order").click()
    await page.sees_order_state("待发货")
    assert await page.letters_not_drawn(page.mini.get_by_test_id("order-detail")) == set()
    await page.photograph("6-order")
    assert page.faults == []
    assert await stage.count("accepted:payment") == 1
    assert 'intent="search_product",source="rasa"' in await stage.metrics()


async def find_earphones(page: SandboxPage) -> None:
    await page.says("有没有200块以内的蓝牙耳机")
    found = page.heard("为您找到", "蓝牙耳机", "200元以内")
    await expect(found).to_have_count(1)
    await expect(found).to_have_attribute("data-route", "passive")
    await page.photograph("2-found")


async def pay(page: SandboxPage) -> None:
    amount = page.mini.get_by_test_id("mini-pay-amount")
    await expect(amount).to_have_text("¥199.00")
    await page.photograph("4-payment")
    await page.mini.get_by_test_id("mini-pay-confirm").click()
    paid = page.mini.get_by_test_id("mini-paid")
    await expect(paid).to_contain_text("支付成功")
    await expect(paid).to_contain_text("¥199")
