"""Two people at one form, and a form that is sent twice: nothing is overwritten unseen."""

import re

import pytest
from sqlmodel import Session, select

from bot.console.desk import Desk
from bot.staff.tables import Role
from commerce.catalogue.tables import Product, Variant
from commerce.knowledge.entries import find_entry
from commerce.membership.tables import MallItem
from commerce.promotions.tables import CouponTemplate
from tests.bot.console.conftest import Answer, Browser, OpenConsole
from tests.bot.console.pages_b.test_answers import FREIGHT
from tests.bot.console.pages_b.test_products import ROWS, upload
from tests.bot.console.pages_b.test_promotions import COUPON

_MARK = re.compile(r'hx-post="/console([^"]+)"|name="seen" value="([^"]*)"')


@pytest.fixture
async def operator(open_console: OpenConsole) -> Browser:
    """Somebody who has handed in some products."""
    browser = await open_console(Role.OPERATOR)
    await browser.post("/products/import", upload(ROWS.encode()))
    return browser


def mark_of(page: Answer, path: str) -> str:
    """What the form that is sent to `path` brings back."""
    here = ""
    marks: dict[str, str] = {}
    for posted, mark in _MARK.findall(page.text):
        here = posted or here
        if mark:
            marks[here] = mark
    return marks[path]


async def first_variant(desk: Desk) -> Variant:
    def read(session: Session) -> Variant:
        return session.exec(select(Variant).where(Variant.sku == "A-1")).one()

    return await desk.database.read(read)


async def test_who_saves_a_product_second_is_told(operator: Browser, desk: Desk) -> None:
    path = f"/products/{(await first_variant(desk)).product_id}"
    form = {"brand": "素色", "category": "上衣", "on_sale": "yes"}
    seen = mark_of(await operator.get(path), path)

    first = await operator.post(path, {**form, "title": "新标题", "seen": seen})
    second = await operator.post(path, {**form, "title": "别的标题", "seen": seen})

    assert first.location.endswith(path)
    assert second.status == 409
    assert "有人改过" in second.text
    kept = await desk.database.read(lambda s: s.get_one(Product, int(path.rpartition("/")[2])))
    assert kept.title == "新标题"


async def test_who_saves_a_variant_second_is_told(operator: Browser, desk: Desk) -> None:
    variant = await first_variant(desk)
    page = await operator.get(f"/products/{variant.product_id}")
    path = f"/products/{variant.product_id}/variants/{variant.id}"
    form = {"attributes": "颜色=红;尺码=M", "on_sale": "yes", "seen": mark_of(page, path)}

    first = await operator.post(path, {**form, "price": "18"})
    second = await operator.post(path, {**form, "price": "17"})

    assert (first.status, second.status) == (200, 409)
    assert (await first_variant(desk)).price == 1800


async def test_a_count_that_is_sent_twice_moves_the_stock_once(
    operator: Browser, desk: Desk
) -> None:
    variant = await first_variant(desk)
    page = await operator.get(f"/products/{variant.product_id}")
    path = f"/products/{variant.product_id}/variants/{variant.id}/stock"
    form = {"change": "10", "reason": "盘点", "seen": mark_of(page, path)}

    twice = [await operator.post(path, form), await operator.post(path, form)]

    assert [each.status for each in twice] == [200, 409]
    assert (await first_variant(desk)).stock == 13


async def test_who_saves_a_coupon_second_is_told(operator: Browser, desk: Desk) -> None:
    await operator.post("/coupons", COUPON)
    form = {**COUPON, "is_new": ""}
    form["seen"] = mark_of(await operator.get("/coupons/codes/ten-off"), "/coupons")

    first = await operator.post("/coupons", {**form, "name": "一"})
    second = await operator.post("/coupons", {**form, "name": "二"})

    assert (first.status, second.status) == (200, 409)
    kept = await desk.database.read(lambda session: session.exec(select(CouponTemplate)).one())
    assert kept.name == "一"


async def test_pieces_that_are_put_into_the_mall_twice_are_counted_once(
    operator: Browser, desk: Desk
) -> None:
    path, mall = "/coupons/mall-items", "/coupons/membership"
    form = {"title": "小方巾", "points": "300", "added": "5", "is_open": "yes"}
    form["seen"] = mark_of(await operator.get(mall), path)

    entered = [await operator.post(path, form), await operator.post(path, form)]
    form["seen"] = [m for _, m in _MARK.findall((await operator.get(mall)).text) if m][-1]
    more = [await operator.post(path, form), await operator.post(path, form)]

    assert [each.status for each in (*entered, *more)] == [200, 409, 200, 409]
    kept = await desk.database.read(lambda session: session.exec(select(MallItem)).one())
    assert kept.stock == 10


async def test_who_saves_an_answer_second_is_told(operator: Browser, desk: Desk) -> None:
    await operator.post("/knowledge/entries", FREIGHT)
    form = {**FREIGHT, "is_new": ""}
    page = await operator.get("/knowledge/entries/freight")
    form["seen"] = mark_of(page, "/knowledge/entries")

    first = await operator.post("/knowledge/entries", {**form, "answer": "满88元包邮"})
    second = await operator.post("/knowledge/entries", {**form, "answer": "满77元包邮"})

    assert (first.status, second.status) == (200, 409)
    kept = await desk.database.read(find_entry, "freight")
    assert kept is not None
    assert kept.answer == "满88元包邮"
