"""A group on the page: opened from a card in the chat, and reminded of before it lapses."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.sandbox_page import SandboxPage
from tests.fixtures.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NUTS = "坚果"
"""In the demo shop ¥79 for two heads, within twelve hours."""
SOON_OVER = re.compile(r"剩(2小时|1小时5\d分钟)")
"""Two hours, less what the machine took meanwhile."""
DAYLIGHT = {"9", "09", "10", "11"}
"""Hours at which a group is opened whose reminder, ten hours later, falls into the day."""


async def test_a_leader_opens_a_group_and_is_reminded_before_it_lapses(
    stage: Stage, open_page: OpenPage
) -> None:
    page = await open_page(stage)
    leader = await newcomer(page)
    await moves_to_the_morning(page)

    await opens_group(page)
    await page.photograph("group-1-open")
    for _ in range(10):
        await one_hour_on(page)
    await chats_with(page, leader)
    reminder = page.heard("还差1人").filter(has_text=SOON_OVER)
    await expect(reminder.first).to_be_visible()
    await page.photograph("group-2-reminded")

    assert page.faults == []


async def newcomer(page: SandboxPage) -> str:
    """The number of a new customer, who is the one that chats now."""
    await page.becomes_new_customer()
    chats = page.page.locator('[data-testid="fan"][aria-current="true"]')
    return await chats.get_attribute("data-fan-id") or ""


async def chats_with(page: SandboxPage, fan: str) -> None:
    """Choose a customer, whose chat is shown then."""
    chosen = page.page.locator(f'[data-testid="fan"][data-fan-id="{fan}"]')
    await chosen.click()
    await expect(chosen).to_have_attribute("aria-current", "true")


async def moves_to_the_morning(page: SandboxPage) -> None:
    """Move the clock on the page until it is nine to eleven."""
    clock = page.page.locator("#clock")
    await expect(clock).to_have_text(re.compile(r"\d+:\d\d"))
    while (await clock.inner_text()).split(":")[0] not in DAYLIGHT:
        await one_hour_on(page)


async def one_hour_on(page: SandboxPage) -> None:
    """Tap ＋1 时, and wait until the clock of the page shows it."""
    clock = page.page.locator("#clock")
    hour = (await clock.inner_text()).split(":")[0]
    await page.moves_time("＋1 时")
    await expect(clock).not_to_have_text(re.compile(rf"^{hour}:"))


async def opens_group(page: SandboxPage) -> None:
    """Ask for it in the chat, open the card, pay: the group waits for one more."""
    await page.says(f"拼{NUTS}")
    await page.page.get_by_test_id("card-open").last.click()
    await page.mini.get_by_test_id("group-open").click()
    await pays(page)
    await page.sees_order_state("拼团中，成团后发货")
    await page.mini.get_by_test_id("order-group").click()
    await expect(page.mini.get_by_test_id("group-state")).to_have_text("还差 1 人成团")
    await expect(page.mini.get_by_test_id("seat-taken")).to_have_text(["林"])


async def pays(page: SandboxPage) -> None:
    """Write the address, order and pay."""
    await page.fills_address()
    await page.submits_order()
    await page.mini.get_by_test_id("mini-pay-confirm").click()
    await page.mini.get_by_test_id("mini-paid-order").click()
