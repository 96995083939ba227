"""`python -m bot distribution`: promoters are appointed, withdrawals decided, terms set."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from sqlmodel import Session, select
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.database import Database
from commerce.distribution.tables import Withdrawal, WithdrawalState
from commerce.distribution.terms import get_terms
from tests.commerce.distribution.team import asks, available, with_available
from tests.commerce.shop import new_customer


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
    return CliRunner().invoke(app, ["distribution", *words])


def test_withdrawals_are_listed_approved_and_refused(shop: Database) -> None:
    with shop.writing() as session:
        people = [with_available(session, 5000) for _ in range(2)]
        first, second = (asks(session, each, 1250).withdrawal_no for each in people)
    listed = run("withdrawals").stdout.splitlines()
    assert [line.split("\t")[:3] for line in listed] == [
        [first, "asked", "¥12.5"],
        [second, "asked", "¥12.5"],
    ]

    ended = [run("approve", first), run("refuse", second, "--reason", "资料对不上")]

    assert [each.exit_code for each in ended] == [0, 0]
    assert run("refuse", first, "--reason", "晚了").exit_code != 0
    assert run("refuse", second).exit_code != 0, "a refusal says why"

    def states(session: Session) -> list[str]:
        return list(session.exec(select(Withdrawal.state).order_by(Withdrawal.withdrawal_no)))

    with shop.reading() as session:
        assert set(states(session)) == {WithdrawalState.APPROVED, WithdrawalState.REFUSED}
        assert [available(session, each) for each in people] == [3750, 5000]


def test_promoters_are_appointed_and_stopped(shop: Database) -> None:
    with shop.writing() as session:
        customer = str(new_customer(session))

    appointed = run("appoint", customer).stdout
    stopped = run("stop", customer, "--reason", "发小广告").stdout

    code = appointed.split("\t")[0]
    assert appointed == f"{code}\tactive\t顾客{customer}\n"
    assert stopped == run("promoters").stdout == f"{code}\tstopped\t顾客{customer}\n"


def test_terms_are_shown_and_changed_with_a_reason(shop: Database) -> None:
    assert "first_bp\t1000\n" in run("terms").stdout

    changed = run("terms", "--first", "12.5", "--withdraw-min", "5", "--reason", "双十二")

    assert "first_bp\t1250\n" in changed.stdout
    assert run("terms", "--first", "3").exit_code != 0, "without a reason"
    assert run("terms", "--first", "1.234", "--reason", "x").exit_code != 0
    with shop.reading() as session:
        terms = get_terms(session)
    assert (terms.first_bp, terms.withdraw_min) == (1250, 500)


def test_what_needs_two_people_is_not_approved_by_one_at_the_machine(shop: Database) -> None:
    with shop.writing() as session:
        large = asks(session, with_available(session, 50_000), 20_100).withdrawal_no

    refused = run("approve", large)

    assert refused.exit_code != 0
    with shop.reading() as session:
        states = session.exec(select(Withdrawal.state)).all()
    assert list(states) == [WithdrawalState.ASKED]
