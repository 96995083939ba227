"""Product files for tests, written as an operator would write them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func
from sqlmodel import Session, col, select

from commerce.catalogue.importing import ImportReport, import_products
from commerce.catalogue.tables import StockMovement, Variant

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HEADER = "sku,title,category,brand,price,stock,attributes,image"

type Writing = Callable[[], AbstractContextManager[Session]]


def imported(
    writing: Writing,
    folder: Path,
    *lines: str,
    header: str = HEADER,
    encoding: str = "utf-8",
) -> ImportReport:
    """The report of importing a file with these lines."""
    file = folder / "products.csv"
    file.write_bytes("\n".join([header, *lines, ""]).encode(encoding))
    return import_products(writing, file, now=NOW)


def stock_is_the_sum_of_its_movements(session: Session) -> bool:
    """Whether every variant's stock is explained, to the piece."""
    booked = (
        select(func.coalesce(func.sum(StockMovement.change), 0))
        .where(col(StockMovement.variant_id) == col(Variant.id))
        .scalar_subquery()
    )
    return session.exec(select(Variant.id).where(col(Variant.stock) != booked)).all() == []


def cut_into_characters(text: str) -> list[str]:
    """A tokenizer for tests that need none: words between spaces, and single characters."""
    return [*text.split(), *(character for character in text if not character.isspace())]
