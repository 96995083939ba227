"""Another address for an order that is not packed yet."""

from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col

from commerce.aftersale.tables import AddressChange
from commerce.customers.addresses import AddressInput, check_address, save_address, seal_address
from commerce.errors import IllegalMove
from commerce.inserting import affected_rows
from commerce.ordering.orders import get_order, read_address
from commerce.ordering.states import STATE_NAMES, announce_about, lock_order
from commerce.ordering.tables import Order, OrderState
from commerce.sealing import Sealer

MAY_CHANGE: Final = (OrderState.UNPAID, OrderState.PAID)
"""Before the parcel has its label."""
PARTS: Final = ("recipient", "phone", "region", "detail")


def change_address(
    session: Session,
    sealer: Sealer,
    customer_id: int,
    order_no: str,
    address: AddressInput,
    *,
    actor: str,
    now: datetime,
) -> tuple[str, ...]:
    """Send an order of the customer's elsewhere; the parts that became another.

    Writes its history, keeps the address in the customer's book and announces
    `order_address_changed`; the same address again changes nothing. Raises NotFound, InvalidInput,
    and IllegalMove when the order is packed, sent or closed.
    """
    checked = check_address(address)
    order = lock_order(session, get_order(session, customer_id, order_no).id or 0)
    before = read_address(sealer, order)
    parts = tuple(part for part in PARTS if getattr(before, part) != getattr(checked, part))
    if not parts and order.state in MAY_CHANGE:
        return ()
    columns = seal_address(sealer, Order.__tablename__, order.row_key, checked)
    guarded = (
        update(Order)
        .where(col(Order.id) == order.id, col(Order.state).in_(MAY_CHANGE))
        .values(**columns)
    )
    if affected_rows(session, guarded) != 1:
        raise IllegalMove(f"订单{STATE_NAMES[OrderState(order.state)]}，不能再改收货信息")
    session.refresh(order)
    session.add(AddressChange(order_id=order.id or 0, parts=",".join(parts), actor=actor, at=now))
    save_address(session, sealer, order.customer_id, checked, now)
    announce_about(session, "order_address_changed", order, now, parts=list(parts), actor=actor)
    return parts
