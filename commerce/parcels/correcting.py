"""Putting right the number of a parcel that was entered wrong."""

from datetime import datetime

from sqlmodel import Session

from commerce.errors import IllegalMove, NotFound
from commerce.ordering.states import announce_about, lock_order
from commerce.parcels.shipping import FIRST_LOOK, ShippingRefused, check_number, find_parcel
from commerce.parcels.tables import Parcel, ParcelState


def correct(
    session: Session, parcel_id: int, *, carrier: str, tracking_no: str, now: datetime, actor: str
) -> Parcel:
    """Give a parcel another carrier or number; its tracking begins anew.

    Announces `parcel_corrected`; the number that it has already changes nothing. Raises NotFound,
    ShippingRefused for a number that cannot be or is taken, and IllegalMove once a carrier has
    scanned the parcel: then its number was right.
    """
    parcel = session.get(Parcel, parcel_id)
    if parcel is None:
        raise NotFound("没有这个包裹", parcel_id=parcel_id)
    order = lock_order(session, parcel.order_id)
    session.refresh(parcel)
    number = check_number(carrier, tracking_no)
    if (parcel.carrier, parcel.tracking_no) == (carrier, number):
        return parcel
    if parcel.state != ParcelState.ANNOUNCED:
        raise IllegalMove("快递公司已经收件，运单号不能再改", parcel_id=parcel_id)
    if find_parcel(session, carrier, number) is not None:
        raise ShippingRefused(f"tracking_no：运单号 {number} 已经用在另一个包裹上，请核对")
    parcel.carrier, parcel.tracking_no = carrier, number
    parcel.next_ask_at, parcel.failures, parcel.trouble = now + FIRST_LOOK, 0, ""
    session.add(parcel)
    session.flush()
    announce_about(session, "parcel_corrected", order, now, parcel_id=parcel_id, actor=actor)
    return parcel
