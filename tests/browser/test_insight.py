"""Beside the chat, the page shows what was understood of each message and who answered it."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenPage
from tests.fixtures.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_a_merchant_sees_why_the_bot_said_what_it_said(
    stage: Stage, open_page: OpenPage
) -> None:
    page = await open_page(stage, 1440, 900)
    await page.becomes_new_customer()
    await page.page.get_by_test_id("show-insight").check()
    await page.says("有没有200块以内的蓝牙耳机")
    await expect(page.heard("为您找到")).to_have_count(1)

    turn = page.page.get_by_test_id("turn").first
    await expect(turn).to_have_attribute("data-intent", "search_product")
    await expect(turn.locator("mark")).to_have_text("蓝牙耳机")
    await expect(turn).to_contain_text("最高价200")
    await expect(turn).to_contain_text("关键词")
    await expect(turn).to_contain_text("product_search.search")
    await expect(turn).to_contain_text("为您找到")

    await page.says("呜哩哇啦")
    newest = page.page.get_by_test_id("turn").first
    await expect(newest).to_contain_text("呜哩哇啦")
    await expect(newest).to_contain_text("没听懂")
    await page.photograph("insight")
    assert page.faults == []

    await page.page.reload()  # Which cuts the stream of changes off.
    await expect(page.page.get_by_test_id("turn").first).to_contain_text("呜哩哇啦")
