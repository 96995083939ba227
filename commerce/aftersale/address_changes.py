"""Another address for an order that is not packed yet, where sending costs no more."""

from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col

from commerce.aftersale.tables import AddressChange
from commerce.customers.addresses import (
    AddressInput,
    check_address,
    save_address,
    seal_address,
    whole_place,
)
from commerce.errors import IllegalMove
from commerce.freight.templates import load_terms
from commerce.inserting import affected_rows
from commerce.money import yuan
from commerce.ordering.lines import price_lines
from commerce.ordering.orders import get_order, list_lines, read_address
from commerce.ordering.states import STATE_NAMES, announce_about, lock_order
from commerce.ordering.tables import Order, OrderState
from commerce.pricing.reckoning import FREIGHT_NAME
from commerce.pricing.values import Consigned, Freight, StepKind
from commerce.sealing import Sealer

MAY_CHANGE: Final = (OrderState.UNPAID, OrderState.PAID)
"""Before the parcel has its label."""
PARTS: Final = ("recipient", "phone", "region", "detail")


class NotSentThere(IllegalMove):
    """The order's goods do not go there, or not for the freight that was paid; the message says."""


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
    NotSentThere, and IllegalMove when the order is packed, sent or closed.
    """
    checked = check_address(address)
    order = lock_order(session, get_order(session, customer_id, order_no).id or 0)
    if order.pickup_store_id is not None:
        raise IllegalMove("到店自提的订单没有收货地址可改", order_no=order_no)
    before = read_address(sealer, order)
    parts = tuple(part for part in PARTS if getattr(before, part) != getattr(checked, part))
    if not parts and order.state in MAY_CHANGE:
        return ()
    if order.state in MAY_CHANGE:
        refuse_dearer(session, order, before, checked)
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


def refuse_dearer(
    session: Session, order: Order, before: AddressInput, wanted: AddressInput
) -> None:
    """Raise NotSentThere unless the order may go there for the freight that it was placed with.

    What the shop charges more by now for the old place as well is not held against the new one.
    """
    places = [whole_place(before), whole_place(wanted)]
    if places[0] == places[1]:
        return
    old, new = (_freight_to(session, order, place) for place in places)
    if new.is_estimate:
        raise NotSentThere("所在地区认不出来，请写成“浙江省 杭州市 西湖区”这样")
    if new.refused and not set(new.refused) <= set(old.refused):
        raise NotSentThere(f"这单的商品不送到{wanted.region}，改不了")
    paid = max(order.freight, old.amount)
    if new.amount > paid:
        more = f"比原来多{yuan(new.amount - paid)}"
        raise NotSentThere(f"寄到{wanted.region}运费要{yuan(new.amount)}，{more}，改不了")


def _freight_to(session: Session, order: Order, place: str) -> Freight:
    """What sending all that was bought would cost today, with what was paid for it."""
    bought = {line.variant_id: line for line in list_lines(session, order)}
    lines = price_lines(session, {each: line.quantity for each, line in bought.items()})
    consigned = tuple(
        Consigned(
            each.variant_id,
            each.freight_template_id,
            each.quantity,
            each.weight,
            each.volume,
            bought[each.variant_id].total,
        )
        for each in lines
    )
    is_freed = any(
        step.get("kind") == StepKind.FREIGHT and step["name"] != FREIGHT_NAME
        for step in order.steps
    )
    terms = load_terms(session, {each.freight_template_id for each in lines})
    return terms.reckon(consigned, place, is_free=is_freed)
