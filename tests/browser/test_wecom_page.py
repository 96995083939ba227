"""The page of 微信客服: a customer's phone and a servicer's, without a shop behind them."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.sandbox_corp import Corp
from tests.browser.sandbox_page import SandboxPage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CARD = {
    "card_type": "button_interaction",
    "source": {"desc": "掌柜"},
    "main_title": {"title": "新会话待接", "desc": "顾客说：转人工"},
    "horizontal_content_list": [{"keyname": "原因", "value": "顾客要求"}],
    "task_id": "t-1",
    "button_list": [
        {"text": "接入", "style": 1, "key": "take:1"},
        {"text": "忽略", "style": 2, "key": "skip:1"},
    ],
}


@pytest.mark.parametrize(("width", "name"), [(1240, "wecom"), (390, "wecom-phone")])
async def test_a_customer_waits_in_the_pool_and_a_servicer_serves_them(
    corp: Corp, browser: Browser, width: int, name: str
) -> None:
    context = await browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    page = await context.new_page()
    shown = SandboxPage(page)
    await page.goto(f"{corp.url}/wecom-phones")
    await page.get_by_test_id("kf-new").click()
    await page.get_by_test_id("kf-input").fill("耳机坏了，转人工")
    await page.get_by_test_id("kf-send").click()
    await expect(page.get_by_test_id("kf-chat").get_by_text("耳机坏了")).to_be_visible()

    who = await corp.somebody()
    options = [{"type": "click", "click": {"id": "1", "content": "取消排队"}}]
    menu = {"head_content": "正在为您转接，前面还有0位", "list": options}
    touser = {"touser": who["external_userid"], "open_kfid": who["open_kfid"]}
    await corp.call("kf/send_msg", {**touser, "msgtype": "msgmenu", "msgmenu": menu})
    await expect(page.get_by_test_id("kf-option")).to_have_text("取消排队")
    app = {"touser": "LinZhiXia", "agentid": corp.corp.agent_id, "msgtype": "template_card"}
    await corp.call("message/send", {**app, "template_card": CARD})
    await expect(page.get_by_test_id("app-card")).to_contain_text("新会话待接")
    await corp.call("kf/service_state/trans", {**who, "service_state": 2})
    await page.get_by_test_id("staff-talk").get_by_text("接入").wait_for()
    await shown.photograph(f"{name}-pool")
    if width < 800:
        await page.get_by_test_id("staff-phone").scroll_into_view_if_needed()
        await shown.photograph(f"{name}-pool-staff")

    await page.get_by_test_id("staff-talk").click()
    await page.get_by_test_id("staff-talk").get_by_text("打开").click()
    await page.get_by_test_id("staff-input").fill("您好，我来看看")
    await page.get_by_test_id("staff-send").click()
    said = page.get_by_test_id("kf-chat").get_by_text("您好，我来看看")
    await expect(said).to_be_visible()
    await shown.photograph(f"{name}-served")
    await page.get_by_test_id("staff-end").click()

    await expect(page.get_by_text("没有正在接待的顾客")).to_be_visible()
    assert await shown.width_of_content() == width
    assert shown.faults == []
    await context.close()
