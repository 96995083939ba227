"""Before an order leaves: urging it on, and sending it elsewhere."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from commerce.aftersale.address_changes import change_address
from commerce.aftersale.deciding import agree
from commerce.aftersale.tables import AddressChange, OrderUrge, RequestKind
from commerce.aftersale.urging import urge
from commerce.customers.addresses import AddressInput, last_address
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.inserting import id_of
from commerce.ordering.orders import read_address
from commerce.ordering.states import move
from commerce.ordering.tables import Order, OrderState
from commerce.parcels.shipping import ShippingRefused, ship
from tests.commerce.aftersale.buying import Bought, ask, paid
from tests.commerce.shop import ADDRESS, NOW, SEALER, events, new_customer, place, put_on_sale

pytestmark = pytest.mark.database
STEPS = (OrderState.PAID, OrderState.PACKED, OrderState.SHIPPED)


def order_at(session: Session, state: OrderState) -> Order:
    order = place(session, new_customer(session), {put_on_sale(session): 1})
    for step in STEPS:
        if order.state == state:
            break
        move(session, id_of(order), step, actor="test", reason="", now=NOW)
        session.refresh(order)
    return order


def change(session: Session, order: Order, address: AddressInput) -> tuple[str, ...]:
    return change_address(
        session,
        SEALER,
        order.customer_id,
        order.order_no,
        address,
        actor=f"customer:{order.customer_id}",
        now=NOW,
    )


@pytest.mark.parametrize("state", [OrderState.UNPAID, OrderState.PAID])
def test_only_what_became_another_is_written_down(session: Session, state: OrderState) -> None:
    order = order_at(session, state)
    elsewhere = replace(ADDRESS, phone="139 0013 9000", detail="文二路 8 号")

    assert change(session, order, elsewhere) == ("phone", "detail")

    session.refresh(order)
    assert read_address(SEALER, order) == replace(elsewhere, phone="13900139000")
    assert order.phone_digest == SEALER.digest("13900139000", "phone")
    history = session.exec(select(AddressChange)).one()
    assert (history.parts, history.actor) == ("phone,detail", f"customer:{order.customer_id}")
    assert last_address(session, SEALER, order.customer_id) == read_address(SEALER, order)
    (event,) = events(session, "order_address_changed")
    assert "13900139000" not in str(event.subject)


def test_the_same_address_again_changes_nothing(session: Session) -> None:
    order = order_at(session, OrderState.PAID)

    assert change(session, order, ADDRESS) == ()

    assert session.exec(select(AddressChange)).all() == []
    assert events(session, "order_address_changed") == []


@pytest.mark.parametrize("state", [OrderState.PACKED, OrderState.SHIPPED])
def test_a_packed_order_goes_where_its_label_says(session: Session, state: OrderState) -> None:
    order = order_at(session, state)

    for address in (ADDRESS, replace(ADDRESS, recipient="李四")):
        with pytest.raises(IllegalMove):
            change(session, order, address)

    assert read_address(SEALER, order) == ADDRESS


def test_what_is_no_address_or_no_order_of_theirs_is_refused(session: Session) -> None:
    order, other = order_at(session, OrderState.PAID), new_customer(session)

    with pytest.raises(InvalidInput):
        change(session, order, replace(ADDRESS, phone="12345"))
    with pytest.raises(NotFound):
        change_address(session, SEALER, other, order.order_no, ADDRESS, actor="customer:0", now=NOW)


def refunded(session: Session, order: Order, pieces: int, kind: RequestKind) -> str:
    """The number of a request about some pieces of the order's one line, agreed."""
    request = ask(session, order, pieces, kind=kind)
    agree(session, request.request_no, actor="agent:1", note="", now=NOW)
    return request.request_no


def test_what_is_refunded_is_not_sent_as_well(session: Session) -> None:
    order = paid(session, [Bought(1, 3900)])
    number = refunded(session, order, 1, RequestKind.REFUND_ONLY)

    with pytest.raises(ShippingRefused, match=number):
        ship(session, id_of(order), carrier="sf", tracking_no="SF1000000001", actor="t", now=NOW)

    session.refresh(order)
    assert order.state == OrderState.PAID


def test_what_is_left_of_an_order_is_still_sent(session: Session) -> None:
    order = paid(session, [Bought(2, 7800)])
    refunded(session, order, 1, RequestKind.REFUND_ONLY)
    refunded(session, order, 1, RequestKind.CLAIM)

    ship(session, id_of(order), carrier="sf", tracking_no="SF1000000001", actor="t", now=NOW)

    session.refresh(order)
    assert order.state == OrderState.SHIPPED


def test_an_order_is_urged_once_a_day(session: Session) -> None:
    order = order_at(session, OrderState.PAID)

    def urged_after(**wait: int) -> tuple[timedelta, bool]:
        told = urge(session, id_of(order), actor="customer:1", now=NOW + timedelta(**wait))
        return told.at - NOW, told.is_new

    assert urged_after() == (timedelta(), True)
    assert urged_after(hours=23) == (timedelta(), False)
    assert urged_after(hours=24) == (timedelta(hours=24), True)
    assert len(session.exec(select(OrderUrge)).all()) == 2
    assert len(events(session, "order_urged")) == len(events(session, "person_wanted")) == 2


@pytest.mark.parametrize("state", [OrderState.UNPAID, OrderState.SHIPPED])
def test_what_is_not_paid_or_on_its_way_is_not_urged(session: Session, state: OrderState) -> None:
    with pytest.raises(IllegalMove):
        urge(session, id_of(order_at(session, state)), actor="customer:1", now=NOW)
