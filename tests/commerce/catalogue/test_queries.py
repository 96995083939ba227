"""Reading the catalogue."""

from pathlib import Path

import pytest
from sqlmodel import select

from bot.database import Database
from commerce.catalogue import queries
from commerce.catalogue.tables import Product, Variant
from commerce.catalogue.wish import ProductWish
from commerce.errors import NotFound
from tests.commerce.catalogue.products import imported

LINES = (
    "T-1,云朵拖鞋,鞋靴,走川,39,4,颜色=白色;尺码=37,",
    "T-2,云朵拖鞋,鞋靴,走川,39,0,颜色=白色;尺码=38,",
    "T-3,云朵拖鞋,鞋靴,走川,45,6,颜色=黑色;尺码=38,",
    "C-1,搪瓷杯,家居,木白,29,6,颜色=白色,",
)


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Database:
    imported(database.writing, tmp_path, *LINES)
    return database


@pytest.mark.database
def test_a_variant_is_found_by_colour_and_size_when_only_one_is_meant(shop: Database) -> None:
    with shop.reading() as session:
        slipper = queries.get_product(session, 1)

        def found(*wished: list[str]) -> str | None:
            variant = queries.find_variant(session, slipper.id, *wished)
            return None if variant is None else variant.sku

        assert found(["黑"]) == "T-3"
        assert found(["白色"], ["38码"]) == "T-2"
        assert found(["白色"]) is None
        assert found(["红色"]) is None
        variants = queries.find_variants(slipper, ["白"])
        assert [each.sku for each in variants] == ["T-1", "T-2"]


def test_a_summary_speaks_of_the_variants_that_fit(shop: Database) -> None:
    with shop.reading() as session:
        [slipper, cup] = queries.list_summaries(session, [1, 2])
        [black] = queries.list_summaries(session, [1, 2], ProductWish(colors=("黑",)))
        [gone] = queries.list_summaries(session, [1], ProductWish(sizes=("38",), colors=("白",)))

    assert (slipper.lowest_price, slipper.highest_price, slipper.variant_count) == (3900, 4500, 3)
    assert (cup.first.sku, cup.first.label) == ("C-1", "")
    assert (black.first.sku, black.lowest_price) == ("T-3", 4500)
    assert (gone.in_stock, gone.first.sku) == (False, "T-2")


def test_what_is_not_on_sale_is_not_seen(shop: Database) -> None:
    with shop.writing() as session:
        cup = session.exec(select(Product).where(Product.title == "搪瓷杯")).one()
        cup.on_sale = False
        black = session.exec(select(Variant).where(Variant.sku == "T-3")).one()
        black.on_sale = False

    with shop.reading() as session:
        assert queries.find_product(session, 2) is None
        assert [each.sku for each in queries.list_variants(session, 1)] == ["T-1", "T-2"]
        assert [each.name for each in queries.list_categories(session)] == ["鞋靴"]
        with pytest.raises(NotFound):
            queries.get_product(session, 2)
        with pytest.raises(NotFound):
            queries.get_variant(session, 3)
        product, variant = queries.get_variant(session, 1)
        assert (product.title, variant.sku) == ("云朵拖鞋", "T-1")
        assert set(queries.list_products_of_variants(session, [1, 2, 3, 99])) == {1, 2}
