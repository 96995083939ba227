"""The demo shop is found as its customers would ask for it."""

from pathlib import Path

import pytest
from sqlmodel import select

import bot.seeds
from bot.database import Database
from bot.search import ShopSearch
from bot.tokenise import ChineseTokeniser
from commerce.catalogue.importing import import_products
from commerce.catalogue.tables import Product
from commerce.catalogue.traits import colors_of
from commerce.catalogue.wish import ProductWish
from tests.commerce.catalogue.products import NOW


@pytest.fixture
def demo_shop(database: Database, tmp_path: Path, tokenise: ChineseTokeniser) -> ShopSearch:
    file = Path(bot.seeds.__path__[0]) / "products.csv"
    assert import_products(database.writing, file, now=NOW).rejected == []
    search = ShopSearch(tmp_path / "search", tokenise=tokenise)
    with database.writing() as session:
        search.refresh(session)
    return search


def test_every_product_comes_first_under_its_own_title(
    demo_shop: ShopSearch, database: Database
) -> None:
    with database.reading() as session:
        titles = session.exec(select(Product.title)).all()
        firsts = {
            title: demo_shop.search(session, ProductWish(text=title, title=title), 1).products[0]
            for title in titles
        }

    assert [title for title, first in firsts.items() if first.title != title] == []


def test_red_dresses_below_200_are_red_and_cost_at_most_that(
    demo_shop: ShopSearch, database: Database
) -> None:
    entities = {"product": ["连衣裙"], "color": ["红色"], "price_max": 200}
    with database.reading() as session:
        page = demo_shop.search(session, demo_shop.wish_from(entities), 20)

    assert page.total == len(page.products) > 0
    for product in page.products:
        assert "裙" in product.title
        assert product.first.price <= 20000
        assert "红" in colors_of(product.first.attributes, product.title)


@pytest.mark.parametrize(
    ("words", "noun"),
    [
        ("蓝牙耳机", "耳机"),
        ("洗面奶", "洗面奶"),
        ("纯牛奶", "牛奶"),
        ("手机", "手机"),
        ("狗粮", "狗粮"),
    ],
)
def test_a_thing_is_found_by_its_name(
    demo_shop: ShopSearch, database: Database, words: str, noun: str
) -> None:
    with database.reading() as session:
        page = demo_shop.search(session, demo_shop.wish_from({"product": words}), 3)

    assert page.is_strict
    assert all(noun in product.title for product in page.products)
    assert page.products
