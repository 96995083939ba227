"""To which phone an SMS about a customer's order goes."""

import re
from collections.abc import Iterator
from typing import Final

from sqlmodel import Session, col, select

from commerce.customers import ids_of
from commerce.customers.addresses import SealedAddress, open_address
from commerce.customers.tables import Address
from commerce.ordering.tables import Order
from commerce.sealing import SealBroken, Sealer

_MOBILE: Final = re.compile(r"1[3-9]\d{9}")


def phone_for(session: Session, sealer: Sealer, customer_id: int, order_no: str) -> str | None:
    """The mobile number of the order's recipient, or of the address used last; None without one.

    Also None where the seal does not open: who can be told another way still is.
    """
    try:
        numbers = (
            open_address(sealer, table, row).phone
            for table, row in _rows(session, customer_id, order_no)
        )
        return next((number for number in numbers if _MOBILE.fullmatch(number)), None)
    except SealBroken:
        return None


def _rows(session: Session, customer_id: int, order_no: str) -> Iterator[tuple[str, SealedAddress]]:
    customer_ids = ids_of(session, customer_id)
    of_order = select(Order).where(
        Order.order_no == order_no, col(Order.customer_id).in_(customer_ids)
    )
    for order in session.exec(of_order):
        yield Order.__tablename__, order
    latest = (
        select(Address)
        .where(col(Address.customer_id).in_(customer_ids))
        .order_by(col(Address.last_used_at).desc(), col(Address.id).desc())
        .limit(1)
    )
    for address in session.exec(latest):
        yield Address.__tablename__, address
