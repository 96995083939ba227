"""Shipping from a file of tracking numbers: a parcel a number, repeatable, bad rows skipped."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, select

from commerce.catalogue.tables import Variant
from commerce.csv_files import RowFault, defused, open_csv, read_cells
from commerce.errors import ShopError
from commerce.inserting import core, id_of
from commerce.ordering.orders import list_lines
from commerce.ordering.tables import Order
from commerce.parcels.bulk_rows import (
    COLUMNS,
    REQUIRED,
    NewParcel,
    ParcelRow,
    gather,
    read_parcel_rows,
)
from commerce.parcels.shipping import find_parcel, ship

ORDERS_A_TRANSACTION: Final = 20
"""Few enough that a shop on SQLite does not wait for them."""

type Writing = Callable[[], AbstractContextManager[Session]]
"""Begins a transaction that commits at the end of its block."""


@dataclass(slots=True)
class ShippingFileReport:
    """What a file did, counted in parcels. `rejected` stands in the order of the file."""

    shipped: int = 0
    unchanged: int = 0
    """Entered before, by this file or another way."""
    rejected: list[RowFault] = field(default_factory=list)


class _Rehearsed(Exception):
    """Ends a transaction of which nothing is to stay."""


def ship_from_file(
    writing: Writing,
    path: Path,
    *,
    actor: str,
    now: datetime,
    is_rehearsal: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> ShippingFileReport:
    """Enter the parcels of a file with columns order_no,carrier,tracking_no[,sku,quantity].

    Rows with the same order and number are one parcel; a row without sku stands for all that is
    left of its order. An order's parcels are entered in the order of the file. What was entered
    before stays as it is, so a file may be repeated, also after it was cut off. A rehearsal says
    what would happen, and leaves nothing. `on_progress` hears of orders done and of all. Raises
    InvalidInput when the file as a whole cannot be read.
    """
    report = ShippingFileReport()
    with open_csv(path) as file:
        parcels = gather(_usable(read_parcel_rows(file), report), report.rejected)
    orders: dict[str, list[NewParcel]] = {}
    for parcel in parcels:
        orders.setdefault(parcel.order_no, []).append(parcel)
    done = 0
    for group in batched(orders.items(), ORDERS_A_TRANSACTION):
        with suppress(_Rehearsed), writing() as session:
            for order_no, wanted in group:
                _ship_order(session, order_no, wanted, report, actor=actor, now=now)
            if is_rehearsal:
                raise _Rehearsed
        done += len(group)
        if on_progress is not None:
            on_progress(done, len(orders))
    report.rejected.sort(key=lambda fault: fault.line)
    return report


def _usable(
    rows: Iterator[ParcelRow | RowFault], report: ShippingFileReport
) -> Iterator[ParcelRow]:
    for row in rows:
        if isinstance(row, RowFault):
            report.rejected.append(row)
        else:
            yield row


def _ship_order(
    session: Session,
    order_no: str,
    wanted: Sequence[NewParcel],
    report: ShippingFileReport,
    *,
    actor: str,
    now: datetime,
) -> None:
    order = session.exec(select(Order).where(Order.order_no == order_no)).first()
    for parcel in wanted:
        if order is None:
            message = f"没有订单{order_no}；如果末尾几位变成了0，请把这一列设为文本再填"
            report.rejected += [RowFault(line, "order_no", message) for line in parcel.lines]
            continue
        try:
            with session.begin_nested():
                core(session)  # The savepoint is set when the connection is first asked for.
                is_new = _ship_one(session, order, parcel, actor=actor, now=now)
        except ShopError as error:
            report.rejected += _faults(error, parcel)
        else:
            report.shipped += is_new
            report.unchanged += not is_new


def write_rejected(source: Path, target: Path, rejected: Sequence[RowFault]) -> None:
    """Write the rows that were skipped, each with what is wrong, as a file to mend and to repeat.

    No cell of it is a formula to a spreadsheet, whatever stood in the source.
    """
    faults = {fault.line: fault for fault in rejected}
    with open_csv(source) as file, target.open("w", encoding="utf-8-sig", newline="") as written:
        writer = csv.writer(written)
        writer.writerow([*COLUMNS, "line", "field", "message"])
        cells: dict[int, Mapping[str, str]] = {}
        for row in read_cells(file, COLUMNS, REQUIRED):
            if not isinstance(row, RowFault):
                cells[row[0]] = row[1]
        for line, fault in sorted(faults.items()):
            given = [cells.get(line, {}).get(name, "") for name in COLUMNS]
            told = [*given, str(line), fault.field, fault.message]
            writer.writerow([defused(cell) for cell in told])


def _faults(error: ShopError, parcel: NewParcel) -> list[RowFault]:
    """The fault of every row of a parcel; `field：` before a message names the column."""
    field_name, colon, message = str(error).partition("：")
    if not colon or not field_name.isascii():
        field_name, message = "order_no", str(error)
    return [RowFault(line, field_name, message) for line in parcel.lines]


def _ship_one(
    session: Session, order: Order, parcel: NewParcel, *, actor: str, now: datetime
) -> bool:
    """Enter a parcel; whether it was new."""
    is_new = find_parcel(session, parcel.carrier, parcel.tracking_no) is None
    ship(
        session,
        id_of(order),
        carrier=parcel.carrier,
        tracking_no=parcel.tracking_no,
        actor=actor,
        now=now,
        pieces=_pieces(session, order, parcel.pieces) if parcel.pieces else None,
    )
    return is_new


def _pieces(session: Session, order: Order, by_sku: Mapping[str, int]) -> Mapping[int, int]:
    """The pieces by order line id. Raises ShopError for a sku that the order does not hold."""
    skus = dict(
        session.exec(select(Variant.sku, Variant.id).where(col(Variant.sku).in_(by_sku))).all()
    )
    lines = {line.variant_id: id_of(line) for line in list_lines(session, order)}
    unknown = [sku for sku in by_sku if skus.get(sku) not in lines]
    if unknown:
        raise ShopError(f"sku：订单{order.order_no}里没有{'、'.join(unknown)}")
    return {lines[skus[sku] or 0]: pieces for sku, pieces in by_sku.items()}
