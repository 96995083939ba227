"""What becomes of a product file."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from bot.database import Database
from commerce.catalogue.changes import list_changes
from commerce.catalogue.importing import import_products
from commerce.catalogue.queries import get_product, list_categories
from commerce.catalogue.tables import Product, ProductToIndex, StockMovement, Variant
from commerce.errors import InvalidInput
from tests.commerce.catalogue.products import (
    HEADER,
    NOW,
    imported,
    stock_is_the_sum_of_its_movements,
)

DRESS = (
    "D-1,法式连衣裙,女装,棠里,239.00,5,颜色=红色;尺码=S;材质=醋酸,d.jpg",
    "D-2,法式连衣裙,女装,棠里,239.00,0,颜色=红色;尺码=M;材质=醋酸,d.jpg",
    "D-3,法式连衣裙,女装,棠里,259.90,7,颜色=蓝色;尺码=M;材质=醋酸,d2.jpg",
)


@pytest.mark.database
def test_rows_of_one_title_and_brand_become_variants_of_one_product(
    database: Database, tmp_path: Path
) -> None:
    report = imported(database.writing, tmp_path, *DRESS)

    assert (report.created, report.updated, report.unchanged, report.rejected) == (3, 0, 0, [])
    with database.reading() as session:
        [product_id] = session.exec(select(Product.id)).all()
        assert product_id is not None
        product = get_product(session, product_id)
        assert (product.brand, product.category, product.picture) == ("棠里", "女装", "d.jpg")
        assert product.attributes == {"材质": "醋酸"}
        assert [(each.sku, each.label, each.price, each.stock) for each in product.variants] == [
            ("D-1", "红色 S", 23900, 5),
            ("D-2", "红色 M", 23900, 0),
            ("D-3", "蓝色 M", 25990, 7),
        ]
        assert [each.picture for each in product.variants] == ["d.jpg", "d.jpg", "d2.jpg"]
        assert [(each.name, each.count) for each in list_categories(session)] == [("女装", 1)]
        assert stock_is_the_sum_of_its_movements(session)
        assert list_changes(session) == {product_id: 1}


@pytest.mark.database
def test_a_second_import_of_the_same_file_changes_nothing(
    database: Database, tmp_path: Path
) -> None:
    imported(database.writing, tmp_path, *DRESS)
    with database.writing() as session:
        for waiting in session.exec(select(ProductToIndex)).all():
            session.delete(waiting)

    report = imported(database.writing, tmp_path, *DRESS)

    assert (report.created, report.updated, report.unchanged) == (0, 0, 3)
    with database.reading() as session:
        assert len(session.exec(select(Variant)).all()) == 3
        assert len(session.exec(select(StockMovement)).all()) == 2
        assert list_changes(session) == {}


@pytest.mark.database
def test_only_what_differs_is_changed_and_stock_is_booked(
    database: Database, tmp_path: Path
) -> None:
    imported(database.writing, tmp_path, *DRESS)

    report = imported(
        database.writing, tmp_path, DRESS[0].replace(",5,", ",2,"), DRESS[1].replace("239", "199")
    )

    assert (report.created, report.updated, report.unchanged) == (0, 2, 0)
    with database.reading() as session:
        variants = session.exec(select(Variant).order_by(Variant.sku)).all()
        assert [(each.price, each.stock) for each in variants] == [
            (23900, 2),
            (19900, 0),
            (25990, 7),
        ]
        movements = session.exec(select(StockMovement)).all()
        assert [(each.change, each.reason) for each in movements] == [
            (5, "initial"),
            (7, "initial"),
            (-3, "import"),
        ]
        assert stock_is_the_sum_of_its_movements(session)


def test_an_empty_cell_leaves_what_the_shop_knows(database: Database, tmp_path: Path) -> None:
    imported(database.writing, tmp_path, *DRESS)

    report = imported(database.writing, tmp_path, "D-1,法式连衣裙,239", header="sku,title,price")

    assert (report.created, report.updated, report.unchanged) == (0, 0, 1)


def test_a_later_sibling_moves_what_differs_from_the_product_to_its_variants(
    database: Database, tmp_path: Path
) -> None:
    imported(database.writing, tmp_path, DRESS[0])
    report = imported(database.writing, tmp_path, DRESS[2])

    assert (report.created, report.updated) == (1, 0)
    with database.reading() as session:
        [product] = session.exec(select(Product)).all()
        assert product.attributes == {"材质": "醋酸"}
        variants = session.exec(select(Variant).order_by(Variant.sku)).all()
        assert [each.label for each in variants] == ["红色 S", "蓝色 M"]


def test_a_variant_under_a_new_title_moves_there_and_the_empty_product_leaves_the_shelf(
    database: Database, tmp_path: Path
) -> None:
    imported(database.writing, tmp_path, "K-1,旧名水壶,家居,木白,39,4,,")
    report = imported(database.writing, tmp_path, "K-1,新名水壶,家居,木白,39,4,,")

    assert (report.created, report.updated) == (0, 1)
    with database.reading() as session:
        products = session.exec(select(Product).order_by(Product.title)).all()
        assert [(each.title, each.on_sale) for each in products] == [
            ("新名水壶", True),
            ("旧名水壶", False),
        ]
        assert len(session.exec(select(Variant)).all()) == 1


def test_a_missing_sku_is_the_same_at_every_import(database: Database, tmp_path: Path) -> None:
    line = ",搪瓷杯,家居,木白,29.9,3,颜色=白色；容量＝300ml,"
    imported(database.writing, tmp_path, line)
    report = imported(database.writing, tmp_path, line)

    assert report.unchanged == 1
    with database.reading() as session:
        [product] = session.exec(select(Product)).all()
        assert product.attributes == {"颜色": "白色", "容量": "300ml"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_is_read_in_every_encoding_that_excel_writes(
    database: Database, tmp_path: Path, encoding: str
) -> None:
    report = imported(
        database.writing,
        tmp_path,
        "¥1,搪瓷杯",
        header="Price , TITLE",
        encoding=encoding,
    )

    assert (report.created, report.rejected) == (1, [])
    with database.reading() as session:
        assert session.exec(select(Product.title)).all() == ["搪瓷杯"]


BAD_LINES = {
    "X-1,,家居,木白,29,3,,": "title",
    "X-1,杯子,家居,木白,,3,,": "price",
    "X-1,杯子,家居,木白,廿九,3,,": "price",
    "X-1,杯子,家居,木白,29.999,3,,": "price",
    "X-1,杯子,家居,木白,-1,3,,": "price",
    "X-1,杯子,家居,木白,nan,3,,": "price",
    "X-1,杯子,家居,木白,29,-3,,": "stock",
    "X-1,杯子,家居,木白,29,1.5,,": "stock",
    "X-1,杯子,家居,木白,29,²,,": "stock",
    "X-1,杯子,家居,木白,29,3,红色,": "attributes",
    "X-1,杯子,家居,木白,29,3,颜色=红;颜色=蓝,": "attributes",
    "X-1,杯子,家居,木白,29,3,,x.jpg,多了一列": "row",
    'X-1,"杯\n子",家居,木白,29,3,,': "title",
    f"X-1,{'杯' * 201},家居,木白,29,3,,": "title",
}


@pytest.mark.parametrize(("bad", "field"), BAD_LINES.items())
def test_a_bad_row_is_skipped_and_told_by_line_field_and_remedy(
    database: Database, tmp_path: Path, bad: str, field: str
) -> None:
    report = imported(database.writing, tmp_path, DRESS[0], "", bad, DRESS[1])

    assert report.created == 2
    [fault] = report.rejected
    assert (fault.line, fault.field) == (4, field)
    assert len(fault.message) > 5


def test_a_row_after_one_of_several_lines_is_counted_where_it_begins(
    database: Database, tmp_path: Path
) -> None:
    report = imported(database.writing, tmp_path, 'A,"两\n行",,,1,1,,', "B,,,,1,1,,")

    assert [fault.line for fault in report.rejected] == [2, 4]


def test_a_sku_counts_where_it_stands_first(database: Database, tmp_path: Path) -> None:
    report = imported(database.writing, tmp_path, DRESS[0], "D-1,另一件,女装,棠里,9,1,,")

    assert report.created == 1
    [fault] = report.rejected
    assert (fault.line, fault.field) == (3, "sku")
    assert "第2行" in fault.message


@pytest.mark.parametrize("header", ["sku,title", "title;price", "title,price,title", ""])
def test_a_header_that_cannot_be_used_is_refused_as_a_whole(
    database: Database, tmp_path: Path, header: str
) -> None:
    with pytest.raises(InvalidInput):
        imported(database.writing, tmp_path, "1,2,3", header=header)


def test_a_file_that_is_no_text_is_refused(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "picture.csv"
    file.write_bytes(b"\x89PNG\xff\xff\xff\x00")

    with pytest.raises(InvalidInput, match="编码"):
        import_products(database.writing, file, now=NOW)


def test_an_interrupted_import_keeps_its_thousands_and_is_repeated(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "many.csv"
    lines = [
        f"M-{number},杯子{number // 2},家居,木白,9.9,1,编号={number}," for number in range(2500)
    ]
    file.write_text("\n".join([HEADER, *lines]), encoding="utf-8")

    class Interrupted(Exception):
        pass

    def interrupt(_report: object) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        import_products(database.writing, file, now=NOW, on_progress=interrupt)
    with database.reading() as session:
        assert len(session.exec(select(Variant.id)).all()) == 1000

    report = import_products(database.writing, file, now=NOW)

    assert (report.created, report.updated, report.unchanged) == (1500, 0, 1000)
    with database.reading() as session:
        assert len(session.exec(select(Product.id)).all()) == 1250
        assert stock_is_the_sum_of_its_movements(session)


cells = st.tuples(
    st.sampled_from(["", "S1", "S2", "S3", "S4", "S5"]),
    st.sampled_from(["杯子", "裙子"]),
    st.sampled_from(["", "家居", "女装"]),
    st.sampled_from(["", "木白", "棠里"]),
    st.sampled_from(["1", "2.5", "2.5", "3", "错"]),
    st.sampled_from(["", "0", "7", "8", "-1"]),
    st.sampled_from(["", "颜色=红", "颜色=蓝;尺码=S"]),
    st.sampled_from(["", "a.jpg", "b.jpg"]),
)


@pytest.mark.slow
@given(first=st.lists(cells, max_size=6), second=st.lists(cells, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_any_files_leave_stock_explained_and_may_be_repeated(
    new_database_url: object,
    tmp_path: Path,
    first: list[tuple[str, ...]],
    second: list[tuple[str, ...]],
) -> None:
    database = Database(new_database_url())  # type: ignore[operator]
    try:
        for rows in (first, second):
            lines = [",".join(row) for row in rows]
            report = imported(database.writing, tmp_path, *lines)
            counted = report.created + report.updated + report.unchanged + len(report.rejected)
            assert counted == len(rows)
        again = imported(database.writing, tmp_path, *[",".join(row) for row in second])
        assert again.created == 0
        assert again.updated == 0
        with database.reading() as session:
            assert stock_is_the_sum_of_its_movements(session)
    finally:
        database.close()
