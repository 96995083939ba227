"""Shipping from a file: a parcel a number, repeatable, bad rows named by their line."""

import csv
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from bot.database import Database
from commerce.catalogue.tables import Variant
from commerce.errors import InvalidInput
from commerce.inserting import id_of
from commerce.ordering.orders import list_lines
from commerce.ordering.tables import Order, OrderState
from commerce.parcels.bulk import ShippingFileReport, ship_from_file, write_rejected
from commerce.parcels.pieces import list_pieces
from commerce.parcels.tables import Parcel
from tests.commerce import shop
from tests.commerce.shop import NOW

HEADER = "order_no,carrier,tracking_no,sku,quantity"


def orders(database: Database, *pieces: int) -> list[str]:
    """The numbers of paid orders of one line each, with so many pieces."""
    with database.writing() as session:
        made = []
        for count in pieces:
            variant = shop.put_on_sale(session, pieces=20)
            order = shop.place(session, shop.new_customer(session), {variant: count})
            shop.pay(session, shop.begin_to_pay(session, order))
            made.append(order.order_no)
        return made


def sku_of(session: Session, order_no: str) -> str:
    order = session.exec(select(Order).where(Order.order_no == order_no)).one()
    (line,) = list_lines(session, order)
    return session.get_one(Variant, line.variant_id).sku


def written(tmp_path: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    file = tmp_path / "orders.csv"
    file.write_text("\n".join([header, *rows]), encoding=encoding)
    return file


def run(database: Database, file: Path, *, is_rehearsal: bool = False) -> ShippingFileReport:
    return ship_from_file(
        database.writing, file, actor="agent:cli", now=NOW, is_rehearsal=is_rehearsal
    )


def sent(database: Database) -> list[tuple[str, list[int]]]:
    """The numbers that were entered, each with the pieces of its lines."""
    with database.reading() as session:
        parcels = session.exec(select(Parcel).order_by(col(Parcel.id))).all()
        held = list_pieces(session, [id_of(each) for each in parcels])
        return [(each.tracking_no, [n for _, n in held[id_of(each)]]) for each in parcels]


def states(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.exec(select(Order.state).order_by(col(Order.id))))


@pytest.mark.database
def test_a_file_ships_orders_whole_or_in_part_and_may_be_repeated(
    database: Database, tmp_path: Path
) -> None:
    whole, parted = orders(database, 2, 3)
    with database.reading() as session:
        sku = sku_of(session, parted)
    file = written(
        tmp_path,
        f"{whole},圆通,YT8800000000001,,",
        f"{parted},顺丰速运,SF8800000001,{sku},1",
        f"{parted},zto,73100000000001,{sku},1",
    )

    first, again = run(database, file), run(database, file)

    assert (first.shipped, first.unchanged, first.rejected) == (3, 0, [])
    assert (again.shipped, again.unchanged, again.rejected) == (0, 3, [])
    assert sent(database) == [
        ("YT8800000000001", [2]),
        ("SF8800000001", [1]),
        ("73100000000001", [1]),
    ]
    assert states(database) == [OrderState.SHIPPED, OrderState.PACKED]


def test_rows_of_one_number_are_one_parcel(database: Database, tmp_path: Path) -> None:
    (order_no,) = orders(database, 3)
    with database.reading() as session:
        sku = sku_of(session, order_no)
    row = f"{order_no},yto,YT8800000000001,{sku}"

    report = run(database, written(tmp_path, f"{row},1", f"{row},2"))

    assert report.shipped == 1
    assert sent(database) == [("YT8800000000001", [3])]


def test_bad_rows_are_named_by_line_and_field_and_the_others_ship(
    database: Database, tmp_path: Path
) -> None:
    first, second = orders(database, 1, 1)
    with database.reading() as session:
        foreign = sku_of(session, second)
    file = written(
        tmp_path,
        f"{first},飞毛腿,YT8800000000001,,",
        f"{first},yto,7.73E+14,,",
        f"{first},yto,12,,",
        "1234,yto,YT8800000000002,,",
        "202611110000000000,yto,YT8800000000003,,",
        f"{first},yto,YT8800000000004,{foreign},1",
        f"{first},yto,YT8800000000005,,2",
        f"{first},yto,YT8800000000006,{foreign},二",
        "",
        f"{first},yto,YT8800000000007,,",
        f"{second},yto,YT8800000000007,,",
        f"{first},yto,YT8800000000007,,",
        f"{second},yto,YT8800000000008,{foreign},9",
        f"{second},yto,YT8800000000009",
    )

    report = run(database, file)

    assert [(fault.line, fault.field) for fault in report.rejected] == [
        (2, "carrier"),
        (3, "tracking_no"),
        (4, "tracking_no"),
        (5, "order_no"),
        (6, "order_no"),
        (7, "sku"),
        (8, "sku"),
        (9, "quantity"),
        (12, "tracking_no"),
        (13, "row"),
        (14, "order_no"),
    ]
    assert all("文本" in report.rejected[place].message for place in (1, 4))
    assert "只剩1件" in report.rejected[-1].message
    assert [number for number, _ in sent(database)] == ["YT8800000000007", "YT8800000000009"]


def test_a_rehearsal_says_the_same_and_leaves_nothing(database: Database, tmp_path: Path) -> None:
    (order_no,) = orders(database, 3)
    with database.reading() as session:
        sku = sku_of(session, order_no)
    rows = [f"{order_no},yto,YT880000000000{n},{sku},2" for n in (1, 2)]
    file = written(tmp_path, *rows)

    rehearsed = run(database, file, is_rehearsal=True)

    assert sent(database) == []
    assert states(database) == [OrderState.PAID]
    real = run(database, file)
    assert (rehearsed.shipped, rehearsed.rejected) == (real.shipped, real.rejected)
    assert (real.shipped, [fault.line for fault in real.rejected]) == (1, [3])


def test_a_file_of_windows_with_the_columns_in_another_order_is_read(
    database: Database, tmp_path: Path
) -> None:
    (order_no,) = orders(database, 1)
    file = written(
        tmp_path,
        f"韵达,{order_no},YD88000000001,留言",
        header="Carrier,Order_No,Tracking_No,备注",
        encoding="gb18030",
    )

    assert run(database, file).shipped == 1


@pytest.mark.parametrize("header", ["", "order_no,carrier", "order_no,carrier,carrier,tracking_no"])
def test_a_header_that_lacks_or_doubles_a_column_is_refused(
    database: Database, tmp_path: Path, header: str
) -> None:
    with pytest.raises(InvalidInput):
        run(database, written(tmp_path, header=header))


def test_skipped_rows_are_written_so_that_no_cell_is_a_formula_and_can_be_repeated(
    database: Database, tmp_path: Path
) -> None:
    (order_no,) = orders(database, 1)
    source = written(
        tmp_path, f'{order_no},"=HYPERLINK(""x"")",YT8800000000001,,', "@1,yto,+2,-3,1"
    )
    target = tmp_path / "rejected.csv"

    write_rejected(source, target, run(database, source).rejected)

    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["line"] for row in rows] == ["2", "3"]
    assert not any(cell[:1] in "=+-@" for row in rows for cell in row.values() if cell)
    assert rows[1]["order_no"] == "'@1"
    mended = target.read_text("utf-8-sig").replace('\'=HYPERLINK(""x"")', "圆通")
    target.write_text(mended, encoding="utf-8-sig")
    assert run(database, target).shipped == 1


def test_progress_is_told_by_orders(database: Database, tmp_path: Path) -> None:
    numbers = orders(database, *[1] * 3)
    file = written(tmp_path, *(f"{no},yto,YT880000000{n:04d},," for n, no in enumerate(numbers)))
    told: list[tuple[int, int]] = []

    ship_from_file(
        database.writing,
        file,
        actor="agent:cli",
        now=NOW,
        on_progress=lambda done, of: told.append((done, of)),
    )

    assert told == [(3, 3)]
