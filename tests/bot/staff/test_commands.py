"""`python -m bot staff` and `python -m bot audit` on a shop of their own."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from bot.clock import real_now
from bot.database import Database
from bot.settings import Settings, load_settings
from bot.staff import authenticators, demo, passwords, people
from bot.staff.commands import audit, staff

runner = CliRunner()


@pytest.fixture
def settings(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """The settings of the commands: this test's own database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOP_DATABASE_URL", database_url)
    monkeypatch.setenv("SHOP_VAR_FOLDER", str(tmp_path / "var"))
    monkeypatch.setenv("SHOP_FIELD_KEYS", "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield load_settings()
    structlog.reset_defaults()  # The commands log to what is their output here.
    root.handlers[:] = handlers
    root.setLevel(level)


def run(app: object, *words: str, typed: str = "") -> tuple[int, str]:
    """Type a command; its status and what it printed."""
    result = runner.invoke(app, list(words), input=typed)  # type: ignore[arg-type]
    return result.exit_code, result.output


def test_the_first_owner_is_taken_on_from_the_command_line(
    settings: Settings, database: Database
) -> None:
    typed = "a long password\na long password\n"
    status, said = run(staff, "add", "boss", "--name", "王掌柜", "--role", "owner", typed=typed)

    assert status == 0
    assert "otpauth://totp/" in said
    assert "a long password" not in said
    with database.reading() as session:
        boss = people.find_by_login(session, "boss")
    assert boss is not None
    assert passwords.fits(boss.password_hash, "a long password")
    assert "boss" in run(staff, "list")[1]
    assert run(audit, "verify") == (0, "操作记录1条，全部完好\n")


def test_somebody_who_left_is_disabled_and_reset_brings_them_back(
    settings: Settings, database: Database
) -> None:
    run(staff, "add", "boss", "--name", "王", "--role", "owner", "--password", "a long password")
    run(staff, "add", "chen", "--name", "小陈", "--password", "a long password")

    assert run(staff, "disable", "boss")[0] == 1
    assert run(staff, "disable", "nobody")[0] == 1
    assert run(staff, "disable", "chen")[0] == 0
    assert "disabled" in run(staff, "list")[1]

    assert run(staff, "reset", "chen", "--password", "another long one")[0] == 0
    with database.reading() as session:
        chen = people.find_by_login(session, "chen")
    assert chen is not None
    assert chen.is_active
    assert passwords.fits(chen.password_hash, "another long one")


@pytest.mark.parametrize("password", ["short", "88888888", "aaaaaaaaaa"])
def test_a_password_that_is_guessed_easily_is_refused(settings: Settings, password: str) -> None:
    status, said = run(staff, "add", "boss", "--name", "王", "--password", password)

    assert status == 1
    assert "密码" in said


def test_demo_people_get_a_password_once_and_keep_it(
    settings: Settings, database: Database
) -> None:
    now = real_now()
    with database.writing() as session:
        assert demo.seed_people(session, settings, now) == len(demo.DEMO)
    first = demo.read_passwords(settings)
    with database.writing() as session:
        assert demo.seed_people(session, settings, now) == 0

    assert demo.read_passwords(settings) == first
    assert demo.file_of(settings).stat().st_mode & 0o077 == 0
    with database.reading() as session:
        owner = people.find_by_login(session, "owner")
    assert owner is not None
    assert passwords.fits(owner.password_hash, first["owner"])
    code = run(staff, "code", "owner")[1].strip()
    assert len(code) == authenticators.DIGITS
    assert code.isdigit()


def test_there_are_no_demo_people_in_production(settings: Settings) -> None:
    in_production = settings.model_copy(update={"environment": "production"})

    assert not demo.is_demo(in_production)
