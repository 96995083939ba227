"""Which pieces of an order are still to be sent: none twice, none whose money went back before."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from commerce.aftersale.tables import AfterSale, AfterSaleLine, RequestKind, RequestState
from commerce.errors import IllegalMove
from commerce.inserting import affected_rows, id_of, insert_once
from commerce.ordering.tables import OrderLine
from commerce.parcels.tables import ParcelLine, ShippedLine

CALLS_OFF: Final = (RequestState.REFUNDING, RequestState.DONE)
"""States of a request for money alone in which its pieces are not wanted any more."""


def waiting_pieces(session: Session, lines: Sequence[OrderLine]) -> Mapping[int, int]:
    """Pieces of each line, by its id, that are wanted and not on their way; lines without none.

    Money that went back before everything had left is for pieces that had not: those stay here.
    """
    ids = [id_of(line) for line in lines]
    gone, refunded = shipped_pieces(session, ids), _refunded_pieces(session, ids)
    left = {
        id_of(line): line.quantity - gone.get(id_of(line), 0) - refunded.get(id_of(line), 0)
        for line in lines
    }
    return {line_id: pieces for line_id, pieces in left.items() if pieces > 0}


def shipped_pieces(session: Session, line_ids: Sequence[int]) -> Mapping[int, int]:
    """Pieces of lines that are on their way, by the line's id."""
    statement = select(ShippedLine.order_line_id, ShippedLine.shipped).where(
        col(ShippedLine.order_line_id).in_(line_ids)
    )
    return dict(session.exec(statement).all())


def take(session: Session, line: OrderLine, pieces: int) -> None:
    """Count pieces of a line as sent. Raises IllegalMove when fewer are still to be sent.

    The caller holds the order's lock, under which requests after buying are decided as well.
    """
    line_id = id_of(line)
    gone = shipped_pieces(session, [line_id]).get(line_id, 0)
    refunded = _refunded_pieces(session, [line_id]).get(line_id, 0)
    called_off = min(refunded, line.quantity - gone)
    insert_once(
        session, ShippedLine, order_line_id=line_id, bought=line.quantity, shipped=0, called_off=0
    )
    guarded = (
        update(ShippedLine)
        .where(
            col(ShippedLine.order_line_id) == line_id,
            col(ShippedLine.shipped) + pieces + called_off <= col(ShippedLine.bought),
        )
        .values(shipped=col(ShippedLine.shipped) + pieces, called_off=called_off)
        .execution_options(synchronize_session=False)
    )
    if pieces < 1 or affected_rows(session, guarded) != 1:
        free = line.quantity - gone - called_off
        raise IllegalMove(f"“{line.title}”只剩{free}件可发", order_line_id=line_id, free=free)


def list_pieces(
    session: Session, parcel_ids: Sequence[int]
) -> Mapping[int, Sequence[tuple[OrderLine, int]]]:
    """What each parcel holds, by its id: lines of its order with the pieces, in their order."""
    found: dict[int, list[tuple[OrderLine, int]]] = {each: [] for each in parcel_ids}
    rows = session.exec(
        select(ParcelLine, OrderLine)
        .join(OrderLine, col(OrderLine.id) == col(ParcelLine.order_line_id))
        .where(col(ParcelLine.parcel_id).in_(parcel_ids))
        .order_by(col(ParcelLine.id))
    )
    for held, line in rows:
        found[held.parcel_id].append((line, held.quantity))
    return found


def _refunded_pieces(session: Session, line_ids: Sequence[int]) -> Mapping[int, int]:
    """Pieces of lines whose money alone goes back, or has gone."""
    statement = (
        select(AfterSaleLine.order_line_id, func.sum(AfterSaleLine.quantity))
        .join(AfterSale, col(AfterSale.id) == col(AfterSaleLine.after_sale_id))
        .where(
            col(AfterSaleLine.order_line_id).in_(line_ids),
            AfterSale.kind == RequestKind.REFUND_ONLY,
            col(AfterSale.state).in_(CALLS_OFF),
        )
        .group_by(col(AfterSaleLine.order_line_id))
    )
    return {line_id: int(pieces) for line_id, pieces in session.exec(statement)}
