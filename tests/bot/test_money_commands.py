"""`reconcile` and `ledger statement`: what an operator reads, and how the commands end."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from sqlmodel import Session, text
from typer.testing import CliRunner, Result

from bot import migrations
from bot.cli import app
from bot.database import Database
from commerce.inserting import id_of
from commerce.payments.refunds import request_refund
from tests.commerce import shop

pytestmark = pytest.mark.slow

URL = "sqlite:///var/shop.db"


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A shop of its own that has sold one pair of slippers; every change is committed at once."""
    monkeypatch.setenv("SHOP_DATABASE_URL", URL)
    monkeypatch.setenv("SHOP_ENVIRONMENT", "development")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").mkdir()
    migrations.upgrade(URL)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    database = Database(URL)
    with database.writing() as session:
        order = shop.place(session, shop.new_customer(session), {shop.put_on_sale(session): 1})
        payment = shop.begin_to_pay(session, order)
        shop.pay(session, payment)
        request_refund(session, id_of(payment), 900, "少发一件", shop.NOW)
        session.execute(text("UPDATE refund SET state = 'processing'"))
    with database.reading() as session:
        yield session
    database.close()
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def change(sql: str) -> None:
    database = Database(URL)
    with database.writing() as session:
        session.execute(text(sql))
    database.close()


def test_books_that_agree_end_well(session: Session) -> None:
    change("UPDATE refund SET created_at = '2099-01-01'")

    told = run("reconcile")

    assert (told.exit_code, told.stdout) == (0, "全部对得上。\n")


def test_what_does_not_agree_is_listed_until_it_is_accepted(session: Session) -> None:
    change("UPDATE refund SET created_at = '2099-01-01'")
    change("UPDATE variant SET stock = 12")

    told = run("reconcile")
    assert told.exit_code == 1
    assert "库存和出入记录对不上" in told.stdout
    assert "12件" in told.stdout

    as_json = run("reconcile", "--json")
    [row] = [json.loads(line) for line in as_json.stdout.splitlines()]
    assert (row["kind"], row["ours"], row["theirs"]) == ("stock", 12, 9)

    without_note = run("reconcile", "--accept", str(row["id"]))
    assert (without_note.exit_code, "写明原因" in without_note.stderr) == (2, True)
    assert run("reconcile", "--accept", str(row["id"]), "--note", "月底盘点").exit_code == 0
    assert run("reconcile").exit_code == 0


def test_the_bill_of_today_is_not_to_be_had(session: Session) -> None:
    told = run("reconcile", "--day", "2999-01-01")

    assert told.exit_code == 2
    assert "Traceback" not in told.stderr


def test_any_account_has_its_statement(session: Session) -> None:
    of_shop = run("ledger", "statement", "shop_sales")
    assert of_shop.exit_code == 0
    assert of_shop.stdout.split("应退 少发一件")[1].split()[1:4:2] == ["-¥9", "¥30"]

    owed = run("ledger", "statement", "refund_owed", "1", "--json")
    [line] = [json.loads(each) for each in owed.stdout.splitlines()]
    assert (line["kind"], line["amount"], line["balance"]) == ("refund_promised", 900, 900)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sheep",), "没有sheep这种账户"),
        (("points",), "要写明顾客编号"),
        (("shop_money", "1"), "不属于哪位顾客"),
    ],
)
def test_an_account_that_there_is_not_is_refused(
    session: Session, words: tuple[str, ...], told: str
) -> None:
    refused = run("ledger", "statement", *words)

    assert (refused.exit_code, told in refused.stderr) == (2, True)
