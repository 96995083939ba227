"""A flash sale sells its own pieces, in its own window, so many to each."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from commerce.catalogue.tables import Variant
from commerce.deals.choices import FlashDeal
from commerce.errors import IllegalMove, InvalidInput, NotFound, OutOfStock
from commerce.flash_sales.buying import PAY_WITHIN, bind
from commerce.flash_sales.planning import call_off, end_over
from commerce.flash_sales.tables import FlashItem
from commerce.inserting import id_of
from commerce.ordering.quoting import Choices, quote_for
from commerce.ordering.settlement import close_unpaid
from commerce.ordering.tables import Order
from tests.commerce.flash_sales.sales import (
    LASTS,
    PRICE,
    buy,
    had_by,
    item_of,
    left_of,
    planned_sale,
    running_sale,
)
from tests.commerce.shop import (
    NOW,
    assert_stock_adds_up,
    begin_to_pay,
    new_customer,
    pay,
    place,
    put_on_sale,
    stock_of,
)

DURING = NOW + timedelta(minutes=5)
AFTER = NOW + LASTS


def close(session: Session, order: Order, now: object = DURING) -> None:
    close_unpaid(session, id_of(order), actor="clock", reason="超时", now=now)  # type: ignore[arg-type]


def sale_of(session: Session, item_id: int) -> int:
    return session.get_one(FlashItem, item_id).sale_id


@pytest.fixture
def slippers(session: Session) -> int:
    return put_on_sale(session, pieces=8)


@pytest.fixture
def item(session: Session, slippers: int) -> int:
    return running_sale(session, slippers)


@pytest.mark.database
def test_an_order_has_the_sales_price_and_takes_only_the_sales_pieces(
    session: Session, slippers: int, item: int
) -> None:
    order = buy(session, new_customer(session), item, 2)

    assert (order.deal, order.payable) == ("flash_sale", 2 * PRICE)
    assert order.expires_at == NOW + PAY_WITHIN
    assert (left_of(session, item), stock_of(session, slippers)) == (3, 3)
    assert_stock_adds_up(session)


def test_ordinary_buyers_cannot_have_what_is_set_aside(
    session: Session, slippers: int, item: int
) -> None:
    with pytest.raises(OutOfStock):
        place(session, new_customer(session), {slippers: 4})

    place(session, new_customer(session), {slippers: 3})
    buy(session, new_customer(session), item)
    assert_stock_adds_up(session)


def test_the_sale_sells_what_it_has_when_the_shelf_is_empty(session: Session) -> None:
    cup = put_on_sale(session, pieces=1)
    item = running_sale(session, cup, pieces=1, per_customer=1)
    assert stock_of(session, cup) == 0

    buy(session, new_customer(session), item)

    with pytest.raises(OutOfStock, match="抢完"):
        buy(session, new_customer(session), item)


def test_nobody_has_more_than_their_limit_however_they_split_it(
    session: Session, item: int
) -> None:
    greedy = new_customer(session)
    with pytest.raises(IllegalMove, match="限购2件"):
        buy(session, greedy, item, 3)

    buy(session, greedy, item)
    first = begin_to_pay(session, buy(session, greedy, item))
    pay(session, first)

    with pytest.raises(IllegalMove, match="已经拍了2件"):
        buy(session, greedy, item)
    assert had_by(session, item, greedy) == 2


def test_an_unpaid_order_gives_its_pieces_and_its_limit_back_to_the_sale(
    session: Session, slippers: int, item: int
) -> None:
    buyer = new_customer(session)
    order = buy(session, buyer, item, 2)

    close(session, order)

    assert (left_of(session, item), stock_of(session, slippers)) == (5, 3)
    assert had_by(session, item, buyer) == 0
    assert_stock_adds_up(session)
    buy(session, buyer, item, 2)


@pytest.mark.parametrize("how", ["its time is up", "it is over", "it is called off"])
def test_an_order_that_closes_after_the_sale_gives_its_pieces_back_to_the_shelf(
    session: Session, slippers: int, item: int, how: str
) -> None:
    order = buy(session, new_customer(session), item, 2)
    now = DURING if how == "it is called off" else AFTER
    if how == "it is over":
        end_over(session, sale_of(session, item), now)
    if how == "it is called off":
        call_off(session, sale_of(session, item), actor="test", now=now)

    close(session, order, now)

    assert stock_of(session, slippers) == (5 if how == "its time is up" else 8)
    end_over(session, sale_of(session, item), now)
    assert (left_of(session, item), stock_of(session, slippers)) == (0, 8)
    assert_stock_adds_up(session)


def test_an_order_that_was_never_offered_the_price_is_not_bound_beyond_what_there_is(
    session: Session, slippers: int, item: int
) -> None:
    """As when somebody else has taken the pieces since the offer."""
    order = place(session, new_customer(session), {slippers: 1})
    deal = FlashDeal(item)

    with pytest.raises(OutOfStock):
        bind(session, deal, order, {slippers: 6}, NOW)
    with pytest.raises(IllegalMove, match="限购2件"):
        bind(session, deal, order, {slippers: 3}, NOW)
    with pytest.raises(IllegalMove, match="已经结束"):
        bind(session, deal, order, {slippers: 1}, AFTER)


def test_before_it_starts_the_buyer_hears_when_it_does(session: Session, slippers: int) -> None:
    starts = NOW + timedelta(hours=8)
    item = item_of(session, planned_sale(session, slippers, starts_at=starts))

    with pytest.raises(IllegalMove, match="今天20:00开抢") as refused:
        buy(session, new_customer(session), item)

    assert refused.value.details["next_starts_at"] == starts.isoformat()


def test_after_it_has_ended_the_buyer_hears_when_the_next_one_starts(
    session: Session, slippers: int, item: int
) -> None:
    cup = put_on_sale(session, "水杯")
    planned_sale(session, cup, starts_at=NOW + timedelta(days=1), name="明日场")

    with pytest.raises(IllegalMove, match="已经结束了，下一场“明日场”明天12:00开抢"):
        buy(session, new_customer(session), item, now=AFTER)


def test_at_its_last_moment_it_sells_and_the_order_has_its_whole_time_to_be_paid(
    session: Session, item: int
) -> None:
    last = AFTER - timedelta(microseconds=1)

    order = buy(session, new_customer(session), item, now=last)

    assert order.expires_at == last + PAY_WITHIN


def test_a_sale_without_a_next_one_just_says_that_it_is_over(session: Session, item: int) -> None:
    call_off(session, sale_of(session, item), actor="test", now=NOW)

    with pytest.raises(IllegalMove, match=r"已经取消了$"):
        buy(session, new_customer(session), item)


def test_goods_taken_off_the_shelves_are_not_sold(
    session: Session, slippers: int, item: int
) -> None:
    session.get_one(Variant, slippers).on_sale = False
    session.flush()

    with pytest.raises(IllegalMove, match="下架"):
        buy(session, new_customer(session), item)


def test_other_goods_and_coupons_do_not_go_with_it(
    session: Session, slippers: int, item: int
) -> None:
    buyer, cup = new_customer(session), put_on_sale(session, "水杯")
    deal = FlashDeal(item)

    for quantities in ({slippers: 1, cup: 1}, {cup: 1}):
        with pytest.raises(InvalidInput, match="单独购买"):
            quote_for(session, buyer, quantities, NOW, Choices(deal=deal))
    with pytest.raises(InvalidInput, match="优惠券"):
        quote_for(session, buyer, {slippers: 1}, NOW, Choices(coupon_id=1, deal=deal))
    with pytest.raises(NotFound):
        quote_for(session, buyer, {slippers: 1}, NOW, Choices(deal=FlashDeal(999)))
