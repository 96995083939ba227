"""Stores, orders that are fetched there, and clerks who redeem their codes."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from commerce.inserting import id_of
from commerce.ordering.tables import Order
from commerce.pickup.codes import Redemption, give_code, read_code, redeem
from commerce.pickup.tables import Store
from tests.commerce.shop import NOW, SEALER, begin_to_pay, new_customer, pay, place, put_on_sale

SLOT = NOW + timedelta(hours=3)
"""15:00 in Shanghai: NOW is noon."""


def open_store(session: Session, name: str = "文三路店", **changes: Any) -> int:
    """The id of a new store, open from nine to nine, with two customers in each hour."""
    row: dict[str, Any] = {
        "name": name,
        "region": "浙江省 杭州市 西湖区",
        "address": "文三路100号",
        "phone": "0571-88000001",
        "opens_at": 9 * 60,
        "closes_at": 21 * 60,
        "slot_capacity": 2,
    }
    store = Store(**{**row, **changes})
    session.add(store)
    session.flush()
    return id_of(store)


def place_to_fetch(session: Session, store_id: int, pieces: int = 1, **changes: Any) -> Order:
    """A new customer's order that they will fetch."""
    variant = put_on_sale(session)
    return place(
        session, new_customer(session), {variant: pieces}, pickup_store_id=store_id, **changes
    )


def paid_to_fetch(session: Session, store_id: int, pieces: int = 1) -> tuple[Order, str]:
    """An order that waits for its customer, and its code."""
    order = place_to_fetch(session, store_id, pieces)
    pay(session, begin_to_pay(session, order))
    return order, code_of(session, order)


def code_of(session: Session, order: Order) -> str:
    """The code that the customer was given."""
    given = give_code(session, SEALER, id_of(order), NOW)
    assert given is not None
    return read_code(SEALER, given)


def shows(session: Session, code: str, store_id: int, now: datetime = NOW) -> Redemption:
    """A customer shows a code at a store's counter."""
    return redeem(session, SEALER, code, store_id=store_id, actor="agent:7", now=now)
