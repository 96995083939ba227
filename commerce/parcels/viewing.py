"""Looking at the parcels of orders: what they hold, and what their carriers said."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, select

from commerce.inserting import id_of
from commerce.ordering.tables import Order, OrderLine
from commerce.parcels.pieces import list_pieces
from commerce.parcels.tables import Parcel
from commerce.parcels.tracking import Scan, list_parcels, list_scans
from commerce.sealing import Sealer

MOST_SCANS: Final = 50


@dataclass(frozen=True, slots=True)
class ParcelView:
    """A parcel with what it holds; `scans` are newest first, none where they were not asked for."""

    parcel: Parcel
    pieces: Sequence[tuple[OrderLine, int]]
    scans: Sequence[Scan]


def view_parcels(
    session: Session, sealer: Sealer, order_ids: Iterable[int], *, scans: int = MOST_SCANS
) -> Mapping[int, Sequence[ParcelView]]:
    """The parcels of orders by the order's id, each with its last scans, as many as asked for."""
    parcels = list_parcels(session, order_ids)
    pieces = list_pieces(session, [id_of(parcel) for parcel in parcels])
    views: defaultdict[int, list[ParcelView]] = defaultdict(list)
    for parcel in parcels:
        told = list_scans(session, sealer, parcel, scans) if scans else []
        views[parcel.order_id].append(ParcelView(parcel, pieces[id_of(parcel)], told))
    return views


def find_last_sent(session: Session, customer_id: int) -> Order | None:
    """The customer's order of which a parcel left last, or None."""
    statement = (
        select(Order)
        .join(Parcel, col(Parcel.order_id) == col(Order.id))
        .where(Order.customer_id == customer_id)
        .order_by(col(Parcel.id).desc())
        .limit(1)
    )
    return session.exec(statement).first()
