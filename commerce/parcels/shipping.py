"""Packing orders and handing their parcels to carriers, all pieces at once or some at a time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, select

from commerce.aftersale.queries import find_whole_refund
from commerce.errors import ShopError
from commerce.inserting import core, id_of
from commerce.ordering import states
from commerce.ordering.orders import list_lines
from commerce.ordering.tables import Order, OrderState
from commerce.parcels.carriers import CARRIERS, clean
from commerce.parcels.pieces import list_pieces, shipped_pieces, take, waiting_pieces
from commerce.parcels.tables import Parcel, ParcelLine

FIRST_LOOK: Final = timedelta(hours=2)
"""Carriers scan a parcel some hours after its number is made."""
ALL_SENT: Final = "其余商品已退款，不再发货"


class ShippingRefused(ShopError):
    """The parcel cannot be entered; the message names the field and the fix."""

    code = "shipping_refused"


def pack(session: Session, order_id: int, *, actor: str, now: datetime) -> Order:
    """The paid order is packed: its address cannot be changed any more. Raises IllegalMove."""
    return states.move(session, order_id, OrderState.PACKED, actor=actor, reason="打包", now=now)


def ship(
    session: Session,
    order_id: int,
    *,
    carrier: str,
    tracking_no: str,
    actor: str,
    now: datetime,
    pieces: Mapping[int, int] | None = None,
) -> Parcel:
    """Enter a parcel of an order, with so many pieces by order line id, or all that are left.

    The order moves to `shipped` once every piece that is still wanted is on its way, until then
    it stays `packed`. Announces `parcel_shipped` with the pieces left. An order on its way may
    have further parcels, which hold none of its pieces. Entering the same parcel again returns it.
    Raises ShippingRefused for an unknown carrier, an impossible number, one that is used
    otherwise, or an order whose money all goes back or whose group may still fail; IllegalMove when
    the order cannot be shipped, or not these pieces of it.
    """
    number = check_number(carrier, tracking_no)
    order = states.lock_order(session, order_id)
    known = find_parcel(session, carrier, number)
    if known is not None:
        return _same(session, known, order_id, pieces)
    if order.awaits_group:
        raise ShippingRefused("order：还在拼团，没有成团，先不要发货；成团后再录运单号")
    refund = find_whole_refund(session, order_id)
    if refund is not None:
        raise ShippingRefused(
            f"order：已同意退款（申请 {refund.request_no}），不要发货；确实要发，先请顾客重新下单"
        )
    with session.begin_nested():  # All pieces leave, or none.
        core(session)  # The savepoint is set when the connection is first asked for.
        chosen, left = _take(session, order, pieces)
        _move_on(session, order, actor=actor, now=now, is_whole=not left)
        parcel = _enter(session, order, carrier, number, chosen, now)
    states.announce_about(
        session, "parcel_shipped", order, now, parcel_id=id_of(parcel), left=sum(left.values())
    )
    return parcel


def end_dispatch(session: Session, order_id: int, *, actor: str, now: datetime) -> bool:
    """Count an order as shipped whose last pieces will never leave; whether it now is.

    For when money for them has gone back: an order of which no parcel has left stays as it is.
    """
    order = states.lock_order(session, order_id)
    lines = list_lines(session, order)
    has_left = any(shipped_pieces(session, [id_of(line) for line in lines]).values())
    if order.state != OrderState.PACKED or not has_left or waiting_pieces(session, lines):
        return False
    states.move(session, order_id, OrderState.SHIPPED, actor=actor, reason=ALL_SENT, now=now)
    return True


def count_waiting(session: Session, order: Order) -> int:
    """Pieces of the order that are wanted and not on their way."""
    return sum(waiting_pieces(session, list_lines(session, order)).values())


def check_number(carrier: str, tracking_no: str) -> str:
    """The tracking number in its proper form. Raises ShippingRefused."""
    if carrier not in CARRIERS:
        raise ShippingRefused(f"carrier：没有快递公司“{carrier}”，可用：{'、'.join(CARRIERS)}")
    number = clean(tracking_no)
    if number is None:
        raise ShippingRefused("tracking_no：运单号应为 8 到 30 位字母或数字")
    return number


def find_parcel(session: Session, carrier: str, tracking_no: str) -> Parcel | None:
    """The parcel of that number, whoever's it is."""
    statement = select(Parcel).where(Parcel.carrier == carrier, Parcel.tracking_no == tracking_no)
    return session.exec(statement).first()


def _same(
    session: Session, known: Parcel, order_id: int, pieces: Mapping[int, int] | None
) -> Parcel:
    if known.order_id != order_id:
        raise ShippingRefused(
            f"tracking_no：运单号 {known.tracking_no} 已经用在另一笔订单上，请核对"
        )
    held = {
        id_of(line): count for line, count in list_pieces(session, [id_of(known)])[id_of(known)]
    }
    if pieces is not None and dict(pieces) != held:
        raise ShippingRefused(
            f"pieces：运单号 {known.tracking_no} 已经录入，里面的商品和这次的不一样，请核对"
        )
    return known


def _take(
    session: Session, order: Order, pieces: Mapping[int, int] | None
) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """The pieces that go into a parcel, and those that stay."""
    lines = {id_of(line): line for line in list_lines(session, order)}
    chosen = waiting_pieces(session, list(lines.values())) if pieces is None else pieces
    if pieces is not None and not (pieces and pieces.keys() <= lines.keys()):
        raise ShippingRefused("pieces：请写明是订单里的哪些商品、各几件")
    for line_id, count in sorted(chosen.items()):
        take(session, lines[line_id], count)
    return chosen, waiting_pieces(session, list(lines.values()))


def _move_on(session: Session, order: Order, *, actor: str, now: datetime, is_whole: bool) -> None:
    to = OrderState.SHIPPED if is_whole else OrderState.PACKED
    if order.state == to:
        return
    reason = "发货" if is_whole else "部分发货"
    states.move(session, id_of(order), to, actor=actor, reason=reason, now=now)


def _enter(
    session: Session,
    order: Order,
    carrier: str,
    number: str,
    chosen: Mapping[int, int],
    now: datetime,
) -> Parcel:
    parcel = Parcel(
        order_id=id_of(order),
        carrier=carrier,
        tracking_no=number,
        shipped_at=now,
        next_ask_at=now + FIRST_LOOK,
    )
    session.add(parcel)
    session.flush()
    for line_id, count in sorted(chosen.items()):
        session.add(ParcelLine(parcel_id=id_of(parcel), order_line_id=line_id, quantity=count))
    session.flush()
    return parcel
