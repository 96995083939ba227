"""Rows of a file of tracking numbers, checked, and gathered to parcels."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TextIO

from commerce.csv_files import RowFault, read_cells
from commerce.errors import InvalidInput
from commerce.parcels.carriers import CARRIERS, clean, find_carrier

COLUMNS: Final = ("order_no", "carrier", "tracking_no", "sku", "quantity")
REQUIRED: Final = ("order_no", "carrier", "tracking_no")
MOST_PIECES: Final = 9_999
_ORDER_NO: Final = re.compile(r"[0-9]{18}")
_SCIENTIFIC: Final = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.IGNORECASE)
AS_TEXT: Final = "Excel把长数字改了样，请把这一列设为文本再填"


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """One row of a file. Without a sku it stands for all that is left of the order."""

    line: int
    order_no: str
    carrier: str
    """Our code."""
    tracking_no: str
    sku: str
    quantity: int


@dataclass(slots=True)
class NewParcel:
    """A parcel to be entered; `pieces` counts by sku, and is empty for all that is left."""

    order_no: str
    carrier: str
    tracking_no: str
    lines: list[int] = field(default_factory=list)
    """Where it stands in the file."""
    pieces: dict[str, int] = field(default_factory=dict)


def read_parcel_rows(file: TextIO) -> Iterator[ParcelRow | RowFault]:
    """Every row of the file, in its order. Raises InvalidInput for a header without its columns."""
    for row in read_cells(file, COLUMNS, REQUIRED):
        if isinstance(row, RowFault):
            yield row
            continue
        line, cells = row
        try:
            yield _checked(line, cells)
        except InvalidInput as fault:
            yield RowFault(line, str(fault.details["field"]), str(fault))


def gather(rows: Iterable[ParcelRow], rejected: list[RowFault]) -> list[NewParcel]:
    """Parcels in the order of the file; rows that contradict an earlier one are rejected."""
    parcels: dict[tuple[str, str], NewParcel] = {}
    for row in rows:
        number = (row.carrier, row.tracking_no)
        parcel = parcels.setdefault(number, NewParcel(row.order_no, *number))
        fault = _contradiction(row, parcel)
        if fault is not None:
            rejected.append(fault)
            continue
        parcel.lines.append(row.line)
        if row.sku:
            parcel.pieces[row.sku] = parcel.pieces.get(row.sku, 0) + row.quantity
    return list(parcels.values())


def _contradiction(row: ParcelRow, parcel: NewParcel) -> RowFault | None:
    if row.order_no != parcel.order_no:
        message = f"运单号{row.tracking_no}在第{parcel.lines[0]}行用在另一笔订单上，请核对"
        return RowFault(row.line, "tracking_no", message)
    if parcel.lines and bool(row.sku) != bool(parcel.pieces):
        message = f"同一个包裹在第{parcel.lines[0]}行写法不同：要么都写sku和数量，要么都不写"
        return RowFault(row.line, "sku", message)
    if parcel.lines and not row.sku:
        return RowFault(row.line, "row", f"与第{parcel.lines[0]}行重复，请删除其中一行")
    return None


def _checked(line: int, cells: Mapping[str, str]) -> ParcelRow:
    order_no, written = cells.get("order_no", ""), cells.get("tracking_no", "")
    for name, value in (("order_no", order_no), ("tracking_no", written)):
        if _SCIENTIFIC.fullmatch(value):
            raise InvalidInput(f"“{value}”不是完整的号码：{AS_TEXT}", field=name)
    if _ORDER_NO.fullmatch(order_no) is None:
        raise InvalidInput("订单号应为18位数字", field="order_no")
    carrier = find_carrier(cells.get("carrier", ""))
    if carrier is None:
        names = "、".join(each.name for each in CARRIERS.values())
        raise InvalidInput(
            f"没有快递公司“{cells.get('carrier', '')[:20]}”，可用：{names}", field="carrier"
        )
    number = clean(written)
    if number is None:
        raise InvalidInput("运单号应为8到30位字母或数字", field="tracking_no")
    sku = cells.get("sku", "")
    quantity = _quantity(cells.get("quantity", ""), is_wanted=bool(sku))
    return ParcelRow(line, order_no, carrier.code, number, sku, quantity)


def _quantity(written: str, *, is_wanted: bool) -> int:
    if not is_wanted and not written:
        return 0
    if not is_wanted:
        raise InvalidInput("写了数量，也要写是哪个sku", field="sku")
    if not written.isascii() or not written.isdecimal() or not 1 <= int(written) <= MOST_PIECES:
        raise InvalidInput(f"数量“{written[:20]}”须为1到{MOST_PIECES}的整数", field="quantity")
    return int(written)
