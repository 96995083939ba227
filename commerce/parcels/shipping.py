"""Handing parcels to carriers."""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, select

from commerce.aftersale.queries import find_whole_refund
from commerce.errors import ShopError
from commerce.inserting import id_of
from commerce.ordering import states
from commerce.ordering.tables import OrderState
from commerce.parcels.carriers import CARRIERS, clean
from commerce.parcels.tables import Parcel

FIRST_LOOK: Final = timedelta(hours=2)
"""Carriers scan a parcel some hours after its number is made."""


class ShippingRefused(ShopError):
    """The parcel cannot be entered; the message names the field and the fix."""


def ship(
    session: Session,
    order_id: int,
    *,
    carrier: str,
    tracking_no: str,
    actor: str,
    now: datetime,
) -> Parcel:
    """Enter a parcel of an order; the first one moves the order to `shipped`.

    Entering the same parcel again returns it. Raises ShippingRefused for an unknown carrier, an
    impossible number, one that belongs to another order, or an order whose money all goes back;
    IllegalMove when the order cannot be shipped.
    """
    number = clean(tracking_no)
    if carrier not in CARRIERS:
        raise ShippingRefused(f"carrier：没有快递公司“{carrier}”，可用：{'、'.join(CARRIERS)}")
    if number is None:
        raise ShippingRefused("tracking_no：运单号应为 8 到 30 位字母或数字")
    order = states.lock_order(session, order_id)
    known = session.exec(
        select(Parcel).where(Parcel.carrier == carrier, Parcel.tracking_no == number)
    ).first()
    if known is not None:
        if known.order_id != order_id:
            raise ShippingRefused(f"tracking_no：运单号 {number} 已经用在另一笔订单上，请核对")
        return known
    refund = find_whole_refund(session, order_id)
    if refund is not None:
        raise ShippingRefused(
            f"order：已同意退款（申请 {refund.request_no}），不要发货；确实要发，先请顾客重新下单"
        )
    if order.state != OrderState.SHIPPED:
        states.move(session, order_id, OrderState.SHIPPED, actor=actor, reason="发货", now=now)
    parcel = Parcel(
        order_id=id_of(order),
        carrier=carrier,
        tracking_no=number,
        shipped_at=now,
        next_ask_at=now + FIRST_LOOK,
    )
    session.add(parcel)
    session.flush()
    return parcel
