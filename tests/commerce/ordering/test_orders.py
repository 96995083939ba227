"""Looking at orders."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from commerce.errors import NotFound
from commerce.inserting import id_of
from commerce.ordering.orders import (
    get_order,
    list_orders,
    page_of_orders,
    view_order,
    view_orders,
)
from commerce.ordering.settlement import close_unpaid
from commerce.ordering.tables import OrderState
from tests.commerce.shop import ADDRESS, NOW, SEALER, new_customer, place, put_on_sale


def test_an_order_shows_lines_history_and_a_masked_phone(session: Session) -> None:
    order = place(session, new_customer(session), {put_on_sale(session): 2})
    later = NOW + timedelta(minutes=5)
    close_unpaid(session, id_of(order), actor="clock", reason="超时未付款", now=later)

    view = view_order(session, SEALER, order)

    assert [(line.title, line.quantity) for line in view.lines] == [("云朵拖鞋", 2)]
    assert (view.address.recipient, view.address.phone) == ("王小明", "138****8000")
    assert [(step.state, step.at, step.reason) for step in view.history] == [
        (OrderState.UNPAID, NOW, "下单"),
        (OrderState.CLOSED, later, "超时未付款"),
    ]


def test_several_orders_keep_their_own_lines(session: Session) -> None:
    customer, cup, phones = (
        new_customer(session),
        put_on_sale(session, "水杯"),
        put_on_sale(session, "耳机"),
    )
    orders = [place(session, customer, wanted) for wanted in ({cup: 1}, {phones: 1, cup: 2})]

    views = view_orders(session, SEALER, orders)

    assert [{line.title for line in view.lines} for view in views] == [
        {"水杯"},
        {"水杯", "耳机"},
    ]
    assert view_orders(session, SEALER, []) == []


def test_somebody_elses_order_is_not_found(session: Session) -> None:
    order = place(session, new_customer(session), {put_on_sale(session): 1})

    with pytest.raises(NotFound):
        get_order(session, new_customer(session), order.order_no)


@pytest.mark.parametrize("number", ["", "1", "x" * 18, "1" * 19, "\0" * 18, "１" * 18])
def test_what_is_no_number_is_not_found(session: Session, number: str) -> None:
    with pytest.raises(NotFound):
        get_order(session, new_customer(session), number)


def test_orders_are_listed_newest_first_and_by_page(session: Session) -> None:
    customer, slippers = new_customer(session), put_on_sale(session)
    place(session, new_customer(session), {slippers: 1})
    placed = [place(session, customer, {slippers: 1}).order_no for _ in range(5)]

    pages = [page_of_orders(session, customer, page, page_size=2) for page in (1, 2, 3)]

    assert [order.order_no for page in pages for order in page.orders] == placed[::-1]
    assert [page.next_page for page in pages] == [2, 3, None]
    assert page_of_orders(session, customer, -(10**9), page_size=2) == pages[0]
    assert page_of_orders(session, customer, 10**30).orders == ()


def test_orders_can_be_listed_by_state(session: Session) -> None:
    customer, slippers = new_customer(session), put_on_sale(session)
    kept, gone = (place(session, customer, {slippers: 1}) for _ in range(2))
    close_unpaid(session, id_of(gone), actor="clock", reason="超时未付款", now=NOW)

    assert list_orders(session, customer, states=[OrderState.UNPAID]) == [kept]


def test_a_phone_in_an_order_opens_only_there(session: Session) -> None:
    slippers = put_on_sale(session)
    one, other = (place(session, new_customer(session), {slippers: 1}) for _ in range(2))

    assert one.phone_digest == other.phone_digest
    assert one.phone_sealed != other.phone_sealed
    assert ADDRESS.phone not in repr(view_order(session, SEALER, one))
