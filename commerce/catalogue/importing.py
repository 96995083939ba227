"""Taking a product file into the catalogue: a transaction a thousand rows, repeatable."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from pathlib import Path
from typing import Final

from sqlmodel import Session, select

from commerce.catalogue.merging import Merge
from commerce.catalogue.product_rows import ProductRow, read_rows
from commerce.compliance import TextKind, lint, told
from commerce.csv_files import RowFault, open_csv
from commerce.freight.tables import FreightTemplate

ROWS_A_TRANSACTION: Final = 1_000

type Writing = Callable[[], AbstractContextManager[Session]]
"""Begins a transaction that commits at the end of its block."""

__all__ = ["ImportReport", "RowFault", "Writing", "import_products"]


@dataclass(slots=True)
class ImportReport:
    """What an import did, counted in rows: each is one variant."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[RowFault] = field(default_factory=list)
    """In the order of the file."""
    warned: list[RowFault] = field(default_factory=list)
    """Titles that break a rule of advertising, each where it stands first. Their rows are taken:
    a title may rightly quote (a book's name, an award), and the goods are worth more than a word.
    """


def import_products(
    writing: Writing,
    path: Path,
    *,
    now: datetime,
    on_progress: Callable[[ImportReport], None] | None = None,
) -> ImportReport:
    """Take over a product file; what is in the shop already changes only where the file differs.

    Rows with equal title and brand become variants of one product. A row's stock is what there is
    now; the difference is booked. An empty cell leaves what the shop knows. Bad rows are skipped
    and reported, doubtful titles reported only. An interrupted import keeps its finished
    thousands, and may simply be repeated. Raises InvalidInput when the file as a whole cannot be
    read.
    """
    report = ImportReport()
    with open_csv(path) as file:
        usable = _read_through(
            _sent_as_known(_usable(read_rows(file), report), writing, report), report
        )
        for rows in batched(usable, ROWS_A_TRANSACTION):
            with writing() as session:
                merge = Merge(session, rows, now)
                merge.run()
            report.created += merge.created
            report.updated += merge.updated
            report.unchanged += merge.unchanged
            if on_progress is not None:
                on_progress(report)
    return report


def _sent_as_known(
    rows: Iterator[ProductRow], writing: Writing, report: ImportReport
) -> Iterator[ProductRow]:
    """The rows whose freight template exists; templates are read when a row first names one."""
    known: set[str] | None = None
    for row in rows:
        if row.freight and known is None:
            with writing() as session:
                known = set(session.exec(select(FreightTemplate.name)))
        if row.freight and row.freight not in (known or ()):
            message = f"没有叫“{row.freight}”的运费模板，请先建好，或把这一格留空"
            report.rejected.append(RowFault(row.line, "freight", message))
        else:
            yield row


def _read_through(rows: Iterator[ProductRow], report: ImportReport) -> Iterator[ProductRow]:
    """All the rows; what their titles should not say is noted."""
    before = ""
    doubtful: set[str] = set()
    for row in rows:
        if row.title != before and row.title not in doubtful:
            faults = [each for each in lint(row.title, TextKind.TITLE) if each.blocks]
            report.warned += [RowFault(row.line, "title", told(each)) for each in faults]
            if faults:
                doubtful.add(row.title)
        before = row.title
        yield row


def _usable(rows: Iterator[ProductRow | RowFault], report: ImportReport) -> Iterator[ProductRow]:
    """The rows without fault; a sku counts where it stands first."""
    lines: dict[str, int] = {}
    for row in rows:
        if isinstance(row, RowFault):
            report.rejected.append(row)
            continue
        first = lines.setdefault(row.sku, row.line)
        if first == row.line:
            yield row
        else:
            message = f"与第{first}行是同一个规格（sku {row.sku}），请删除其中一行"
            report.rejected.append(RowFault(row.line, "sku", message))
