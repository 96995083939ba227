"""Freight goes back with the last of an order of which nothing has left, or by the shop's fault."""

import pytest
from sqlmodel import Session

from commerce.aftersale.tables import Reason
from commerce.inserting import id_of
from commerce.ordering.orders import list_lines
from commerce.ordering.tables import OrderState
from commerce.parcels.shipping import pack, ship
from tests.commerce.aftersale.buying import Bought, ask, paid
from tests.commerce.shop import NOW


@pytest.mark.parametrize("reason", [Reason.UNWANTED, Reason.DAMAGED])
def test_a_packed_order_of_which_nothing_has_left_gives_its_freight_back(
    session: Session, reason: Reason
) -> None:
    order = paid(session, [Bought(3, 9000)], freight=800)
    pack(session, id_of(order), actor="agent:1", now=NOW)

    assert ask(session, order, 3, reason=reason).amount_wanted == 9800


@pytest.mark.parametrize(("reason", "amount"), [(Reason.UNWANTED, 9000), (Reason.DAMAGED, 9800)])
def test_once_a_first_parcel_has_left_only_the_shops_fault_gives_freight_back(
    session: Session, reason: Reason, amount: int
) -> None:
    order = paid(session, [Bought(3, 9000)], freight=800)
    (line,) = list_lines(session, order)
    first = {id_of(line): 1}
    number = "YT7000000000001"
    ship(session, id_of(order), carrier="yto", tracking_no=number, actor="a", now=NOW, pieces=first)
    assert order.state == OrderState.PACKED

    assert ask(session, order, 3, reason=reason).amount_wanted == amount
