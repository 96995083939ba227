"""`ship-orders`: what an operator reads, and how the command ends."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from sqlmodel import select
from typer.testing import CliRunner, Result

from bot import migrations
from bot.cli import app
from bot.database import Database
from commerce.parcels.tables import Parcel
from tests.commerce import shop

pytestmark = pytest.mark.slow

URL = "sqlite:///var/shop.db"


@pytest.fixture
def order_no(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The number of a paid order in a shop of its own."""
    monkeypatch.setenv("SHOP_DATABASE_URL", URL)
    monkeypatch.setenv("SHOP_ENVIRONMENT", "development")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").mkdir()
    migrations.upgrade(URL)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    database = Database(URL)
    with database.writing() as session:
        order = shop.place(session, shop.new_customer(session), {shop.put_on_sale(session): 1})
        shop.pay(session, shop.begin_to_pay(session, order))
        number = order.order_no
    database.close()
    yield number
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["ship-orders", *words])


def sent() -> list[str]:
    database = Database(URL)
    try:
        with database.reading() as session:
            return list(session.exec(select(Parcel.tracking_no)))
    finally:
        database.close()


def written(*rows: str) -> str:
    Path("orders.csv").write_text("\n".join(["order_no,carrier,tracking_no", *rows]))
    return "orders.csv"


def test_a_file_is_shipped_and_may_be_repeated(order_no: str) -> None:
    file = written(f"{order_no},圆通,YT8800000000001")

    first, again = run(file), run(file)

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "发出1个包裹" in first.stderr
    assert "发出0个包裹，已录过1个" in again.stderr
    assert sent() == ["YT8800000000001"]


def test_a_dry_run_says_so_and_ships_nothing(order_no: str) -> None:
    result = run(written(f"{order_no},圆通,YT8800000000001"), "--dry-run")

    assert result.exit_code == 0
    assert "什么都没有改。会发出1个包裹" in result.stderr
    assert sent() == []


def test_skipped_rows_are_read_by_line_and_end_the_command_with_1(order_no: str) -> None:
    file = written(f"{order_no},[red]飞毛腿,YT8800000000001", f"{order_no},yto,YT8800000000002")

    result = run(file, "--rejected", "rejected.csv")

    assert result.exit_code == 1
    assert "第2行 carrier" in result.stderr
    assert "[red]飞毛腿" in result.stderr
    assert sent() == ["YT8800000000002"]
    assert "飞毛腿" in Path("rejected.csv").read_text("utf-8-sig")


def test_a_file_that_is_none_of_tracking_numbers_is_refused(order_no: str) -> None:
    Path("orders.csv").write_text("a,b\n1,2\n")

    result = run("orders.csv")

    assert result.exit_code == 2
    assert "表头缺少必填的列" in result.stderr
