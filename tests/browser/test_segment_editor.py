"""The editor of segments in a browser: counted while conditions are chosen, kept in versions."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.console_desk import open_agent
from tests.browser.test_console_pages import IS_WIDER, WIDTHS, hire_owner, log_in
from tests.fixtures.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("device", WIDTHS)
async def test_a_segment_is_put_together_counted_kept_and_changed(
    stage: Stage, browser: Browser, device: str
) -> None:
    for customer in await stage.customers(2):
        await customer.says("谢谢")
        await customer.hears("不客气")
    agent = await open_agent(browser, *WIDTHS[device])
    await log_in(agent, stage, hire_owner(stage))
    page = agent.page
    await page.goto(f"{agent.base}/segments/new")
    form, found = page.locator("[data-segment]"), page.locator("[data-found]")
    facts = form.locator(".rule__fact")
    await form.locator("[name=name]").fill("来过没买的")

    await form.get_by_role("button", name="加条件").click()
    await facts.nth(0).get_by_label("条件", exact=True).select_option(label="最近来访")
    await facts.nth(0).get_by_label("怎么比").select_option("within")
    await expect(found).to_contain_text("2 人")
    await form.get_by_role("button", name="加一组").click()
    inner = facts.nth(1)
    await inner.get_by_label("条件", exact=True).select_option(label="最近来访")
    await expect(found).to_contain_text("0 人")
    await form.locator(".rule .rule").get_by_label("符合还是排除").first.select_option("not")
    await expect(found).to_contain_text("2 人")
    await expect(found.locator(".segment-examples li")).to_have_count(2)
    await agent.photograph(f"segment-editor-{device}")
    assert not await page.evaluate(IS_WIDER)
    await form.locator(".btn--primary").click()

    await page.get_by_role("link", name="来过没买的").click()
    await expect(facts).to_have_count(2)
    await expect(found).to_contain_text("2 人")
    await form.locator(".rule .rule").get_by_label("去掉这个条件").first.click()
    await expect(facts).to_have_count(1)
    await form.locator(".btn--primary").click()
    await page.get_by_role("link", name="来过没买的").click()

    await expect(page.locator(".segment-versions")).to_contain_text("第 2 版")
    assert stage.value("SELECT version FROM segment WHERE name = ?", "来过没买的") == 2
    assert agent.faults == []
