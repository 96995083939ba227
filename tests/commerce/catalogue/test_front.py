"""The shop front: shelves, and a look through chosen goods."""

from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import Session, col

from bot.database import Database
from commerce.catalogue.front import Shelf, browse, find_category, list_shelves
from commerce.catalogue.tables import Product, Variant
from commerce.catalogue.wish import ProductWish, Sorting
from tests.commerce.catalogue.products import imported

LINES = (
    "T-1,云朵拖鞋,鞋靴,走川,39,4,颜色=白色;材质=棉,",
    "T-2,云朵拖鞋,鞋靴,走川,45,6,颜色=黑色;材质=棉,",
    "S-1,轻跑鞋,鞋靴,疾鹭,199,3,颜色=黑色,",
    "C-1,搪瓷杯,家居,木白,29,6,颜色=白色,",
    "L-1,陶瓷灯,灯具,木白,89,0,,",
    "B-1,竹篮,家居,木白,19,0,材质=竹,",
)
SLIPPER, RUNNER, CUP, LAMP, BASKET = 1, 2, 3, 4, 5
ALL = (BASKET, RUNNER, SLIPPER, CUP)


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Database:
    imported(database.writing, tmp_path, *LINES)
    return database


def sells(session: Session, product_id: int, pieces: int) -> None:
    """The product has sold so many pieces."""
    session.exec(update(Product).where(col(Product.id) == product_id).values(sales=pieces))


def browsed(
    shop: Database, sorting: Sorting = Sorting.BEST, wish: ProductWish | None = None
) -> list[int]:
    with shop.reading() as session:
        return [each.id for each in browse(session, ALL, wish or ProductWish(), sorting)]


@pytest.mark.database
def test_shelves_stand_in_the_order_of_what_they_sold_and_then_hold(shop: Database) -> None:
    with shop.writing() as session:
        assert [each.name for each in list_shelves(session)] == ["家居", "鞋靴"]
        sells(session, RUNNER, 7)
        sells(session, SLIPPER, 5)
        sells(session, CUP, 11)

        assert list_shelves(session) == [Shelf("鞋靴", 2, 12), Shelf("家居", 2, 11)]


@pytest.mark.database
def test_a_shelf_of_which_nothing_can_be_had_is_not_shown(shop: Database) -> None:
    with shop.writing() as session:
        assert "灯具" not in {each.name for each in list_shelves(session)}

        session.exec(update(Variant).where(col(Variant.sku) == "L-1").values(stock=1))
        assert "灯具" in {each.name for each in list_shelves(session)}

        session.exec(update(Product).where(col(Product.id) == LAMP).values(on_sale=False))
        assert "灯具" not in {each.name for each in list_shelves(session)}


def test_a_category_is_found_by_its_whole_name(shop: Database) -> None:
    with shop.reading() as session:
        found = [find_category(session, name) for name in ("鞋靴", " 鞋靴 ", "鞋", "", "%")]

    assert found == ["鞋靴", "鞋靴", None, None, None]


def test_a_few_products_keep_their_order_but_what_is_gone_comes_last(shop: Database) -> None:
    assert browsed(shop) == [RUNNER, SLIPPER, CUP, BASKET]


def test_a_few_products_are_sorted_as_wished(shop: Database) -> None:
    with shop.writing() as session:
        sells(session, CUP, 3)

    assert browsed(shop, Sorting.CHEAPEST) == [CUP, SLIPPER, RUNNER, BASKET]
    assert browsed(shop, Sorting.DEAREST) == [RUNNER, SLIPPER, CUP, BASKET]
    assert browsed(shop, Sorting.SALES)[0] == CUP
    assert browsed(shop, Sorting.NEWEST) == [CUP, RUNNER, SLIPPER, BASKET]


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        (ProductWish(price_max=4_000), [SLIPPER, CUP, BASKET]),
        (ProductWish(colors=("黑色",)), [RUNNER, SLIPPER]),
        (ProductWish(brands=("走川", "疾鹭")), [RUNNER, SLIPPER]),
        (ProductWish(category="家居"), [CUP, BASKET]),
        (ProductWish(attributes=("棉",)), [SLIPPER]),
        (ProductWish(attributes=("棉", "竹")), []),
        (ProductWish(text="轻跑鞋"), [RUNNER]),
    ],
)
def test_a_few_products_are_narrowed_by_every_part_of_a_wish(
    shop: Database, wish: ProductWish, found: list[int]
) -> None:
    assert browsed(shop, wish=wish) == found
