"""Categories, products and their pictures' paths."""

from pathlib import Path
from urllib.parse import unquote

import pytest
from sqlmodel import Session

from bot.api.catalogue import PAGE_SIZE
from bot.api.pictures import picture_path
from bot.database import Database
from bot.search import ShopSearch
from commerce.catalogue.indexing import rebuild
from commerce.catalogue.tables import Category, Product, Variant
from commerce.inserting import id_of
from tests.bot.api.phone import Phone
from tests.commerce.shop import put_on_sale


def shelve(session: Session, variant_id: int, category: str) -> int:
    """Put a variant's product on a shelf; the product's id."""
    variant = session.get_one(Variant, variant_id)
    product = session.get_one(Product, variant.product_id)
    shelf = Category(name=category)
    session.add(shelf)
    session.flush()
    product.category_id = shelf.id
    session.add(product)
    session.flush()
    return id_of(product)


async def test_a_product_is_found_by_words_and_shown_with_its_variants(
    phone: Phone, database: Database, search: ShopSearch
) -> None:
    with database.writing() as session:
        white = put_on_sale(session, "云朵拖鞋", price=3900, 颜色="白色")
        black = put_on_sale(session, "云朵拖鞋", price=2900, pieces=0, 颜色="黑色")
        put_on_sale(session, "蓝牙耳机", price=9900)
        product_id = shelve(session, white, "鞋靴")
        rebuild(session, search.index)

    categories = await phone.get("/categories")
    found = await phone.get("/products", query="拖鞋")
    shelf = await phone.get("/products", category="鞋靴")
    detail = await phone.get(f"/products/{product_id}")

    assert categories.json["items"] == [{"name": "鞋靴", "count": 1}]
    assert [each["id"] for each in found.json["items"]] == [product_id]
    assert shelf.json == found.json
    assert (found.json["items"][0]["price"], found.json["items"][0]["in_stock"]) == (3900, True)
    assert {name: detail.json[name] for name in found.json["items"][0]} == found.json["items"][0]
    assert [
        (each["id"], each["label"], each["price"], each["stock"])
        for each in detail.json["variants"]
    ] == [(white, "白色", 3900, 10), (black, "黑色", 2900, 0)]


async def test_pages_hold_every_product_once(
    phone: Phone, database: Database, search: ShopSearch
) -> None:
    with database.writing() as session:
        for number in range(PAGE_SIZE + 3):
            put_on_sale(session, f"玻璃杯{number}号")
        rebuild(session, search.index)

    first = await phone.get("/products", query="玻璃杯")
    second = await phone.get("/products", query="玻璃杯", page=first.json["next_page"])

    shown = [each["id"] for each in first.json["items"] + second.json["items"]]
    assert (len(first.json["items"]), first.json["next_page"]) == (PAGE_SIZE, 2)
    assert second.json["next_page"] is None
    assert len(set(shown)) == len(shown) == PAGE_SIZE + 3


async def test_without_words_everything_on_sale_is_listed(
    phone: Phone, database: Database, search: ShopSearch
) -> None:
    with database.writing() as session:
        put_on_sale(session, "竹筷")
        put_on_sale(session, "木勺")
        rebuild(session, search.index)

    everything = await phone.get("/products")

    assert {each["title"] for each in everything.json["items"]} == {"竹筷", "木勺"}


@pytest.mark.parametrize("number", ["999", "0", "-1", "abc", "99999999999999999999"])
async def test_a_product_that_is_not_there_is_not_found(phone: Phone, number: str) -> None:
    answer = await phone.get(f"/products/{number}")

    assert (answer.status, answer.error["code"]) == (404, "not_found")


@pytest.mark.parametrize("page", ["0", "-3", "one", "99999999999999999999", ""])
async def test_a_page_that_cannot_be_is_refused_by_name(phone: Phone, page: str) -> None:
    answer = await phone.get("/products", page=page)

    assert (answer.status, answer.error["field"]) == (400, "page")
    assert "page" in answer.error["message"]


@pytest.mark.parametrize("picture", ["1.jpg", "../1.jpg", "照片 一.png", "a/b/1.jpg"])
def test_a_picture_s_path_is_its_bare_name(picture: str) -> None:
    assert unquote(picture_path(picture)) == f"/pictures/{Path(picture).name}"
    assert picture_path("") == ""
