"""How fast the catalogue is searched, beside FTS5 and LIKE on the same products.

Ours is timed as a customer has it: words cut, filters applied, the index asked, five products with
their variants read from the database. FTS5 (jieba's words, bm25) and LIKE get the words already
cut, no filters, and read only five titles: what is compared favours them.

    python -m tests.benchmarks.search --sizes 10000 100000
"""

import argparse
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlmodel import SQLModel

import commerce.models  # noqa: F401 - the tables
from bot.database import Database
from bot.search import ShopSearch
from bot.tokenise import ChineseTokeniser
from commerce.catalogue.importing import import_products
from commerce.catalogue.indexing import rebuild
from commerce.catalogue.product_rows import COLUMNS
from commerce.catalogue.words import fold, needed
from tests.benchmarks.catalogue import Wanted, offers, wishes

SIZES: Final = (10_000, 100_000, 1_000_000)
WISHES: Final = 400
SHOWN: Final = 5
SLOW_WISHES: Final = 40
"""LIKE takes seconds at a million: it is asked fewer times."""

NOW: Final = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one way of searching at one size."""

    engine: str
    products: int
    p50: float
    p99: float
    found: float
    """Share of the wishes that found anything."""


@dataclass(frozen=True, slots=True)
class Loading:
    """What it took to fill the shop."""

    products: int
    rows: int
    import_seconds: float
    index_seconds: float
    index_megabytes: float


type Report = Callable[[Timing | Loading], None]


def run(report: Report, sizes: Sequence[int] = SIZES) -> None:
    """Measure every engine at every size, smallest first; `report` gets each result at once."""
    folder = Path(tempfile.mkdtemp(prefix="search-bench-"))
    try:
        tokenise = ChineseTokeniser(folder / "jieba")
        for size in sizes:
            _measure(size, folder / str(size), tokenise, report)
    finally:
        shutil.rmtree(folder)


def _measure(size: int, folder: Path, tokenise: ChineseTokeniser, report: Report) -> None:
    folder.mkdir()
    database = Database(f"sqlite:///{folder / 'shop.db'}")
    try:
        SQLModel.metadata.create_all(database.engine)
        search = ShopSearch(folder / "search", tokenise=tokenise)
        report(_load(size, folder, database, search))
        wanted = wishes(WISHES)
        report(_time("ours", size, wanted, _ours(database, search)))
        words = {each: needed(tokenise(fold(each.words))) for each in wanted}
        with sqlite3.connect(folder / "shop.db") as shop:
            _fill_fts5(shop, tokenise)
            report(_time("FTS5 bm25", size, wanted, _fts5(shop, words)))
            report(_time("LIKE", size, wanted[:SLOW_WISHES], _like(shop, words)))
    finally:
        database.close()
        shutil.rmtree(folder)


def _load(size: int, folder: Path, database: Database, search: ShopSearch) -> Loading:
    file = folder / "products.csv"
    rows = 0
    with file.open("w", encoding="utf-8") as lines:
        lines.write(",".join(COLUMNS) + "\n")
        for offer in offers(size):
            for line in offer.lines():
                lines.write(line + "\n")
                rows += 1
    began = time.perf_counter()
    outcome = import_products(database.writing, file, now=NOW)
    imported = time.perf_counter()
    if outcome.created != rows:
        raise AssertionError(f"{rows - outcome.created} rows were not taken")
    with database.reading() as session:
        rebuild(session, search.index)
    indexed = time.perf_counter()
    on_disk = sum(each.stat().st_size for each in search.index.folder.iterdir())
    return Loading(size, rows, imported - began, indexed - imported, on_disk / 1e6)


def _time(engine: str, size: int, wanted: Sequence[Wanted], ask: Callable[[Wanted], int]) -> Timing:
    for each in wanted[:10]:
        ask(each)
    taken: list[float] = []
    found = 0
    for each in wanted:
        began = time.perf_counter()
        found += ask(each) > 0
        taken.append((time.perf_counter() - began) * 1000)
    p99 = statistics.quantiles(taken, n=100, method="inclusive")[98]
    return Timing(engine, size, statistics.median(taken), p99, found / len(wanted))


def _ours(database: Database, search: ShopSearch) -> Callable[[Wanted], int]:
    def ask(wanted: Wanted) -> int:
        wish = search.wish_from(
            {
                "product": wanted.words,
                "color": wanted.color,
                "price_max": wanted.price_max,
                "brand": wanted.brand,
            }
        )
        with database.reading() as session:
            return len(search.search(session, wish, SHOWN).products)

    return ask


def _fill_fts5(shop: sqlite3.Connection, tokenise: ChineseTokeniser) -> None:
    shop.execute("CREATE VIRTUAL TABLE found USING fts5(words, content='', tokenize='unicode61')")
    titles: Iterable[tuple[int, str]] = shop.execute("SELECT id, title FROM product")
    shop.executemany(
        "INSERT INTO found(rowid, words) VALUES (?, ?)",
        ((number, " ".join(tokenise(fold(title)))) for number, title in titles),
    )
    shop.commit()


def _fts5(shop: sqlite3.Connection, words: dict[Wanted, list[str]]) -> Callable[[Wanted], int]:
    statement = (
        "SELECT product.id, title FROM product JOIN (SELECT rowid AS id FROM found"
        " WHERE found MATCH ? ORDER BY rank LIMIT ?) AS best ON best.id = product.id"
    )

    def ask(wanted: Wanted) -> int:
        match = " AND ".join(f'"{word}"' for word in words[wanted])
        return len(shop.execute(statement, (match, SHOWN)).fetchall())

    return ask


def _like(shop: sqlite3.Connection, words: dict[Wanted, list[str]]) -> Callable[[Wanted], int]:
    def ask(wanted: Wanted) -> int:
        patterns = [f"%{word}%" for word in words[wanted]]
        where = " AND ".join("title LIKE ?" for _ in patterns)
        statement = f"SELECT id, title FROM product WHERE {where} ORDER BY sales DESC LIMIT ?"  # noqa: S608
        return len(shop.execute(statement, (*patterns, SHOWN)).fetchall())

    return ask


def _print(result: Timing | Loading) -> None:
    if isinstance(result, Loading):
        print(  # noqa: T201
            f"{result.products:>9,} products: {result.rows / result.import_seconds:,.0f} rows/s"
            f" imported, indexed in {result.index_seconds:.1f} s, {result.index_megabytes:.0f} MB"
        )
    else:
        print(  # noqa: T201
            f"{result.products:>9,} {result.engine:<10} p50 {result.p50:9.3f} ms"
            f"  p99 {result.p99:9.3f} ms  found {result.found:.0%}"
        )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    run(_print, arguments.parse_args().sizes)
