"""The index follows the catalogue."""

import pytest
from sqlmodel import select

from bot.database import Database
from bot.search import ShopSearch
from commerce.catalogue import stock
from commerce.catalogue.changes import forget_changes, list_changes, mark_for_indexing
from commerce.catalogue.index import IndexBusy, SearchIndex
from commerce.catalogue.indexing import index_changes
from commerce.catalogue.language import Language
from commerce.catalogue.tables import Product, Variant
from commerce.catalogue.wish import ProductWish
from tests.bot.search.conftest import Stocking
from tests.bot.search.shop import SHOP, shown, skus
from tests.commerce.catalogue.products import NOW


def test_a_change_is_found_after_the_next_run_and_only_once(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    stock_shop(*SHOP)
    other = SearchIndex(search.index.folder.parent, Language(search.tokenise))
    assert other.search(ProductWish(text="搪瓷杯"), 5).total == 1

    stock_shop(
        "W1,木白 搪瓷杯 怀旧,家居日用,木白,19,0,容量=500毫升,", "N1,木白 马克杯,家居,木白,9,9,,"
    )

    with database.reading() as session:
        assert list_changes(session) == {}
    assert skus(shown(search, database, product=["搪瓷杯"])) == ["W1"]
    assert not shown(search, database, product=["搪瓷杯"]).products[0].in_stock
    assert other.search(ProductWish(text="马克杯"), 5).total == 1
    assert (
        other.count_products()
        == search.index.count_products()
        == len({line.split(",")[1] for line in SHOP}) + 1
    )


def test_the_last_piece_sold_sends_a_product_to_the_end(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    stock_shop(*SHOP)
    best, *others = skus(shown(search, database, product=["连衣裙"], size=["M"]))

    with database.writing() as session:
        variant = session.exec(select(Variant).where(Variant.sku == best)).one()
        assert variant.id is not None
        stock.correct(session, variant.id, -variant.stock, "correction", NOW)
        index_changes(session, search.index)

    after = skus(shown(search, database, product=["连衣裙"], size=["M"]))
    assert set(after) == {best, *others}
    assert set(after[-2:]) == {best, "R6"}


def test_a_product_taken_off_sale_is_not_shown_even_before_the_index_knows(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    stock_shop(*SHOP)
    with database.writing() as session:
        product = session.get(Product, shown(search, database, product=["搪瓷杯"]).products[0].id)
        assert product is not None
        product.on_sale = False

    assert shown(search, database, product=["搪瓷杯"]).products == ()


def test_only_one_may_write_and_the_other_is_told_so(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    stock_shop(*SHOP[:2])
    other = SearchIndex(search.index.folder.parent, Language(search.tokenise))

    with search.index.writing(), pytest.raises(IndexBusy), other.writing():
        pass
    with other.writing() as writing:
        writing.clear()

    assert search.index.count_products() == 0


def test_an_index_of_another_schema_is_left_alone_and_removed_once_ours_is_built(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    old = search.index.folder.parent / "0123456789ab"
    old.mkdir()

    assert not search.index.is_complete
    stock_shop(*SHOP)

    assert search.index.is_complete
    assert not old.exists()
    assert shown(search, database, product=["搪瓷杯"]).total == 1


@pytest.mark.database
def test_what_changes_while_it_is_indexed_waits_for_the_next_run(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    stock_shop(*SHOP)
    with database.writing() as session:
        mark_for_indexing(session, [1, 2])
        seen = list_changes(session)
        mark_for_indexing(session, [2, 3])
        forget_changes(session, seen)

    with database.reading() as session:
        assert list_changes(session) == {2: 2, 3: 1}
