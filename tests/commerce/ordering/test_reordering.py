"""Buying again what was bought before."""

import pytest
from sqlalchemy import update
from sqlmodel import Session, col

from commerce.catalogue import stock
from commerce.catalogue.tables import Variant
from commerce.inserting import id_of
from commerce.ordering import cart
from commerce.ordering.lines import MOST_LINES
from commerce.ordering.reordering import (
    find_last_bought,
    list_favourites,
    list_past_lines,
    put_again,
)
from commerce.ordering.settlement import close_unpaid, settle
from commerce.ordering.tables import Order
from tests.commerce.shop import NOW, new_customer, place, put_on_sale


def bought(session: Session, customer_id: int, quantities: dict[int, int]) -> Order:
    """A paid order of these pieces."""
    order = place(session, customer_id, quantities)
    settle(session, id_of(order), actor="wechat_pay", reason="", paid_at=NOW, now=NOW)
    return order


def change(session: Session, variant_id: int, **columns: object) -> None:
    session.exec(update(Variant).where(col(Variant.id) == variant_id).values(**columns))


def cart_of(session: Session, customer_id: int) -> dict[int, int]:
    view = cart.view(session, customer_id)
    return {line.variant_id: line.quantity for line in view.lines}


@pytest.mark.database
def test_what_is_still_sold_goes_into_the_cart_and_the_rest_is_told(session: Session) -> None:
    buyer = new_customer(session)
    cup, lamp = put_on_sale(session, "搪瓷杯"), put_on_sale(session, "陶瓷灯", pieces=3)
    rug, fan = put_on_sale(session, "地毯", pieces=1), put_on_sale(session, "风扇")
    order = bought(session, buyer, {cup: 2, lamp: 2, rug: 1, fan: 1})
    change(session, cup, price=4_500)
    change(session, fan, on_sale=False)

    lines = list_past_lines(session, buyer, order)
    done = put_again(session, buyer, lines, NOW)

    told = [(line.title, line.pieces, line.price - line.price_then) for line in lines]
    assert told == [("搪瓷杯", 2, 600), ("陶瓷灯", 1, 0), ("地毯", 0, 0), ("风扇", 0, 0)]
    assert [line.product_id is None for line in lines] == [False, False, False, True]
    assert [each.pieces for each in done] == [2, 1, 0, 0]
    assert cart_of(session, buyer) == {cup: 2, lamp: 1}


def test_what_the_cart_holds_already_counts(session: Session) -> None:
    buyer, cup = new_customer(session), put_on_sale(session, "搪瓷杯", pieces=5)
    order = bought(session, buyer, {cup: 2})
    cart.add(session, buyer, cup, 2, NOW)

    (line,) = list_past_lines(session, buyer, order)
    assert (line.stock, line.in_cart, line.pieces) == (3, 2, 1)
    put_again(session, buyer, [line], NOW)
    (line,) = list_past_lines(session, buyer, order)

    assert line.pieces == 0
    assert cart_of(session, buyer) == {cup: 3}


def test_a_full_cart_says_why_it_takes_no_more(session: Session) -> None:
    buyer, cup = new_customer(session), put_on_sale(session, "搪瓷杯")
    order = bought(session, buyer, {cup: 1})
    for number in range(MOST_LINES):
        cart.add(session, buyer, put_on_sale(session, f"第{number}样"), 1, NOW)

    (done,) = put_again(session, buyer, list_past_lines(session, buyer, order), NOW)

    assert done.pieces == 0
    assert "购物车最多放" in done.refusal


def test_the_last_order_is_the_last_that_was_paid_for(session: Session) -> None:
    buyer, other = new_customer(session), new_customer(session)
    cup = put_on_sale(session, "搪瓷杯", pieces=20)
    assert find_last_bought(session, buyer) is None

    order = bought(session, buyer, {cup: 1})
    bought(session, other, {cup: 1})
    place(session, buyer, {cup: 1})
    lapsed = place(session, buyer, {cup: 1})
    close_unpaid(session, id_of(lapsed), actor="clock", reason="超时未付款", now=NOW)

    last = find_last_bought(session, buyer)
    assert last is not None
    assert last.order_no == order.order_no


@pytest.mark.database
def test_favourites_are_what_most_orders_held_in_the_kind_bought_last(session: Session) -> None:
    buyer, other = new_customer(session), new_customer(session)
    white = put_on_sale(session, "搪瓷杯", pieces=50, 颜色="白色")
    blue = put_on_sale(session, "搪瓷杯", pieces=50, 颜色="蓝色")
    lamp, rug, fan = (put_on_sale(session, each) for each in ("陶瓷灯", "地毯", "风扇"))
    bought(session, buyer, {white: 9, lamp: 1})
    bought(session, buyer, {blue: 1, rug: 1})
    bought(session, other, {fan: 1})
    place(session, buyer, {fan: 1})

    favourites = list_favourites(session, buyer)

    assert [(each.variant_id, each.orders) for each in favourites] == [
        (blue, 2),
        (rug, 1),
        (lamp, 1),
    ]
    assert stock.available(session, [fan])[fan] == 8
