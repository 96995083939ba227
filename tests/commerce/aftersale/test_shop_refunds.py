"""The shop gives everything back by itself: goods, money and points, once."""

import pytest
from sqlmodel import Session

from commerce.aftersale.shop_refunds import refund_whole
from commerce.aftersale.tables import AfterSale, Reason, RequestState
from commerce.errors import IllegalMove
from commerce.inserting import id_of
from commerce.ordering.orders import list_lines
from commerce.ordering.tables import Order, OrderState
from tests.commerce.aftersale.buying import (
    Bought,
    ask,
    assert_refunds_add_up,
    comes_back,
    owed,
    paid,
)
from tests.commerce.shop import NOW, SEALER, assert_stock_adds_up, events, stock_of


def give_up(session: Session, order: Order) -> AfterSale:
    return refund_whole(session, SEALER, id_of(order), reason="到期没有成团", actor="shop", now=NOW)


def test_everything_goes_back_once_and_nobody_is_asked(session: Session) -> None:
    order = paid(session, [Bought(2, 6001), Bought(1, 0)], freight=800)
    variants = [line.variant_id for line in list_lines(session, order)]

    request, again = give_up(session, order), give_up(session, order)

    assert request.id == again.id
    assert (request.state, request.reason) == (RequestState.REFUNDING, Reason.CALLED_OFF)
    assert owed(session, order) == 6801
    assert [stock_of(session, variant) for variant in variants] == [100, 100]
    assert events(session, "person_wanted") == []
    comes_back(session, request)
    session.refresh(order)
    assert (order.state, owed(session, order)) == (OrderState.CLOSED, 0)
    assert_refunds_add_up(session)
    assert_stock_adds_up(session)


def test_an_order_without_money_is_closed_at_once(session: Session) -> None:
    order = paid(session, [Bought(1, 0, points_spent=0)])

    assert give_up(session, order).state == RequestState.DONE
    session.refresh(order)
    assert order.state == OrderState.CLOSED


@pytest.mark.parametrize("state", [OrderState.SHIPPED, OrderState.RECEIVED])
def test_what_is_on_its_way_is_not_given_back_unasked(session: Session, state: OrderState) -> None:
    order = paid(session, [Bought(1, 3900)], state=state)

    with pytest.raises(IllegalMove, match="不能整单退款"):
        give_up(session, order)


def test_pieces_that_are_asked_for_already_are_not_given_back_twice(session: Session) -> None:
    order = paid(session, [Bought(2, 6000)])
    ask(session, order, 1)

    with pytest.raises(IllegalMove):
        give_up(session, order)

    assert owed(session, order) == 0
    assert_refunds_add_up(session)
