"""The page on a phone: one screen at a time, the panel folded away."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenPage
from tests.fixtures.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTH, HEIGHT = 390, 844


async def test_on_a_phone_the_chat_fills_the_screen_and_the_mini_program_covers_it(
    stage: Stage, open_page: OpenPage
) -> None:
    page = await open_page(stage, WIDTH, HEIGHT, is_phone=True)
    panel = page.page.locator("#panel")
    await expect(panel).not_to_be_in_viewport()
    await page.page.locator("#panel-open").tap()
    await expect(panel).to_be_in_viewport()
    await page.page.get_by_test_id("fan-new").tap()
    await page.page.locator("#panel-fold").tap()
    await expect(panel).not_to_be_in_viewport()

    await page.taps_send("有没有200块以内的蓝牙耳机")
    await expect(page.heard("为您找到")).to_be_in_viewport()
    await page.photograph("phone-chat")
    await page.taps_send("第二个")
    await expect(page.heard("已加购物车")).to_have_count(1)
    await page.taps_send("结算")
    await page.page.get_by_test_id("card-open").tap()

    submit = page.mini.get_by_test_id("mini-submit-order")
    await expect(submit).to_be_in_viewport(ratio=1)
    await page.photograph("phone-checkout")
    box = await page.mini.bounding_box()
    assert box is not None
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, WIDTH, HEIGHT)
    assert await page.width_of_content() == WIDTH
    await page.mini.get_by_test_id("mini-close").tap()
    await expect(page.page.get_by_test_id("send-button")).to_be_in_viewport(ratio=1)
    assert page.faults == []
