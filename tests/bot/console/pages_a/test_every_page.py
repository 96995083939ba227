"""Every page of orders, money and activities shows what there is, or that there is nothing."""

import pytest

from bot.staff.tables import Role
from tests.bot.console.conftest import OpenConsole
from tests.bot.console.pages_a.stock import Stock

LISTS = {
    "/orders": "没有找到订单",
    "/after-sales": "没有找到售后申请",
    "/refunds": "没有找到退款",
    "/privacy": "没有等着办的申请",
    "/invoices": "没有找到发票",
    "/pickup": "还没有门店",
    "/distribution": "还没有推广员",
    "/withdrawals": "没有找到提现",
    "/distribution/statements": "还没有月度佣金",
    "/reconciliation": "账都对得上",
    "/group-buys": "还没有拼团活动",
    "/flash-sales": "还没有秒杀",
    "/bargains": "还没有砍价活动",
    "/lives": "还没有直播",
    "/mending": "没有要处理的",
    "/mending/inbox": "都答上了",
    "/mending/events": "没有失败的事件",
    "/mending/stuck": "没有卡住的包裹",
}
PAGES = (
    ("/orders", "云朵拖鞋"),
    ("/orders/{order_no}", "收货信息"),
    ("/orders/{unpaid_no}", "取消订单"),
    ("/orders/shipping-file", "下载模板"),
    ("/after-sales", "{request_no}"),
    ("/after-sales/{request_no}", "顾客要什么"),
    ("/privacy", "{privacy_no}"),
    ("/withdrawals", "{large_no}"),
    ("/withdrawals/{large_no}", "要两位"),
    ("/withdrawals/{small_no}", "核准"),
    ("/distribution", "推广中"),
    ("/distribution/{promoter}", "账目"),
    ("/distribution/bindings?customer={promoter}", "没有归谁"),
    ("/distribution/terms", "为什么改"),
    ("/reconciliation", "{sku}"),
    ("/group-buys", "拖鞋团"),
    ("/group-buys/pt-1", "虚假宣传"),
    ("/group-buys/pt-1/edit", "修改拼团"),
    ("/group-buys/new", "云朵拖鞋"),
    ("/group-buys/new?product={product}", "成团人数"),
    ("/flash-sales", "整点秒杀"),
    ("/flash-sales/form", "新建秒杀"),
    ("/flash-sales/form?key=ms-1", "修改秒杀"),
    ("/bargains", "砍一双"),
    ("/bargains/form?key=kj-1", "微信外部链接内容管理规范"),
    ("/lives", "周五直播"),
    ("/mending", "再发一次"),
    ("/mending/inbox", "在吗"),
    ("/mending/events", "order_paid"),
)
TABLES = ("orders", "after-sales", "refunds", "privacy", "invoices", "withdrawals", "distribution")
MORE_TABLES = ("distribution/statements", "reconciliation", "group-buys", "flash-sales", "bargains")


async def test_a_page_without_anything_says_so(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OWNER)

    for path, words in LISTS.items():
        answer = await browser.get(path)

        assert answer.status == 200, path
        assert words in answer.text, path


async def test_a_page_shows_what_is_there(open_console: OpenConsole, shop: Stock) -> None:
    browser = await open_console(Role.OWNER)

    for path, words in PAGES:
        answer = await browser.get(path.format_map(vars(shop)))

        assert answer.status == 200, path
        assert words.format_map(vars(shop)) in answer.text, path


@pytest.mark.usefixtures("shop")
async def test_every_list_can_be_taken_out(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OWNER)

    for name in (*TABLES, *MORE_TABLES, "lives"):
        answer = await browser.get(f"/{name}.csv")

        assert answer.status == 200, name
        assert answer.text.startswith("\ufeff"), name
        assert "attachment" in answer.headers["Content-Disposition"], name


async def test_an_agent_reads_orders_and_no_more(open_console: OpenConsole, shop: Stock) -> None:
    browser = await open_console(Role.AGENT)

    assert (await browser.get(f"/orders/{shop.order_no}")).status == 200
    for path in ("/orders.csv", "/withdrawals", "/refunds", "/mending", "/invoices", "/pickup"):
        assert (await browser.get(path)).status == 403, path
    for path in (
        f"/orders/{shop.order_no}/parcels",
        f"/orders/{shop.order_no}/address",
        f"/after-sales/{shop.request_no}/agreement",
        "/group-buys/pt-1/switch",
        "/bargains",
    ):
        assert (await browser.post(path)).status == 403, path
