"""我的推广 on the page: joining, a friend who comes by the code, commission, and its withdrawal."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.sandbox_page import SandboxPage
from tests.fixtures.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOP = "免手洗平板拖把"
"""¥69 in the demo shop, one variant, in no campaign; its commission is ¥6.9."""


async def test_a_promoter_brings_a_friend_and_is_paid(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page(stage)
    friend = await newcomer(page)
    promoter = await newcomer(page)
    await joins(page)
    await page.photograph("promoter-1-new")

    await page.mini.get_by_test_id("forward").click()
    await page.mini.locator(f'[data-testid="forward-to"][data-fan-id="{friend}"]').click()
    await expect(page.mini.get_by_test_id("product-tile").first).to_be_visible()
    await friend_buys_and_receives(page)
    for _ in range(7):
        await page.moves_time("＋1 天")
        await expect(page.page.get_by_role("button", name="＋1 天")).to_be_enabled()
    own = page.page.locator(f'[data-testid="fan"][data-fan-id="{promoter}"]')
    await own.click()
    await expect(own).to_have_attribute("aria-current", "true")
    await withdraws(page)
    # A login lasts less than the week that passed: the phone is refused once and logs in anew.
    assert [each for each in page.faults if "401" not in each] == []


async def newcomer(page: SandboxPage) -> str:
    """The number of a new customer of the sandbox, who is the one that chats now."""
    await page.becomes_new_customer()
    chats = page.page.locator('[data-testid="fan"][aria-current="true"]')
    return await chats.get_attribute("data-fan-id") or ""


async def joins(page: SandboxPage) -> None:
    """Ask the bot how, tap the card of the code, and come to the page by 我的."""
    await page.says("我要当推广员")
    await expect(page.heard("您已经是推广员")).to_have_count(1)
    await page.page.get_by_test_id("card-open").click()
    await opens_own_page(page)
    await expect(page.mini.get_by_test_id("promoter-available")).to_have_text("¥0.00")


async def opens_own_page(page: SandboxPage) -> None:
    """我的, then 我的推广."""
    await page.mini.get_by_test_id("tab-me").click()
    await page.mini.get_by_test_id("way-share").click()


async def friend_buys_and_receives(page: SandboxPage) -> None:
    """One mop, paid, shipped and received."""
    await page.puts_into_cart(MOP)
    await page.checks_out()
    await page.fills_address()
    await page.submits_order()
    await page.mini.get_by_test_id("mini-pay-confirm").click()
    await page.mini.get_by_test_id("mini-paid-order").click()
    await page.sees_order_state("待发货")
    await page.page.get_by_test_id("fan-ship").click()
    await page.mini.get_by_test_id("order-receive").click()
    await page.sees_order_state("已收货")


async def withdraws(page: SandboxPage) -> None:
    """All of it: asked for, agreed to at the counter, confirmed on the phone, arrived."""
    await page.says("你好")
    await expect(page.heard("佣金到账", "¥6.9")).to_have_count(1)
    await page.says("我的佣金")
    await expect(page.heard("可提现佣金¥6.9")).to_have_count(1)
    await page.says("我的推广码")
    await page.page.get_by_test_id("card-open").last.click()
    await opens_own_page(page)
    await expect(page.mini.get_by_test_id("promoter-available")).to_have_text("¥6.90")
    await page.mini.get_by_role("button", name="全部").click()
    await page.mini.get_by_test_id("withdraw-ask").click()
    withdrawal = page.mini.get_by_test_id("withdrawal")
    await expect(withdrawal).to_contain_text("店里审核中")
    await page.page.get_by_test_id("withdrawal-approve").click()
    await page.mini.get_by_test_id("withdrawal-confirm").click()
    await page.photograph("promoter-2-confirm")
    await page.mini.get_by_test_id("mini-transfer-confirm").click()
    await expect(withdrawal).to_contain_text("已到零钱")
    await expect(page.mini.get_by_test_id("promoter-withdrawn")).to_have_text("¥6.90")
    await expect(page.mini.get_by_test_id("commission-line")).to_have_count(2)
    await page.photograph("promoter-3-paid")
