"""Weights, volumes and freight templates in a product file: read where it has them."""

from pathlib import Path

import pytest
from sqlmodel import select

from bot.database import Database
from commerce.catalogue.tables import Product, Variant
from commerce.freight.templates import save_template
from commerce.inserting import id_of
from tests.commerce.catalogue.products import NOW, imported
from tests.commerce.freight.shop import HEAVY

HEADER = "sku,title,price,weight,volume,freight"


@pytest.fixture
def heavy(database: Database) -> int:
    with database.writing() as session:
        return id_of(save_template(session, HEAVY, NOW))


def sizes(database: Database) -> list[tuple[int, int, int | None]]:
    with database.reading() as session:
        template = {
            each.id: each.freight_template_id for each in session.exec(select(Product)).all()
        }
        variants = session.exec(select(Variant).order_by(Variant.sku)).all()
        return [(each.weight, each.volume, template[each.product_id]) for each in variants]


@pytest.mark.database
def test_sizes_are_kept_and_empty_cells_leave_them(
    database: Database, tmp_path: Path, heavy: int
) -> None:
    first = imported(
        database.writing, tmp_path, "A,大米,45,5200,9000,重货", "B,香皂,9,,,", header=HEADER
    )
    assert (first.created, first.rejected) == (2, [])
    assert sizes(database) == [(5200, 9000, heavy), (0, 0, None)]

    again = imported(database.writing, tmp_path, "A,大米,45,,,", header=HEADER)
    plain = imported(database.writing, tmp_path, "A,大米,45", header="sku,title,price")
    other = imported(database.writing, tmp_path, "A,大米,45,5000,,", header=HEADER)

    assert [each.unchanged for each in (again, plain)] == [1, 1]
    assert (other.updated, other.unchanged) == (1, 0)
    assert sizes(database)[0] == (5000, 9000, heavy)


@pytest.mark.parametrize(
    ("cells", "field", "words"),
    [
        ("-1,,", "weight", "重量"),
        ("1.5,,", "weight", "重量"),
        (",10000001,", "volume", "体积"),
        (",,没有的", "freight", "没有叫“没有的”的运费模板"),
    ],
)
def test_a_size_that_cannot_be_is_reported_by_its_line(
    database: Database, tmp_path: Path, cells: str, field: str, words: str
) -> None:
    report = imported(
        database.writing, tmp_path, "B,香皂,9,1,1,", f"A,大米,45,{cells}", header=HEADER
    )

    assert report.created == 1
    assert [(each.line, each.field) for each in report.rejected] == [(3, field)]
    assert words in report.rejected[0].message
