"""Customer groups, mass tasks and moments on the page of WeCom."""

import io

import pytest
from PIL import Image
from playwright.async_api import Browser, expect

from bot.sandbox import SandboxSettings
from tests.browser.sandbox_corp import Corp
from tests.browser.sandbox_page import SandboxPage
from tests.fixtures.processes import SANDBOX_ENV
from tests.fixtures.stage import Stage
from tests.sandbox.world import Json

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OPENING = "周五鲜果开团：云南猕猴桃三人成团，今晚八点截单"


def _cover() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (520, 416), "#7fa63a").save(picture, "PNG")
    return picture.getvalue()


async def _card(corp: Corp, page: str = "pages/group-buy/index.html?id=1") -> Json:
    """A card as the shop attaches it, its picture uploaded before."""
    title, app_id = "云南猕猴桃三人团 ¥29.90", corp.mini_app_id
    picture = await corp.upload(_cover())
    card = {"title": title, "appid": app_id, "page": page, "pic_media_id": picture}
    return {"msgtype": "miniprogram", "miniprogram": card}


@pytest.mark.parametrize(("width", "name"), [(1240, "groups"), (390, "groups-phone")])
async def test_an_owner_confirms_a_task_and_a_member_opens_its_card(
    corp: Corp, browser: Browser, width: int, name: str
) -> None:
    context = await browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    page = await context.new_page()
    shown = SandboxPage(page)
    await page.goto(f"{corp.url}/wecom-phones")
    await page.get_by_test_id("kf-new").click()
    await page.get_by_test_id("to-groups").click()
    await page.get_by_test_id("groups-demo").click()
    await expect(page.get_by_test_id("group-choice").locator("option")).to_have_count(3)
    await page.get_by_test_id("group-join").click()
    await expect(page.get_by_test_id("group-item")).to_have_count(2)

    task: Json = {"chat_type": "group", "sender": "LinZhiXia", "text": {"content": OPENING}}
    card = await _card(corp)
    await corp.call("externalcontact/add_msg_template", {**task, "attachments": [card]})
    await expect(page.get_by_test_id("mass-task")).to_contain_text("发到 2 个客户群")
    moment = {"text": {"content": "新一季的橙子熟了，甜度刚刚好"}}
    await corp.call("externalcontact/add_moment_task", moment)
    await expect(page.get_by_test_id("moment-task")).to_be_visible()
    await shown.photograph(f"{name}-waiting")
    await page.get_by_test_id("mass-task").get_by_label("福田尝鲜群").uncheck()
    await page.get_by_test_id("mass-send").click()

    await expect(page.get_by_test_id("group-item")).to_have_count(4)
    await expect(page.get_by_test_id("mass-task")).to_contain_text("还有群没发")
    await page.get_by_test_id("moment-publish").click()
    await expect(page.get_by_test_id("moment-task")).to_contain_text("已发表")
    await shown.photograph(f"{name}-sent")
    await page.get_by_test_id("group-item").get_by_test_id("wecom-card").click()
    await expect(page.get_by_test_id("mini-screen")).to_be_visible()
    await shown.photograph(f"{name}-opened")
    await page.get_by_test_id("mini-close").click()

    await page.get_by_label("顾客", exact=True).select_option(label="豆苗")
    await page.get_by_test_id("to-moments").click()
    await expect(page.get_by_test_id("moment")).to_contain_text("橙子熟了")
    await shown.photograph(f"{name}-moments")
    await page.get_by_test_id("to-groups").click()
    await page.get_by_test_id("group-leave").click()
    await expect(page.get_by_test_id("group-join")).to_be_visible()
    assert await shown.width_of_content() == width
    await context.close()


async def test_the_slider_moves_the_clock_on(corp: Corp, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 1240, "height": 900}, locale="zh-CN")
    await page.goto(f"{corp.url}/wecom-phones")
    await page.get_by_test_id("clock-slider").fill("26")
    await expect(page.get_by_test_id("clock-go")).to_have_text("快进 1 天 2 小时")
    await page.get_by_test_id("clock-go").click()

    await expect(page.get_by_test_id("clock-go")).to_be_disabled()
    async with corp.http.get(f"{corp.url}/control/clock") as response:
        assert (await response.json())["offset"] == 26 * 3600
    await page.close()


async def test_a_card_in_a_group_opens_the_shop_as_the_member_who_taps_it(
    stage: Stage, browser: Browser
) -> None:
    settings = SandboxSettings.load(stage.folder / SANDBOX_ENV, {})
    corp = Corp(settings, f"{stage.sandbox_url}/sandbox", stage.http)
    await stage.control("POST", "/wecom/demo", {})
    task: Json = {"chat_type": "group", "sender": "ZhouZiMo", "text": {"content": OPENING}}
    card = await _card(corp, page="/pages/flash-sale/index.html")
    await corp.call("externalcontact/add_msg_template", {**task, "attachments": [card]})
    page = await browser.new_page(viewport={"width": 1240, "height": 900}, locale="zh-CN")
    shown = SandboxPage(page)

    await page.goto(f"{corp.url}/wecom-phones")
    await page.get_by_label("客服", exact=True).select_option(label="周子墨")
    await page.get_by_test_id("mass-send").click()
    await page.get_by_label("顾客", exact=True).select_option(label="冬阳")
    await page.get_by_test_id("to-groups").click()
    await page.get_by_test_id("group-choice").select_option(label="宝安邻里团购群（6）")
    await page.get_by_test_id("group-item").get_by_test_id("wecom-card").click()

    opened = page.locator('[data-page="pages/flash-sale/index"]')
    await expect(opened).not_to_contain_text("网络不给力")
    await shown.photograph("groups-shop")
    (fan,) = (await stage.control("GET", "/fans"))["fans"]
    assert (fan["nickname"], fan["subscribed"]) == ("冬阳", False)
    assert shown.faults == []
    await page.close()
