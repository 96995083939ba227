"""Pages of products: the list, and one product with its variants, stock and picture."""

import asyncio
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Final

from aiohttp import web
from sqlmodel import Session

from bot.console.drawing import LARGEST
from bot.console.page import Page
from bot.console.pages import product_list as listed
from bot.console.pages import seen
from bot.console.pages.product_list import ProductFilter, ProductRow
from bot.console.pages.product_pictures import keep_picture
from bot.console.pages.product_view import (
    REASONS,
    refuse_stale_count,
    refuse_stale_product,
    refuse_stale_variant,
    view,
    warnings_of,
)
from bot.console.pages.shown import actor_of, paged_as
from bot.console.pages.uploaded import csv_of, on_disk
from bot.console.pages.written import fen, find_id, find_number, number
from bot.console.paging import Paged
from bot.console.route import Route
from bot.staff.permissions import Permission
from commerce.catalogue import editing, stock
from commerce.catalogue.editing import VariantInput
from commerce.catalogue.importing import ImportReport, import_products
from commerce.catalogue.product_rows import read_attributes
from commerce.catalogue.tables import Brand, Category
from commerce.errors import InvalidInput
from commerce.inserting import id_of


async def show_list(page: Page) -> web.StreamResponse:
    """The products that are wanted, twenty a page."""
    wanted = _filter(page)
    found = await page.read(_list, wanted, page.number)
    return page.html(
        "pages/products.html",
        title="商品",
        found=found,
        wanted=wanted,
        states=listed.STATES,
        categories=await page.read(listed.list_names, Category),
        brands=await page.read(listed.list_names, Brand),
    )


async def export(page: Page) -> web.StreamResponse:
    """The same products as a spreadsheet, which may be handed in again."""
    rows = await page.read(listed.csv_rows, _filter(page))
    return page.csv("商品.csv", listed.CSV_HEADER, rows)


async def show_import(page: Page) -> web.StreamResponse:
    """Where a product file is handed in."""
    return page.html(
        "pages/products_import.html", title="导入商品", report=None, columns=listed.CSV_HEADER
    )


async def import_file(page: Page) -> web.StreamResponse:
    """Take a product file over, all of it at once; what was skipped is told row by row."""
    file = await csv_of(page)

    def take(session: Session) -> ImportReport:
        with on_disk(file) as path:
            return import_products(lambda: nullcontext(session), path, now=page.now)

    report = await page.write(take, did="products.imported", about=_counted)
    return page.html(
        "pages/products_import.html", title="导入商品", report=report, columns=listed.CSV_HEADER
    )


async def show_new(page: Page) -> web.StreamResponse:
    """The form of a new product."""
    return page.html(
        "pages/product_new.html",
        title="添加商品",
        categories=await page.read(listed.list_names, Category),
        brands=await page.read(listed.list_names, Brand),
    )


async def add(page: Page) -> web.StreamResponse:
    """Put a product on sale."""
    form = await page.form()
    title, brand, category = (form.get(name, "") for name in ("title", "brand", "category"))
    first = _variant(form)
    product_id = await page.write(
        lambda session: id_of(
            editing.add_product(session, title, brand, category, first, page.now)
        ),
        did="product.added",
        about=lambda added: {"product": added},
    )
    return page.go(f"/products/{product_id}", said=_saved(title, "商品已添加"))


async def show(page: Page) -> web.StreamResponse:
    """One product."""
    product = await page.read(view, int(page.match("id")))
    return page.html(
        "pages/product.html",
        title="商品",
        seen=product,
        reasons=REASONS,
        in_pairs=listed.in_pairs,
        categories=await page.read(listed.list_names, Category),
        brands=await page.read(listed.list_names, Brand),
    )


async def change(page: Page) -> web.StreamResponse:
    """Write the product's name, shelf and freight anew."""
    product_id, form = int(page.match("id")), await page.form()
    title = form.get("title", "")
    freight = find_number(form.get("freight", ""), "运费模板", "freight")

    def write(session: Session) -> None:
        refuse_stale_product(session, product_id, form.get(seen.FIELD, ""))
        editing.change_product(
            session,
            product_id,
            title=title,
            brand=form.get("brand", ""),
            category=form.get("category", ""),
            is_on_sale=form.get("on_sale") == "yes",
            freight_template_id=freight,
            now=page.now,
        )

    await page.write(write, did="product.changed", about={"product": product_id})
    return page.go(f"/products/{product_id}", said=_saved(title, "已保存"))


async def add_variant(page: Page) -> web.StreamResponse:
    """Add a variant."""
    product_id, added = int(page.match("id")), _variant(await page.form())
    await page.write(
        lambda session: editing.add_variant(session, product_id, added, page.now),
        did="product.variant_added",
        about={"product": product_id},
    )
    return page.go(f"/products/{product_id}", said="规格已添加")


async def change_variant(page: Page) -> web.StreamResponse:
    """Write a variant's price and attributes anew."""
    variant_id, form = int(page.match("variant")), await page.form()
    price = fen(form.get("price", ""), "价格", "price")
    attributes = read_attributes(form.get("attributes", ""))

    def write(session: Session) -> None:
        refuse_stale_variant(session, variant_id, form.get(seen.FIELD, ""))
        editing.change_variant(
            session,
            variant_id,
            price=price,
            attributes=attributes,
            is_on_sale=form.get("on_sale") == "yes",
            now=page.now,
        )

    about = {"variant": variant_id, "price": price}
    await page.write(write, did="product.variant_changed", about=about)
    return page.go(f"/products/{page.match('id')}", said="规格已保存")


async def move_stock(page: Page) -> web.StreamResponse:
    """Somebody has counted: pieces more or less, and why."""
    variant_id, form = int(page.match("variant")), await page.form()
    pieces = _change(form.get("change", ""))
    reason, actor = form.get("reason", ""), actor_of(page)

    def write(session: Session) -> None:
        refuse_stale_count(session, variant_id, form.get(seen.FIELD, ""))
        stock.correct_by_hand(session, variant_id, pieces, actor=actor, reason=reason, now=page.now)

    about = {"variant": variant_id, "change": pieces}
    await page.write(write, did="product.stock_corrected", about=about)
    return page.go(f"/products/{page.match('id')}", said="库存已调整")


async def upload_picture(page: Page) -> web.StreamResponse:
    """Show the product by another picture."""
    product_id, file = int(page.match("id")), await page.file("picture", LARGEST)
    if file is None:
        raise InvalidInput("请选择一张图片", field="picture")
    folder = page.desk.settings.picture_folder
    name = await asyncio.to_thread(keep_picture, file.content, folder)
    await page.write(
        lambda session: editing.set_picture(session, product_id, name, page.now),
        did="product.picture_changed",
        about={"product": product_id, "picture": name},
    )
    return page.go(f"/products/{product_id}", said="图片已更换")


def _filter(page: Page) -> ProductFilter:
    return ProductFilter(
        text=page.query("q"),
        state=page.query("state"),
        category_id=find_id(page.query("category")),
        brand_id=find_id(page.query("brand")),
    )


def _list(session: Session, wanted: ProductFilter, page: int) -> Paged[ProductRow]:
    return paged_as(session, listed.products_like(wanted), page, listed.rows_of)


def _variant(form: Mapping[str, str]) -> VariantInput:
    return VariantInput(
        sku=form.get("sku", ""),
        price=fen(form.get("price", ""), "价格", "price"),
        stock=number(form.get("stock", "") or "0", "库存", "stock"),
        attributes=read_attributes(form.get("attributes", "")),
    )


def _change(written: str) -> int:
    sign = -1 if written.strip().startswith(("-", "－", "−")) else 1
    pieces = number(written.strip().lstrip("+-－−＋"), "增减件数", "change")
    if not pieces:
        raise InvalidInput("请写增加或减少多少件，减少写成 -3", field="change")
    return sign * pieces


def _saved(title: str, said: str) -> str:
    """What is said after saving a title, with a warning where it breaks a rule of advertising."""
    warnings = warnings_of(title)
    return f"{said}。标题请留意：{warnings[0]}" if warnings else said


def _counted(report: ImportReport) -> Mapping[str, int]:
    return {
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "rejected": len(report.rejected),
    }


_EDIT: Final = Permission.EDIT_GOODS
_PRODUCT: Final = "/products/{id:[0-9]{1,9}}"
_VARIANT: Final = f"{_PRODUCT}/variants/{{variant:[0-9]{{1,9}}}}"
ROUTES: Final = (
    Route("GET", "/products", Permission.READ_GOODS, show_list),
    Route("GET", "/products.csv", Permission.EXPORT, export),
    Route("GET", "/products/import", _EDIT, show_import),
    Route("POST", "/products/import", _EDIT, import_file),
    Route("GET", "/products/new", _EDIT, show_new),
    Route("POST", "/products/new", _EDIT, add),
    Route("GET", _PRODUCT, Permission.READ_GOODS, show),
    Route("POST", _PRODUCT, _EDIT, change),
    Route("POST", f"{_PRODUCT}/picture", _EDIT, upload_picture),
    Route("POST", f"{_PRODUCT}/variants", _EDIT, add_variant),
    Route("POST", _VARIANT, _EDIT, change_variant),
    Route("POST", f"{_VARIANT}/stock", _EDIT, move_stock),
)
