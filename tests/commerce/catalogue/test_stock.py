"""Stock: held, sold, given back, corrected, and always the sum of its movements."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from commerce.catalogue import stock
from commerce.catalogue.changes import forget_changes, list_changes
from commerce.catalogue.tables import Product, StockMovement
from commerce.errors import IllegalMove, InvalidInput, NotFound, OutOfStock
from commerce.inserting import id_of
from commerce.ordering.tables import Order
from tests.commerce.shop import (
    NOW,
    assert_stock_adds_up,
    new_customer,
    place,
    put_on_sale,
    stock_of,
)


def empty_order(session: Session) -> int:
    """An order whose own pieces come from a variant that no test looks at."""
    order = place(session, new_customer(session), {put_on_sale(session, "其他", pieces=1): 1})
    return id_of(order)


def movements(session: Session, variant_id: int) -> list[tuple[int, str]]:
    rows = session.exec(
        select(StockMovement)
        .where(StockMovement.variant_id == variant_id)
        .order_by(col(StockMovement.id))
    )
    return [(row.change, row.reason) for row in rows]


def test_what_is_held_can_be_given_back_once(session: Session) -> None:
    slippers, order = put_on_sale(session), empty_order(session)

    stock.reserve(session, order, {slippers: 4}, NOW)
    assert stock_of(session, slippers) == 6
    for _ in range(2):
        stock.release(session, order, NOW)

    assert stock_of(session, slippers) == 10
    assert movements(session, slippers) == [(10, "initial"), (-4, "reserved"), (4, "released")]


def test_what_is_sold_is_not_given_back(session: Session) -> None:
    slippers, order = put_on_sale(session), empty_order(session)
    stock.reserve(session, order, {slippers: 4}, NOW)

    stock.mark_sold(session, order)
    stock.release(session, order, NOW)

    assert stock_of(session, slippers) == 6
    assert movements(session, slippers) == [(10, "initial"), (-4, "reserved")]
    with pytest.raises(IllegalMove):
        stock.mark_sold(session, order)
    assert_stock_adds_up(session)


def test_what_was_given_back_cannot_be_sold(session: Session) -> None:
    order = empty_order(session)
    stock.release(session, order, NOW)

    with pytest.raises(IllegalMove):
        stock.mark_sold(session, order)


def test_all_or_nothing_is_held(session: Session) -> None:
    plenty, few, order = put_on_sale(session), put_on_sale(session, "水杯"), empty_order(session)
    stock.correct(session, few, -9, "correction", NOW)

    with pytest.raises(OutOfStock) as refused:
        stock.reserve(session, order, {plenty: 1, few: 2, 404: 1}, NOW)

    assert refused.value.details["lines"] == [
        {"variant_id": few, "available": 1},
        {"variant_id": 404, "available": 0},
    ]
    assert (stock_of(session, plenty), stock_of(session, few)) == (10, 1)
    assert_stock_adds_up(session)


def test_a_product_counts_its_sales_over_all_variants(session: Session) -> None:
    white, black = (put_on_sale(session, 颜色=colour) for colour in ("白色", "黑色"))
    order = place(session, new_customer(session), {white: 2, black: 3})

    stock.mark_sold(session, id_of(order))

    assert session.exec(select(Product.sales)).one() == 5


def test_search_learns_when_something_sells_out_and_comes_back(session: Session) -> None:
    slippers, order = put_on_sale(session, pieces=2), empty_order(session)

    def has_news() -> bool:
        changes = list_changes(session, 100)
        forget_changes(session, changes)
        return bool(changes)

    has_news()
    stock.reserve(session, order, {slippers: 1}, NOW)
    assert not has_news()
    stock.correct(session, slippers, -1, "correction", NOW)
    assert has_news()
    stock.correct(session, slippers, 1, "correction", NOW)
    assert has_news()


def test_stock_cannot_be_corrected_below_zero_or_beyond_reason(session: Session) -> None:
    slippers = put_on_sale(session, pieces=3)

    for change in (-4, 10**9, 10**20, -(10**20)):
        with pytest.raises(InvalidInput, match="3件"):
            stock.correct(session, slippers, change, "correction", NOW)
    with pytest.raises(NotFound):
        stock.correct(session, 404, 1, "correction", NOW)

    assert stock.correct(session, slippers, -3, "correction", NOW) == 0
    assert_stock_adds_up(session)


steps = st.lists(
    st.tuples(
        st.sampled_from(["order", "release", "sell", "correct"]),
        st.integers(0, 5),
        st.integers(-6, 6),
    ),
    max_size=25,
)


def test_stock_adds_up_after_anything(session: Session) -> None:
    variants = [put_on_sale(session, title, pieces=5) for title in ("拖鞋", "水杯")]
    customer = new_customer(session)

    @given(steps)
    def do(todo: list[tuple[str, int, int]]) -> None:
        with session.begin_nested() as attempt:
            orders: list[Order] = []
            for verb, place_in_list, number in todo:
                order = orders[place_in_list % len(orders)] if orders else None
                try:
                    if verb == "order":
                        wanted = {each: abs(number) % 3 + 1 for each in variants}
                        orders.append(place(session, customer, wanted))
                    elif verb == "correct":
                        variant = variants[place_in_list % 2]
                        stock.correct(session, variant, number, "correction", NOW)
                    elif order is not None and verb == "release":
                        stock.release(session, id_of(order), NOW)
                    elif order is not None:
                        stock.mark_sold(session, id_of(order))
                except (OutOfStock, InvalidInput, IllegalMove):
                    pass
                assert_stock_adds_up(session)
            attempt.rollback()

    do()
