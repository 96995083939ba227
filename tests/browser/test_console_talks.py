"""Two agents in two browsers and a customer on a phone."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.console_desk import AgentPage, hire, open_agent
from tests.fixtures.customer import Customer
from tests.fixtures.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_a_customer_is_served_by_one_of_two_agents_and_given_back_to_the_bot(
    stage: Stage, browser: Browser
) -> None:
    hire(stage, wang="小王", li="小李")
    wang, li = await open_agent(browser), await open_agent(browser)
    await wang.log_in(stage, "wang")
    await li.log_in(stage, "li")
    await wang.photograph("console-talks-empty")
    await li.opens("queue")

    customer = await _waiting_customer(stage)
    for agent in (wang, li):
        await expect(agent.rows).to_have_count(1)
    await wang.rows.first.click()
    await li.rows.first.click()
    await wang.page.get_by_test_id("take").click()
    await expect(wang.owner).to_have_text("我在接待")
    await expect(li.owner).to_have_text("小王在接待")
    await wang.replies("我是小王，马上帮您看")
    await expect(wang.page.locator(".line-staff .line-state")).to_have_text("已发送")
    await expect(li.page.locator(".line-staff")).to_contain_text("我是小王")
    await customer.hears("我是小王，马上帮您看")
    await _looks_closer(wang)
    await _photograph_on_a_phone(stage, browser)
    await customer.says("多久能到")
    await expect(wang.page.locator(".line-customer").last).to_contain_text("多久能到")
    await wang.page.get_by_test_id("hand-back").click()
    await expect(wang.owner).to_have_text("机器人在接待")
    await customer.says("看看购物车")
    await customer.hears()
    assert wang.faults == []
    assert li.faults == []


async def _waiting_customer(stage: Stage) -> Customer:
    """Somebody who chose a product, and wants a person now."""
    customer = await stage.customer("林小满")
    await customer.says("拖鞋")
    await customer.hears("为您找到")
    await customer.says("第二个")
    await customer.hears("要什么颜色")
    await customer.says("奶油白")
    await customer.hears()
    await customer.says("转人工")
    await customer.hears()
    return customer


async def _looks_closer(agent: AgentPage) -> None:
    """A note for colleagues, what the bot understood, and what there is to recommend."""
    await agent.page.locator("[data-mode=note]").click()
    await agent.replies("要问清楚鞋码")
    await expect(agent.page.get_by_test_id("note")).to_contain_text("要问清楚鞋码")
    await agent.page.locator("[data-understood]").last.click()
    await expect(agent.page.get_by_test_id("understood")).to_contain_text("意图")
    await agent.page.locator("[data-picker=goods]").click()
    await expect(agent.page.locator(".picker-rows button").first).to_be_visible()
    await agent.photograph("console-talks-talk")


async def _photograph_on_a_phone(stage: Stage, browser: Browser) -> None:
    """The list, the conversation and the customer are three screens there."""
    phone = await open_agent(browser, 390, 844)
    await phone.log_in(stage, "li")
    await phone.opens("all")
    await phone.photograph("console-talks-phone-list")
    await phone.rows.first.click()
    await expect(phone.page.locator(".line-staff")).to_be_visible()
    await expect(phone.rows.first).to_be_hidden()
    assert await phone.width_of_content() <= 390
    await phone.photograph("console-talks-phone-talk")
    await phone.page.locator(".talk-to-panel").click()
    await expect(phone.page.get_by_test_id("points")).to_be_visible()
    await phone.photograph("console-talks-phone-panel")
    assert phone.faults == []
