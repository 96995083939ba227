"""The index against the plain meaning of a wish."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.catalogue.index import SearchIndex
from commerce.catalogue.language import Language
from commerce.catalogue.views import ProductView, VariantView
from commerce.catalogue.wish import ProductWish, Sorting, summarise
from tests.commerce.catalogue.products import cut_into_characters

variants = st.tuples(
    st.sampled_from(["红色", "酒红色", "蓝色", "黑白", ""]),
    st.sampled_from(["S", "XL", "500ml", ""]),
    st.sampled_from([0, 1, 9_99, 10_000, 10_001, 25_900, 100_000_000]),
    st.sampled_from([0, 3]),
)
shelves = st.lists(
    st.tuples(
        st.sampled_from(["长裙", "水杯", "长裙水杯"]),
        st.sampled_from(["棠里", "木白"]),
        st.sampled_from(["女装", "家居"]),
        st.lists(variants, min_size=1, max_size=4),
    ),
    max_size=8,
)
prices = st.none() | st.sampled_from([0, 1, 999, 1_000, 10_000, 10_001, 30_000, 100_000_000])
wishes = st.builds(
    ProductWish,
    text=st.sampled_from(["", "长裙", "水杯"]),
    category=st.sampled_from([None, "女装"]),
    brands=st.sampled_from([(), ("棠里",), ("棠里", "木白")]),
    colors=st.sampled_from([(), ("红",), ("蓝色", "白"), ("酒红",)]),
    sizes=st.sampled_from([(), ("XL码",), ("500毫升", "S")]),
    price_min=prices,
    price_max=prices,
)


def products_of(
    rows: Sequence[tuple[str, str, str, list[tuple[str, str, int, int]]]],
) -> list[ProductView]:
    return [
        ProductView(
            id=number,
            title=title,
            brand=brand,
            category=category,
            attributes={},
            picture="",
            sales=number,
            variants=tuple(
                VariantView(
                    id=place,
                    product_id=number,
                    sku=f"{number}-{place}",
                    label="",
                    attributes={
                        name: value for name, value in (("颜色", color), ("尺码", size)) if value
                    },
                    price=price,
                    stock=stock,
                    picture="",
                )
                for place, (color, size, price, stock) in enumerate(kinds)
            ),
        )
        for number, (title, brand, category, kinds) in enumerate(rows, start=1)
    ]


@pytest.mark.slow
@given(
    rows=shelves,
    asked=st.lists(wishes, min_size=1, max_size=6),
    sorting=st.sampled_from(Sorting),
    limit=st.integers(1, 4),
)
@settings(max_examples=60)
def test_the_index_finds_exactly_what_fits_in_disjoint_pages_with_stock_first(
    rows: list[tuple[str, str, str, list[tuple[str, str, int, int]]]],
    asked: list[ProductWish],
    sorting: Sorting,
    limit: int,
) -> None:
    products = products_of(rows)
    with TemporaryDirectory() as folder:
        index = SearchIndex(Path(folder), Language(cut_into_characters))
        index.put(products)
        for wish in asked:
            fitting = {
                product.id: summary.in_stock
                for product in products
                if wish.text in product.title
                and wish.category in {None, product.category}
                # A brand that nothing bears is a word, and here no title has it.
                and (not wish.brands or product.brand in wish.brands)
                and (summary := summarise(product, wish)) is not None
            }
            if not {*wish.brands} <= {product.brand for product in products}:
                continue

            found: list[int] = []
            while page := index.search(wish, limit, len(found), sorting).products:
                found += [product_id for product_id, _ in page]

            assert index.search(wish, limit, 0, sorting).total == len(fitting)
            assert sorted(found) == sorted(fitting)
            stocked = [fitting[product_id] for product_id in found]
            assert stocked == sorted(stocked, reverse=True)


def test_entering_a_product_again_replaces_it(tmp_path: Path) -> None:
    index = SearchIndex(tmp_path, Language(cut_into_characters))
    [before] = products_of([("长裙", "棠里", "女装", [("红色", "S", 100, 1)])])
    [after] = products_of([("水杯", "木白", "家居", [("蓝色", "", 200, 0)])])

    index.put([before])
    index.put([after])

    assert index.count_products() == 1
    assert index.search(ProductWish(text="长裙"), 5).total == 0
    assert index.search(ProductWish(colors=("蓝",)), 5).total == 1
    index.put([], gone=[1])
    assert index.search(ProductWish(), 5).total == 0


def test_changes_that_fail_halfway_are_dropped(tmp_path: Path) -> None:
    index = SearchIndex(tmp_path, Language(cut_into_characters))
    products = products_of([("长裙", "棠里", "女装", [("红色", "S", 100, 1)])])

    def fail_halfway() -> None:
        with index.writing() as writing:
            writing.put(products[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_halfway()

    assert index.count_products() == 0
    index.put(products)
    assert index.count_products() == 1
