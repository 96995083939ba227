"""What a customer is shown for a wish."""

from typing import Any

import pytest

from bot.database import Database
from bot.search import ShopSearch
from commerce.catalogue import stock
from commerce.catalogue.indexing import index_changes
from commerce.catalogue.tables import Product
from commerce.catalogue.wish import ProductWish
from tests.bot.search.conftest import Stocking
from tests.bot.search.shop import SHOP, shown, skus
from tests.commerce.catalogue.products import NOW


def test_a_red_dress_below_200_is_red_and_below_200(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    stock_shop(*SHOP)

    page = shown(search, database, product=["连衣裙"], color=["红色"], price_max=200)

    assert set(skus(page)) == {"R1", "R3", "R6"}
    assert all(product.lowest_price <= 20000 for product in page.products)
    assert page.total == 3


def test_what_is_out_of_stock_comes_last_however_well_it_fits(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    stock_shop(*SHOP)

    page = shown(search, database, product=["百褶", "连衣裙"])
    every = shown(search, database, product=["连衣裙"])

    assert skus(page) == ["R6"]
    assert skus(every)[-1] == "R6"
    assert [product.in_stock for product in every.products] == [True] * 4 + [False]


def test_one_variant_must_have_the_colour_the_size_and_the_price_together(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    stock_shop(*SHOP[:2])

    assert skus(shown(search, database, color=["红色"], size=["S"], price_max=160)) == ["R1"]
    assert skus(shown(search, database, color=["蓝色"], price_min=200)) == ["R2"]
    assert skus(shown(search, database, color=["红色"], size=["M"])) == []
    assert skus(shown(search, database, color=["红色"], price_min=200)) == []
    assert skus(shown(search, database, size=["M"], price_max=200)) == []


def test_a_product_whose_fitting_variant_is_sold_out_comes_after_those_that_can_be_had(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    stock_shop(
        "A1,长裙 真丝,女装,,99,0,颜色=红色,",
        "A2,长裙 真丝,女装,,99,9,颜色=黑色,",
        "B1,长裙 棉布拼接款式,女装,,99,9,颜色=红色,",
    )

    page = shown(search, database, product=["长裙 真丝", "长裙"], color=["红色"])
    loose = shown(search, database, product=["长裙"], color=["红色"])

    assert skus(page) == ["A1"]
    assert skus(loose) == ["B1", "A1"]
    assert [product.in_stock for product in loose.products] == [True, False]


@pytest.mark.parametrize("line", SHOP)
def test_who_writes_a_title_gets_that_product_first(
    search: ShopSearch, database: Database, stock_shop: Stocking, line: str
) -> None:
    stock_shop(*SHOP)
    title = line.split(",")[1]

    with database.reading() as session:
        wish = search.wish_from({"product": ["手机"], "price_max": 20}, text=title)
        page = search.search(session, wish, 3)
        plain = search.search(session, ProductWish(text=title), 3)

    assert page.products[0].title == title
    assert plain.products[0].title == title


def test_the_thing_itself_comes_before_what_belongs_to_it(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    stock_shop(*SHOP)

    assert skus(shown(search, database, product=["手机"])) == ["M1", "M2"]


@pytest.mark.parametrize(
    ("word", "sku"),
    [("锅", "P1"), ("杯", "W1"), ("平底锅", "P1"), ("X20", "M1"), ("x20手机壳", "M2")],
)
def test_a_short_word_or_a_model_finds_the_thing(
    search: ShopSearch, database: Database, stock_shop: Stocking, word: str, sku: str
) -> None:
    stock_shop(*SHOP)

    page = shown(search, database, product=[word])

    assert page.is_strict
    assert sku in skus(page)


def test_filters_alone_find_the_best_sellers(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    stock_shop(*SHOP)

    page = shown(search, database, color=["红"], price_max=100)

    assert skus(page) == ["M2", "R6"]


def test_a_size_is_a_size_however_it_is_written(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    stock_shop(*SHOP)

    assert skus(shown(search, database, size=["５００ＭＬ"])) == ["W1"]
    assert skus(shown(search, database, size=["256G"])) == ["M1"]
    assert skus(shown(search, database, size=["28厘米"])) == ["P1"]


def test_fewer_words_will_do_when_nothing_has_all_and_the_noun_stays(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    stock_shop(*SHOP)

    page = shown(search, database, product=["降噪耳机"], attribute=["送女友"])

    assert not page.is_strict
    assert set(skus(page)) == {"E1", "E2"}
    assert skus(shown(search, database, product=["冰箱"])) == []


def test_an_unknown_brand_is_a_word_and_a_known_one_a_filter(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    stock_shop(*SHOP)

    assert skus(shown(search, database, brand=["声域"], product=["耳机"])) == ["E2"]
    assert skus(shown(search, database, brand=["声域"], product=["连衣裙"])) == []
    assert set(skus(shown(search, database, brand=["无此牌"], product=["耳机"]))) == {"E1", "E2"}


def test_pages_are_disjoint_and_together_are_everything(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    stock_shop(
        *(f"S{n},棉袜 {n}号花色,服饰,,9.9,{n % 3},颜色=白色," for n in range(23)),
    )

    with database.reading() as session:
        wish = ProductWish(text="棉袜")
        pages = [search.search(session, wish, 5, offset) for offset in range(0, 30, 5)]

    found = [product for page in pages for product in page.products]
    assert {page.total for page in pages} == {23}
    assert len({product.id for product in found}) == len(found) == 23
    assert [product.in_stock for product in found] == sorted(
        (product.in_stock for product in found), reverse=True
    )


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("cheapest", ["R5", "R1", "R3", "R4", "R6"]),
        ("dearest", ["R4", "R3", "R1", "R5", "R6"]),
        ("newest", ["R5", "R4", "R3", "R1", "R6"]),
    ],
)
def test_a_list_is_sorted_as_asked_and_out_of_stock_stays_last(
    search: ShopSearch, database: Database, stock_shop: Stocking, order: str, expected: list[str]
) -> None:
    stock_shop(*SHOP)

    with database.reading() as session:
        page = search.search(session, ProductWish(text="连衣裙"), 10, order=order)

    assert skus(page) == expected


def test_of_two_equal_texts_the_better_seller_comes_first(
    search: ShopSearch, database: Database, stock_shop: Stocking
) -> None:
    stock_shop("A,棉麻围裙 甲,家居,,9,9,,", "B,棉麻围裙 乙,家居,,9,9,,")
    with database.writing() as session:
        better = session.get(Product, 2)
        assert better is not None
        better.sales = 500
        stock.correct(session, 2, -9, "correction", NOW)
        stock.correct(session, 2, 9, "correction", NOW)
        index_changes(session, search.index)

    assert skus(shown(search, database, product=["围裙"])) == ["B", "A"]


@pytest.mark.parametrize(
    "entities",
    [
        {},
        {"product": "的"},
        {"product": ["😀"]},
        {"product": ["a" * 5000]},
        {"product": ['" OR 1=1 --', "\x00", "(*^"]},
        {"price_min": 300, "price_max": 100},
        {"price_max": "1e30"},
        {"price_min": -5},
        {"color": [""], "size": ["  "]},
        {"category": "没有这个"},
    ],
)
def test_odd_wishes_are_answered(
    search: ShopSearch, database: Database, stock_shop: Stocking, entities: dict[str, Any]
) -> None:
    stock_shop(*SHOP)

    page = shown(search, database, **entities)

    assert len(page.products) <= min(page.total, 10)
