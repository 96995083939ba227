"""`source add` and `source list`: what an operator enters, reads and gets to print."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from bot import migrations
from bot.cli import app
from bot.database import Database
from commerce.sources.coming import note_came
from tests.commerce import shop

pytestmark = pytest.mark.slow

URL = "sqlite:///var/shop.db"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A shop of its own."""
    monkeypatch.setenv("SHOP_DATABASE_URL", URL)
    monkeypatch.setenv("SHOP_ENVIRONMENT", "development")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").mkdir()
    migrations.upgrade(URL)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    database = Database(URL)
    yield database
    database.close()
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def test_a_code_is_entered_renamed_and_counted(database: Database) -> None:
    run("source", "add", "door", "--name", "店门口")
    told = run("source", "add", "door", "--name", "文三路店门口")
    with database.writing() as session:
        customer = shop.new_customer(session)
        note_came(session, customer, "door", shop.NOW)
        order = shop.place(session, customer, {shop.put_on_sale(session): 1})
        shop.pay(session, shop.begin_to_pay(session, order))

    (row,) = (json.loads(line) for line in run("source", "list", "--json").stdout.splitlines())
    table = run("source", "list").stdout

    assert told.exit_code == 0
    assert "src_door" in told.stdout
    assert row == {
        "code": "door",
        "name": "文三路店门口",
        "kind": "oa",
        "visits": 1,
        "customers": 1,
        "follows": 0,
        "orders": 1,
        "paid": order.payable,
    }
    assert "文三路店门口" in table
    assert "¥39" in table


def test_a_code_that_cannot_be_printed_is_refused(database: Database) -> None:
    told = run("source", "add", "店门口", "--name", "店门口")

    assert told.exit_code == 2
    assert "小写字母" in told.output
    assert run("source", "list", "--json").stdout == ""
