"""Placing orders."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, func, select, update

from commerce.catalogue.tables import Product, ProductToIndex, Variant
from commerce.customers import merge
from commerce.customers.addresses import last_address
from commerce.errors import (
    IdempotencyConflict,
    IllegalMove,
    InvalidInput,
    NotFound,
    OutOfStock,
    PriceChanged,
    ShopError,
)
from commerce.inserting import id_of
from commerce.ordering import cart, placing
from commerce.ordering.lines import WantedLine
from commerce.ordering.orders import list_lines, read_address, read_remark
from commerce.ordering.tables import Order, OrderState
from commerce.payments.closing import cancel_unpaid
from tests.commerce.shop import (
    ADDRESS,
    HOLD,
    NOW,
    SEALER,
    assert_stock_adds_up,
    begin_to_pay,
    events,
    new_customer,
    pay,
    place,
    put_on_sale,
    replayed_state,
    stock_of,
)


def count_orders(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Order)).one()


def test_an_order_keeps_title_and_price_of_its_day(session: Session) -> None:
    slippers = put_on_sale(session, 颜色="白色")
    order = place(session, new_customer(session), {slippers: 2})
    session.exec(update(Variant).values(price=1))
    session.exec(update(Product).values(title="改名了"))

    (line,) = list_lines(session, order)

    assert (line.title, line.label, line.price, line.quantity, line.total) == (
        "云朵拖鞋",
        "白色",
        3900,
        2,
        7800,
    )
    assert (order.payable, order.state, order.expires_at) == (7800, "unpaid", NOW + HOLD)
    assert sum(step["amount"] for step in order.steps) == order.payable


def test_an_order_holds_its_goods(session: Session) -> None:
    slippers = put_on_sale(session, pieces=5)

    place(session, new_customer(session), {slippers: 3})

    assert stock_of(session, slippers) == 2
    assert_stock_adds_up(session)


def test_an_order_is_announced_and_begins_its_history(session: Session) -> None:
    customer = new_customer(session)

    order = place(session, customer, {put_on_sale(session): 1}, conversation_id=77)

    (event,) = events(session)
    assert event.kind == "order_placed"
    assert event.subject == {
        "order_id": order.id,
        "order_no": order.order_no,
        "customer_id": customer,
        "conversation_id": 77,
        "payable": 3900,
        "source": "test",
    }
    assert replayed_state(session, order) == OrderState.UNPAID


def test_the_last_piece_is_sold_once_and_search_learns_of_it(session: Session) -> None:
    last = put_on_sale(session, pieces=1)
    session.exec(ProductToIndex.__table__.delete())  # type: ignore[attr-defined]
    place(session, new_customer(session), {last: 1})

    with pytest.raises(OutOfStock) as refused:
        place(session, new_customer(session), {last: 1})

    assert refused.value.details["lines"] == [{"variant_id": last, "available": 0}]
    assert count_orders(session) == 1
    assert session.exec(select(func.count()).select_from(ProductToIndex)).one() == 1


def test_two_lines_of_the_last_piece_are_one_line_of_two(session: Session) -> None:
    last = put_on_sale(session, pieces=1)

    with pytest.raises(OutOfStock):
        place(
            session,
            new_customer(session),
            {},
            lines=[WantedLine(last, 1), WantedLine(last, 1)],
            expected_payable=7800,
        )

    assert stock_of(session, last) == 1


def test_one_short_line_leaves_everything_as_it_was(session: Session) -> None:
    customer, plenty, few = (
        new_customer(session),
        put_on_sale(session, "水杯"),
        put_on_sale(session, "耳机", pieces=1),
    )
    cart.add(session, customer, plenty, 2, NOW)

    with pytest.raises(OutOfStock):
        place(session, customer, {plenty: 2, few: 2})

    assert (stock_of(session, plenty), stock_of(session, few)) == (10, 1)
    assert cart.view(session, customer).pieces == 2
    assert (count_orders(session), events(session)) == (0, [])
    assert_stock_adds_up(session)


def test_another_price_than_the_buyer_saw_is_shown_first(session: Session) -> None:
    slippers = put_on_sale(session, price=3900)

    with pytest.raises(PriceChanged, match="¥39，") as changed:
        place(session, new_customer(session), {slippers: 1}, expected_payable=2900)

    quote: Any = changed.value.details["quote"]
    assert quote["payable"] == 3900
    assert (count_orders(session), stock_of(session, slippers)) == (0, 10)


def test_what_was_bought_leaves_the_cart(session: Session) -> None:
    customer, slippers, cup = (
        new_customer(session),
        put_on_sale(session),
        put_on_sale(session, "水杯"),
    )
    cart.add(session, customer, slippers, 2, NOW)
    cart.add(session, customer, cup, 1, NOW)

    place(session, customer, {slippers: 2})

    assert [line.variant_id for line in cart.view(session, customer).lines] == [cup]


def test_who_was_merged_orders_as_who_they_are_now(session: Session) -> None:
    kept, gone, slippers = new_customer(session), new_customer(session), put_on_sale(session)
    cart.add(session, kept, slippers, 1, NOW)
    merge(session, kept, gone, NOW)

    order = place(session, gone, {slippers: 1})

    assert order.customer_id == kept
    assert cart.view(session, kept).lines == ()


def test_the_same_request_again_gives_the_same_order(session: Session) -> None:
    customer, slippers, cup = (
        new_customer(session),
        put_on_sale(session),
        put_on_sale(session, "水杯"),
    )

    first = place(session, customer, {slippers: 1, cup: 2}, idempotency_key="k")
    again = place(
        session,
        customer,
        {},
        lines=[WantedLine(cup, 1), WantedLine(slippers, 1), WantedLine(cup, 1)],
        expected_payable=first.payable,
        address=replace(ADDRESS, phone="+86 138-0013-8000"),
        idempotency_key="k",
        now=NOW + timedelta(minutes=1),
    )

    assert again.order_no == first.order_no
    assert (count_orders(session), stock_of(session, cup)) == (1, 8)
    assert len(events(session, "order_placed")) == 1


def test_the_same_request_again_gives_its_order_even_when_nothing_is_left(
    session: Session,
) -> None:
    customer, last = new_customer(session), put_on_sale(session, pieces=1)

    first = place(session, customer, {last: 1}, idempotency_key="k")

    assert place(session, customer, {last: 1}, idempotency_key="k").id == first.id


@pytest.mark.parametrize(
    "change",
    [
        {"expected_payable": 1},
        {"remark": "快点"},
        {"source": "other"},
        {"address": replace(ADDRESS, recipient="李四")},
        {"lines": [WantedLine(1, 2)]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_used_key_with_another_request_is_a_conflict(
    session: Session, change: dict[str, Any]
) -> None:
    customer, slippers = new_customer(session), put_on_sale(session)
    place(session, customer, {slippers: 1}, idempotency_key="k")

    with pytest.raises(IdempotencyConflict):
        place(session, customer, {slippers: 1}, idempotency_key="k", **change)


def test_two_customers_may_use_one_key(session: Session) -> None:
    slippers = put_on_sale(session)

    for _ in range(2):
        place(session, new_customer(session), {slippers: 1}, idempotency_key="k")

    assert count_orders(session) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"idempotency_key": ""}, "Idempotency-Key"),
        ({"idempotency_key": "k" * 129}, "Idempotency-Key"),
        ({"idempotency_key": "钥匙"}, "Idempotency-Key"),
        ({"remark": "长" * 201}, "remark"),
        ({"lines": []}, "lines"),
        ({"address": replace(ADDRESS, phone="12345")}, "address.phone"),
    ],
)
def test_what_cannot_be_used_is_named(session: Session, change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        place(session, new_customer(session), {put_on_sale(session): 1}, **change)

    assert refused.value.details["field"] == field


def test_nobody_unknown_can_order(session: Session) -> None:
    with pytest.raises(NotFound):
        place(session, 404, {put_on_sale(session): 1})


def test_remark_and_source_lose_what_no_database_takes(session: Session) -> None:
    order = place(
        session,
        new_customer(session),
        {put_on_sale(session): 1},
        remark=" 放\0门口\n谢谢 ",
        source="chat\0<x>",
    )

    assert (read_remark(SEALER, order), order.source) == ("放门口 谢谢", "chatx")


def test_at_most_five_orders_of_a_customer_wait_to_be_paid(session: Session) -> None:
    customer, slippers = new_customer(session), put_on_sale(session)
    orders = [place(session, customer, {slippers: 1}) for _ in range(placing.MOST_UNPAID)]
    with pytest.raises(IllegalMove, match="还没付款"):
        place(session, customer, {slippers: 1})
    place(session, new_customer(session), {slippers: 1})

    pay(session, begin_to_pay(session, orders[0]))
    place(session, customer, {slippers: 1})
    with pytest.raises(IllegalMove, match="还没付款"):
        place(session, customer, {slippers: 1})
    cancel_unpaid(session, id_of(orders[1]), actor="clock", reason="", now=NOW)

    assert place(session, customer, {slippers: 1}).state == OrderState.UNPAID


def test_the_address_is_sealed_and_remembered(session: Session) -> None:
    customer = new_customer(session)

    order = place(session, customer, {put_on_sale(session): 1})

    assert read_address(SEALER, order) == ADDRESS == last_address(session, SEALER, customer)
    for sealed in (order.recipient_sealed, order.phone_sealed, order.detail_sealed):
        for plain in (ADDRESS.recipient, ADDRESS.phone, ADDRESS.detail):
            assert plain.encode() not in sealed


def test_an_order_that_costs_nothing_is_paid_at_once(session: Session) -> None:
    gift = put_on_sale(session, price=0)

    order = place(session, new_customer(session), {gift: 1})

    assert (order.state, order.paid_at) == (OrderState.PAID, NOW)
    assert [event.kind for event in events(session)] == ["order_placed", "order_paid"]
    assert_stock_adds_up(session)


def test_an_order_number_is_the_day_in_shanghai_and_ten_digits() -> None:
    late = datetime(2026, 11, 10, 16, 0, tzinfo=UTC)  # Midnight in Shanghai.

    assert re.fullmatch(r"20261111\d{10}", placing.new_order_no(late))
    assert len({placing.new_order_no(late) for _ in range(1_000)}) == 1_000


def test_a_number_that_is_taken_is_drawn_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    slippers = put_on_sale(session)
    tails = iter([7, 7, 8])
    monkeypatch.setattr("secrets.randbelow", lambda _: next(tails))

    numbers = [place(session, new_customer(session), {slippers: 1}).order_no for _ in range(2)]

    assert numbers == ["202611110000000007", "202611110000000008"]


def test_errors_of_the_shop_can_be_read_by_customers(session: Session) -> None:
    customer, slippers = new_customer(session), put_on_sale(session, pieces=1)
    attempts: list[Callable[[], object]] = [
        lambda: place(session, customer, {slippers: 2}),
        lambda: place(session, customer, {slippers: 1}, expected_payable=1),
        lambda: place(session, customer, {}, lines=[WantedLine(404, 1)]),
    ]
    for attempt in attempts:
        with pytest.raises(ShopError, match=r"[\u4e00-\u9fff]"):
            attempt()
