"""What is written about activities, through the real console."""

import pytest
from sqlmodel import Session, select

from bot.console.desk import Desk
from bot.staff.tables import Role
from commerce.bargains.tables import BargainActivity
from commerce.flash_sales.tables import FlashSale
from commerce.group_buys.entries import find_activity
from commerce.live.tables import LiveSession
from tests.bot.console.conftest import OpenConsole
from tests.bot.console.pages_a.stock import Stock
from tests.bot.console.pages_a.test_orders import did

WHEN = {"starts_at": "2026-12-24T20:00", "ends_at": "2026-12-24T22:00"}


def group_form(shop: Stock, **changes: str) -> dict[str, str]:
    return {
        "key": "pt-2",
        "name": "新年团",
        "product": str(shop.product),
        "heads-0": "3",
        "price-0-1": "29.9",
        "hours": "24",
        "pieces_per_order": "1",
        "orders_per_customer": "1",
        **changes,
    }


def sales(session: Session) -> list[tuple[str, str]]:
    return list(session.exec(select(FlashSale.key, FlashSale.state)).all())


async def test_a_group_buy_is_written_off_and_switched_on_with_a_reason(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)

    assert (await browser.post("/group-buys", group_form(shop))).location
    written = await desk.database.read(find_activity, "pt-2")
    assert written is not None
    assert not written.is_on
    assert (await browser.post("/group-buys/pt-2/switch", {"is_on": "yes"})).status == 422
    await browser.post("/group-buys/pt-2/switch", {"is_on": "yes", "reason": "上线"})

    switched = await desk.database.read(find_activity, "pt-2")
    assert switched is not None
    assert switched.is_on
    assert await desk.database.read(did) == ["group_buy.saved", "group_buy.switched"]


async def test_what_may_not_be_advertised_or_costs_more_is_refused_at_its_field(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)

    for change, field in (
        ({"name": "全网最低价"}, "name"),
        ({"price-0-1": "39"}, "tiers"),
        ({"price-0-1": "贵"}, "price-0-1"),
        ({"heads-0": "两"}, "heads-0"),
        ({"hours": ""}, "hours"),
    ):
        answer = await browser.post("/group-buys", group_form(shop, **change))
        assert answer.status == 422, change
        assert f'data-field="{field}"' in answer.text, change

    assert await desk.database.read(find_activity, "pt-2") is None


@pytest.mark.usefixtures("shop")
async def test_completing_groups_is_set_and_unset_beside_its_warning(
    open_console: OpenConsole, desk: Desk
) -> None:
    browser = await open_console(Role.OPERATOR)

    page = await browser.get("/group-buys/pt-1")
    await browser.post("/group-buys/pt-1/completion", {"percent": "80", "reason": "试试"})
    on = await desk.database.read(find_activity, "pt-1")
    await browser.post("/group-buys/pt-1/completion", {"percent": "", "reason": "不补了"})
    off = await desk.database.read(find_activity, "pt-1")

    assert "到期可能由商家补齐名额成团" in page.text
    assert on is not None
    assert off is not None
    assert (on.virtual_percent, off.virtual_percent) == (80, None)


async def test_a_flash_sale_is_planned_changed_and_called_off_once(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)
    form = {
        **WHEN,
        "key": "ms-2",
        "name": "平安夜",
        "sku-0": shop.sku,
        "price-0": "19.9",
        "pieces-0": "3",
    }

    assert (await browser.post("/flash-sales", {**form, "sku-0": "没有的"})).status == 422
    assert (await browser.post("/flash-sales", {**form, "pieces-0": "三"})).status == 422
    assert (await browser.post("/flash-sales", form)).location
    ends = [await browser.post("/flash-sales/2/end") for _ in range(2)]

    assert [answer.status for answer in ends] == [200, 422]
    assert await desk.database.read(sales) == [("ms-1", "planned"), ("ms-2", "called_off")]


@pytest.mark.usefixtures("shop")
async def test_a_bargain_is_switched_on_by_somebody_who_acknowledged_the_rule(
    open_console: OpenConsole, desk: Desk
) -> None:
    browser = await open_console(Role.OPERATOR)

    refused = await browser.post("/bargains/1/switch", {"is_on": "yes"})
    await browser.post("/bargains/1/switch", {"is_on": "yes", "acknowledged": "yes"})

    assert refused.status == 422
    assert "微信外部链接内容管理规范" in refused.text
    activity = await desk.database.read(lambda session: session.get_one(BargainActivity, 1))
    assert activity.is_on
    assert activity.acknowledged_by == f"agent:{browser.staff_id}"


async def test_a_stream_is_entered_once_and_taken_off_once(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)
    form = {**WHEN, "title": "圣诞直播", "place": "视频号", "skus": shop.sku}

    entered = [await browser.post("/lives", form) for _ in range(2)]
    taken_off = [await browser.post("/lives/2/switch", {"is_on": "no"}) for _ in range(2)]

    assert [answer.status for answer in entered] == [200, 422]
    assert [answer.status for answer in taken_off] == [200, 422]
    live = await desk.database.read(lambda session: session.get_one(LiveSession, 2))
    assert not live.is_on
    assert f"{live.starts_at:%H:%M}" == "12:00"  # 20:00 in Shanghai.
