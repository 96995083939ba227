"""Pages of products, through the real console."""

import io

import aiohttp
import pytest
from PIL import Image
from sqlmodel import Session, col, select

from bot.console.desk import Desk
from bot.console.pages import product_list
from bot.console.pages.product_list import ProductFilter
from bot.staff.audit_tables import AuditEntry
from bot.staff.tables import Role
from commerce.catalogue.tables import Product, ProductToIndex, StockMovement, Variant
from tests.bot.console.conftest import OpenConsole

ROWS = """sku,title,category,brand,price,stock,attributes,image
A-1,纯棉短袖,上衣,素色,19.90,3,颜色=红;尺码=M,red.jpg
A-2,纯棉短袖,上衣,素色,29.90,100,颜色=红;尺码=L,red.jpg
B-1,=羊毛围巾,配饰,,88,0,,
123456789012345,长货号帽子,配饰,素色,5,7,,
"""


def upload(content: bytes, name: str = "goods.csv", field: str = "file") -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field(field, content, filename=name, content_type="application/octet-stream")
    return form


@pytest.fixture
async def stocked(open_console: OpenConsole) -> OpenConsole:
    """A shop into which an operator has handed ROWS."""
    browser = await open_console(Role.OPERATOR)
    answer = await browser.post("/products/import", upload(ROWS.encode()), htmx=False)
    assert "新增 4" in answer.text
    return open_console


async def find(desk: Desk, title: str) -> Product:
    def read(session: Session) -> Product:
        return session.exec(select(Product).where(Product.title == title)).one()

    return await desk.database.read(read)


async def variant(desk: Desk, sku: str) -> Variant:
    def read(session: Session) -> Variant:
        return session.exec(select(Variant).where(Variant.sku == sku)).one()

    return await desk.database.read(read)


async def test_the_list_is_searched_by_title_and_sku(stocked: OpenConsole) -> None:
    browser = await stocked(Role.AGENT)

    by_title, by_sku = await browser.get("/products?q=短袖"), await browser.get("/products?q=b-1")
    nothing = await browser.get("/products?q=%25")

    assert "纯棉短袖" in by_title.text
    assert "羊毛围巾" not in by_title.text
    assert "羊毛围巾" in by_sku.text
    assert "纯棉短袖" not in by_sku.text
    assert "没有找到商品" in nothing.text


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("low", {"纯棉短袖", "=羊毛围巾"}),
        ("out", {"=羊毛围巾"}),
        ("on", {"纯棉短袖", "=羊毛围巾", "长货号帽子"}),
        ("off", set()),
    ],
)
async def test_the_list_is_narrowed_by_state(
    stocked: OpenConsole, desk: Desk, state: str, shown: set[str]
) -> None:
    def read(session: Session) -> set[str]:
        found = session.exec(product_list.products_like(ProductFilter(state=state)))
        return {each.title for each in found}

    assert await desk.database.read(read) == shown


async def test_what_is_exported_may_be_handed_in_again_and_changes_nothing(
    stocked: OpenConsole,
) -> None:
    browser = await stocked(Role.OPERATOR)
    file = await browser.get("/products.csv")

    answer = await browser.post("/products/import", upload(file.text.encode()), htmx=False)

    assert "'=羊毛围巾" in file.text
    assert "没变 4" in answer.text
    assert "新增 0" in answer.text
    assert "更新 0" in answer.text


async def test_bad_rows_are_told_by_line_and_the_others_are_taken(
    stocked: OpenConsole, desk: Desk
) -> None:
    browser = await stocked(Role.OPERATOR)
    rows = "title,price\n新帽子,12\n坏价格,十二\n"

    answer = await browser.post("/products/import", upload(rows.encode("gb18030")), htmx=False)

    assert "新增 1" in answer.text
    assert "跳过 1" in answer.text
    assert '<td class="num" data-label="行">3</td>' in answer.text
    assert (await find(desk, "新帽子")).on_sale


async def test_a_file_without_its_columns_is_refused_in_words(stocked: OpenConsole) -> None:
    browser = await stocked(Role.OPERATOR)

    answer = await browser.post("/products/import", upload(b"name\nx\n"))

    assert answer.status == 422
    assert "表头缺少必填的列" in answer.text


async def test_a_rename_reaches_search_and_the_audit_log(stocked: OpenConsole, desk: Desk) -> None:
    browser = await stocked(Role.OPERATOR)
    product = await find(desk, "纯棉短袖")
    form = {"title": "纯棉 长袖", "brand": "新牌", "category": "上衣", "on_sale": "yes"}

    answer = await browser.post(f"/products/{product.id}", form)

    def read(session: Session) -> tuple[bool, list[str]]:
        waits = session.get(ProductToIndex, product.id) is not None
        return waits, list(session.exec(select(AuditEntry.did).order_by(col(AuditEntry.id))))

    assert answer.location == f"/console/products/{product.id}"
    assert (await find(desk, "纯棉 长袖")).brand_id != product.brand_id
    waits, done = await desk.database.read(read)
    assert waits
    assert done[-1] == "product.changed"


async def test_two_products_cannot_have_one_name(stocked: OpenConsole, desk: Desk) -> None:
    browser = await stocked(Role.OPERATOR)
    product = await find(desk, "纯棉短袖")

    answer = await browser.post(f"/products/{product.id}", {"title": "长货号帽子", "brand": "素色"})

    assert answer.status == 422
    assert 'data-field="title"' in answer.text


async def test_a_title_that_boasts_is_saved_with_a_warning(
    stocked: OpenConsole, desk: Desk
) -> None:
    browser = await stocked(Role.OPERATOR)
    product = await find(desk, "纯棉短袖")

    await browser.post(f"/products/{product.id}", {"title": "全国第一短袖", "on_sale": "yes"})
    page = await browser.get(f"/products/{product.id}")

    assert "标题请留意" in page.text


async def test_stock_moves_with_a_reason_and_never_below_zero(
    stocked: OpenConsole, desk: Desk
) -> None:
    browser = await stocked(Role.OPERATOR)
    shirt = await variant(desk, "A-1")
    path = f"/products/{shirt.product_id}/variants/{shirt.id}/stock"

    unsaid = await browser.post(path, {"change": "2", "reason": " "})
    too_many = await browser.post(path, {"change": "-4", "reason": "盘点"})
    done = await browser.post(path, {"change": "-2", "reason": "盘点少了两件"})
    page = await browser.get(f"/products/{shirt.product_id}")

    assert (unsaid.status, too_many.status) == (422, 422)
    assert done.location
    assert (await variant(desk, "A-1")).stock == 1
    assert "盘点少了两件" in page.text

    def moved(session: Session) -> list[int]:
        of_it = select(StockMovement.change).where(StockMovement.variant_id == shirt.id)
        return list(session.exec(of_it.order_by(col(StockMovement.id))))

    assert await desk.database.read(moved) == [3, -2]


async def test_price_and_attributes_of_a_variant_are_written_anew(
    stocked: OpenConsole, desk: Desk
) -> None:
    browser = await stocked(Role.OPERATOR)
    shirt = await variant(desk, "A-1")
    path = f"/products/{shirt.product_id}/variants/{shirt.id}"

    same = await browser.post(path, {"price": "18", "attributes": "颜色=红;尺码=L"})
    free = await browser.post(path, {"price": "0", "attributes": "颜色=红;尺码=S"})
    await browser.post(path, {"price": "18", "attributes": "颜色=蓝;尺码=S", "on_sale": "yes"})

    assert (same.status, free.status) == (422, 422)
    changed = await variant(desk, "A-1")
    assert (changed.price, changed.attributes) == (1800, {"颜色": "蓝", "尺码": "S"})
    assert (await variant(desk, "A-2")).attributes == {"颜色": "红", "尺码": "L"}


async def test_a_product_is_added_with_its_variants(stocked: OpenConsole, desk: Desk) -> None:
    browser = await stocked(Role.OPERATOR)
    form = {"title": "雨伞", "price": "45", "stock": "6", "attributes": "颜色=黑", "sku": "U-1"}

    added = await browser.post("/products/new", form)
    again = await browser.post("/products/new", form)
    await browser.post(
        added.location.removeprefix("/console") + "/variants",
        {"price": "48", "stock": "2", "attributes": "颜色=白", "sku": "U-2"},
    )

    assert again.status == 422
    black, white = await variant(desk, "U-1"), await variant(desk, "U-2")
    assert black.product_id == white.product_id
    assert (black.stock, white.stock, white.label) == (6, 2, "白")


async def test_an_uploaded_picture_is_drawn_anew_in_the_shape_of_a_card(
    stocked: OpenConsole, desk: Desk, tmp_path: object
) -> None:
    browser = await stocked(Role.OPERATOR)
    product = await find(desk, "纯棉短袖")
    drawn = io.BytesIO()
    Image.new("RGB", (300, 900), "red").save(drawn, "PNG")
    path = f"/products/{product.id}/picture"

    disguised = await browser.post(path, upload(b"<svg onload=alert(1)>", "a.png", "picture"))
    await browser.post(path, upload(drawn.getvalue(), "a.exe", "picture"))

    assert disguised.status == 422
    kept = (await find(desk, "纯棉短袖")).picture
    with Image.open(desk.settings.picture_folder / kept) as shown:
        assert (shown.size, shown.format) == ((800, 640), "JPEG")


async def test_who_may_not_edit_sees_no_button_and_is_refused(
    stocked: OpenConsole, desk: Desk
) -> None:
    browser = await stocked(Role.AGENT)
    product = await find(desk, "纯棉短袖")

    page = await browser.get(f"/products/{product.id}")

    assert page.status == 200
    assert "调库存" not in page.text
    assert (await browser.post(f"/products/{product.id}", {"title": "x"})).status == 403
    assert (await browser.get("/products.csv")).status == 403
