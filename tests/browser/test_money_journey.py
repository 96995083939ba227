"""The shop's money on the page: coupon, points, an order's amount, and one piece of three back."""

from base64 import b64decode
from typing import Final

import pytest
from playwright.async_api import FilePayload, expect

from tests.browser.conftest import OpenPage
from tests.browser.sandbox_page import SandboxPage
from tests.fixtures.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOP: Final = "免手洗平板拖把"
"""¥69 in the demo shop, one variant, in no campaign."""
COUPON: Final = "满200减15"
PICTURE: Final = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""One point of colour."""


async def test_a_customer_sees_every_step_of_an_order_and_of_its_refund(
    stage: Stage, open_page: OpenPage
) -> None:
    page = await open_page(stage)
    await page.becomes_new_customer()
    await fills_cart_and_takes_coupon(page)
    await page.checks_out()
    await saves_points(page)

    await orders_with_coupon_and_points(page)
    await pays_and_receives(page)
    await returns_one_of_three(page, stage)
    await sees_points_come_back(page)
    assert page.faults == []


async def fills_cart_and_takes_coupon(page: SandboxPage) -> None:
    """Three mops, a coupon taken in the chat, and the points for a birthday told there."""
    await page.says("我要领券")
    await expect(page.heard("现在能领的优惠券", COUPON)).to_have_count(1)
    await page.says("全部领取")
    await expect(page.heard("领到了", COUPON)).to_have_count(1)
    await page.says("我的生日是5月20日")
    await expect(page.heard("5月20日")).to_have_count(1)
    await page.puts_into_cart(MOP)
    await page.says("数量改成3")
    await expect(page.heard("×3", "¥207")).to_have_count(1)


async def saves_points(page: SandboxPage) -> None:
    """Sign in on three days: 80 for the birthday, 5 + 5 + 10."""
    sign_in = page.mini.get_by_test_id("sign-in")
    await goes_back_to_own_page(page, pages=1)
    await sign_in.click()
    for day in (2, 3):
        await page.moves_time("＋1 天")
        await expect(page.page.get_by_role("button", name="＋1 天")).to_be_enabled()
        await page.mini.get_by_test_id("tab-me").click()
        await sign_in.click()
        await expect(sign_in).to_have_text(f"已签到 {day} 天")
    await expect(page.mini.get_by_test_id("my-points")).to_have_text("100")
    await expect(page.mini.get_by_test_id("my-coupons")).to_have_text("5")
    await without_toast(page)
    await page.photograph("money-1-me")


async def orders_with_coupon_and_points(page: SandboxPage) -> None:
    """The best coupon is chosen already; points come on top, and the amount says so."""
    await page.says("结算")  # The card of two days ago is no longer good.
    await page.page.get_by_test_id("card-open").nth(1).click()
    row = page.mini.get_by_test_id("coupon-row")
    await expect(row).to_contain_text("-¥15.00")
    await row.click()
    tickets = page.mini.get_by_test_id("coupon-sheet").get_by_test_id("coupon")
    await expect(tickets).to_have_count(5)
    await expect(tickets.first).to_contain_text("最省")
    await expect(tickets.last).to_be_disabled()
    await page.photograph("money-2-coupons")
    await tickets.first.click()
    await page.mini.get_by_test_id("use-points").check()
    await page.fills_address()
    await expect(page.mini).to_contain_text("积分抵扣（100分）")
    await expect(page.mini.locator(".mini-bar")).to_contain_text("¥191")
    await page.photograph("money-3-checkout")


async def pays_and_receives(page: SandboxPage) -> None:
    """Pay, let the shop ship, and say that it has come."""
    await page.submits_order()
    await expect(page.mini.get_by_test_id("mini-pay-amount")).to_have_text("¥191.00")
    await page.mini.get_by_test_id("mini-pay-confirm").click()
    await page.mini.get_by_test_id("mini-paid-order").click()
    await page.sees_order_state("待发货")
    steps = page.mini.get_by_test_id("order-steps").locator(".step")
    await expect(steps).to_have_text(
        [
            "商品金额¥207.00",
            f"优惠券（{COUPON}）-¥15.00",
            "积分抵扣（100分）-¥1.00",
            "运费¥0.00",
            "实付¥191.00",
        ]
    )
    await page.page.get_by_test_id("fan-ship").click()
    await page.sees_order_state("待收货")
    await expect(page.mini.get_by_test_id("parcel")).to_contain_text(f"{MOP} 干湿两用")
    await without_toast(page)
    await page.photograph("money-4-order")
    await page.mini.get_by_test_id("order-receive").click()
    await page.sees_order_state("已收货")


async def returns_one_of_three(page: SandboxPage, stage: Stage) -> None:
    """See what one piece gives back before asking, send it, and see the money come."""
    await page.says("谢谢")  # Which opens the reply window: news are to be heard.
    await page.mini.get_by_test_id("order-after-sale").click()
    submit = page.mini.get_by_test_id("apply-submit")
    await expect(submit).to_be_disabled()
    await page.mini.get_by_test_id("apply-line").get_by_label("增加").click()
    await page.mini.get_by_test_id("kind-return_refund").click()
    await page.mini.get_by_test_id("reason-unwanted").click()
    estimate = page.mini.get_by_test_id("estimate").locator(".step")
    back = ["退款（原路退回）¥63.66", "退回抵扣的积分33", "扣回赠送的积分-63"]
    await expect(estimate).to_have_text(back)
    await estimate.last.scroll_into_view_if_needed()
    await without_toast(page)
    await page.photograph("money-5-estimate")
    await submit.click()
    state = page.mini.get_by_test_id("request-state")
    await expect(state).to_have_text("等商家处理")
    picture = FilePayload(name="mop.png", mimeType="image/png", buffer=PICTURE)
    await page.mini.get_by_test_id("request-picture").set_input_files(picture)
    await expect(page.mini.get_by_text("已传 1 张")).to_be_visible()
    await page.page.get_by_test_id("after-sale-agree").click()
    await expect(state).to_have_text("商家已同意")
    await page.mini.get_by_test_id("return-carrier").select_option("圆通速递")
    await page.mini.get_by_test_id("return-number").fill("YT1234567890123")
    await page.mini.get_by_test_id("return-send").click()
    await expect(state).to_have_text("寄回途中")
    await page.page.get_by_test_id("after-sale-arrived").click()
    await expect(page.heard("检查没问题", "¥63.66", "到账后告诉您")).to_have_count(1)
    await stage.settled()  # WeChat Pay has been asked.
    await page.moves_time("＋1 分")
    await expect(state).to_have_text("已办完")
    money = page.mini.get_by_test_id("request-money").locator(".step")
    await expect(money).to_have_text(["已退款¥63.66", *back[1:]])
    await expect(page.heard("已经办完了", "¥63.66已原路退回")).to_have_count(1)
    await without_toast(page)
    await page.photograph("money-6-refunded")


async def sees_points_come_back(page: SandboxPage) -> None:
    """The statement of the points has every movement, the latest first."""
    await goes_back_to_own_page(page, pages=2)
    await page.mini.get_by_test_id("way-points").click()
    await expect(page.mini.get_by_test_id("points-balance")).to_have_text("261")
    lines = page.mini.get_by_test_id("statement-line")
    await expect(lines.first).to_contain_text("收到第一笔订单")
    await expect(lines.first).to_contain_text("+100余 261")
    amounts = ["+100", "-63", "+33", "+191", "-100", "+10", "+5", "+5", "+80"]
    await expect(lines.locator("b")).to_have_text(amounts)
    await without_toast(page)
    await page.photograph("money-7-points")


async def test_the_pages_of_the_account_fit_a_phone(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page(stage, 390, 844, is_phone=True)
    await page.page.locator("#panel-open").tap()
    await page.page.get_by_test_id("fan-new").tap()
    await page.page.locator("#panel-fold").tap()
    await page.taps_send(MOP)
    await expect(page.heard("为您找到")).to_have_count(1)
    await page.taps_send("第一个")
    await expect(page.heard("已加购物车")).to_have_count(1)
    await page.taps_send("结算")
    await page.page.get_by_test_id("card-open").tap()
    await page.page.get_by_test_id("mini-back").tap()
    await page.mini.get_by_test_id("tab-me").tap()

    await expect(page.mini.get_by_test_id("sign-in")).to_be_in_viewport(ratio=1)
    await page.photograph("phone-me")
    await page.mini.get_by_test_id("way-coupon").tap()
    take = page.mini.get_by_test_id("coupon-take")
    await take.first.tap()
    await expect(take.first).to_have_text("领取")  # The next one: what was taken goes down.
    await expect(page.mini.get_by_text("已领取")).to_have_count(1)
    await without_toast(page)
    await page.photograph("phone-coupons")
    assert await page.width_of_content() == 390
    await page.page.get_by_test_id("mini-back").tap()
    await page.mini.get_by_test_id("way-place").tap()
    await page.mini.get_by_text("添加地址").tap()
    await page.fills_address()
    await page.mini.get_by_test_id("book-save").tap()
    await expect(page.mini.get_by_test_id("book-address")).to_contain_text("138****8000")
    assert page.faults == []


async def goes_back_to_own_page(page: SandboxPage, *, pages: int) -> None:
    """Leave so many pages that have no tabs, then go to 我的."""
    for _ in range(pages):
        await page.page.get_by_test_id("mini-back").click()
    await page.mini.get_by_test_id("tab-me").click()


async def without_toast(page: SandboxPage) -> None:
    """Wait until nothing lies over the page."""
    await expect(page.page.get_by_test_id("toast")).to_have_count(0)
