"""`python -m bot counter`: a clerk redeems a code, an operator enters invoices."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from sqlmodel import Session, select
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.database import Database
from commerce.invoices.tables import Invoice, InvoiceState
from commerce.pickup.tables import PickupTries
from tests.commerce.invoices.asking import COMPANY, LINK, asks, paid_order
from tests.commerce.pickup.stores import open_store, paid_to_fetch


@pytest.fixture
def shop(
    database_url: str, monkeypatch: pytest.MonkeyPatch, database: Database, tmp_path: Path
) -> Iterator[Database]:
    """A shop that the commands work on; logs are as they were afterwards."""
    monkeypatch.setenv("SHOP_DATABASE_URL", database_url)
    monkeypatch.setenv("SHOP_FIELD_KEYS", "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    monkeypatch.setenv("SHOP_ENVIRONMENT", "development")
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield database
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["counter", *words])


def test_a_clerk_is_told_what_to_hand_over_and_the_second_time_that_it_is_gone(
    shop: Database,
) -> None:
    with shop.writing() as session:
        store = open_store(session)
        _, code = paid_to_fetch(session, store, pieces=2)

    first, second = run("redeem", str(store), code), run("redeem", str(store), code)

    assert (first.exit_code, second.exit_code) == (0, 1)
    assert "云朵拖鞋\t\t2" in first.stdout
    assert "已经核销过" in second.output


def test_a_wrong_code_stays_counted(shop: Database) -> None:
    with shop.writing() as session:
        store = open_store(session)

    told = run("redeem", str(store), "00000000")

    assert (told.exit_code, "没有这个取货码" in told.output) == (1, True)
    with shop.reading() as session:
        assert session.exec(select(PickupTries)).one().tries == 1


def test_an_invoice_is_listed_entered_and_listed_no_more(shop: Database) -> None:
    def ask(session: Session) -> str:
        order = paid_order(session, 12345)
        asks(session, order)
        return order.order_no

    with shop.writing() as session:
        order_no = ask(session)

    waiting = run("invoices").stdout
    assert all(each in waiting for each in (order_no, "¥123.45", COMPANY.title, COMPANY.tax_no))
    wrong = run("invoice-issued", order_no, "1" * 20, LINK, "100")
    assert (wrong.exit_code, "¥123.45" in wrong.output) == (2, True)
    assert run("invoice-issued", order_no, "1" * 20, LINK, "123.45").exit_code == 0

    assert order_no not in run("invoices").stdout
    with shop.reading() as session:
        assert session.exec(select(Invoice)).one().state == InvoiceState.ISSUED


def test_the_commands_tell_how_they_are_used() -> None:
    assert "invoice-flushed" in run("--help").output
