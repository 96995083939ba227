"""What the page shows when an order does not go the straight way."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenPage
from tests.fixtures.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOUNTAIN = "宠物自动饮水机"
"""The demo shop has one of it."""


async def test_time_moved_forward_lets_an_unpaid_order_lapse_in_both_phones(
    stage: Stage, open_page: OpenPage
) -> None:
    page = await open_page(stage)
    await page.becomes_new_customer()
    await page.puts_into_cart(FOUNTAIN)
    await page.checks_out()
    await page.fills_address()
    await page.orders_without_paying()

    await page.moves_time("＋30 分")

    await expect(page.heard("超过付款时间", "已经关闭")).to_have_count(1)
    await page.sees_order_state("交易关闭")
    await expect(page.mini.get_by_test_id("mini-order-pay")).to_have_count(0)
    await page.photograph("lapsed")
    assert page.faults == []


async def test_the_last_piece_that_somebody_else_bought_is_told_on_the_checkout_page(
    stage: Stage, open_page: OpenPage
) -> None:
    page = await open_page(stage)
    await page.becomes_new_customer()
    await page.puts_into_cart(FOUNTAIN)
    await page.checks_out()
    await page.fills_address()
    rival = await stage.customer("小林")
    await rival.puts_into_cart(FOUNTAIN)
    await (await rival.checks_out()).orders()

    await page.submits_order()

    toast = page.page.get_by_test_id("toast")
    await expect(toast).to_contain_text("已经卖完了")
    await expect(page.mini.get_by_text("已售罄")).to_be_visible()
    await expect(page.mini.get_by_test_id("mini-submit-order")).to_be_disabled()
    await page.photograph("out-of-stock")
    await expect(page.mini.get_by_test_id("mini-pay")).to_have_count(0)
    refusals = [each for each in page.faults if each.startswith("answer:")]
    assert [each.split()[1] for each in refusals] == ["409"]
    rest = [each for each in page.faults if each not in refusals]
    assert all("409" in each for each in rest)  # Chromium repeats the answer in its console.
