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
def test_variants_are_found_by_colour_and_size_in_stock_first(shop: Database) -> None:
    with shop.reading() as session:
        slipper = queries.get_product(session, 1)

        def found(*wished: list[str]) -> list[str]:
            return [each.sku for each in queries.find_variants(slipper, *wished)]

        assert found(["黑"]) == ["T-3"]
        assert found(["白色"], ["38码"]) == ["T-2"]
        assert found([], ["38"]) == ["T-3", "T-2"]
        assert found(["白"]) == ["T-1", "T-2"]
        assert found(["红色"]) == []


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
        assert [each.sku for each in queries.get_product(session, 1).variants] == ["T-1", "T-2"]
        assert [each.name for each in queries.list_categories(session)] == ["鞋靴"]
        with pytest.raises(NotFound):
            queries.get_product(session, 2)
        found = queries.list_products_of_variants(session, [1, 2, 3, 99])
        assert set(found) == {1, 2}
        product, variant = found[1]
        assert (product.title, variant.sku) == ("云朵拖鞋", "T-1")
