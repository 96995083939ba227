"""Whatever stands in a command's way is told in a sentence; no operator reads a traceback."""

import contextlib
import logging
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from typer.testing import CliRunner, Result

from bot import migrations
from bot.cli import app
from bot.seeds import PRODUCTS_CSV

KEYS = {
    "SHOP_FIELD_KEYS": "k1:" + "A" * 43 + "=",
    "SHOP_SESSION_SECRET": "a secret of the tests",
    "SHOP_PAY_API_V3_KEY": "0123456789abcdef0123456789abcdef",
    "SHOP_PAY_PRIVATE_KEY_FILE": "key.pem",
    "SHOP_PAY_PUBLIC_KEY_ID": "PUB_KEY_ID_1",
    "SHOP_PAY_PUBLIC_KEY_FILE": "key.pem",
}
MIGRATE = "run `python -m bot migrate`"
NO_URL = "SHOP_DATABASE_URL: not in SQLAlchemy's form"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation's folder without settings; logs are as they were afterwards."""
    for name in os.environ:
        if name.startswith("SHOP_") or name == "PORT":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").mkdir()
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "header.csv").write_text("a,b\n1,2\n")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00bad")
    (tmp_path / "key.pem").write_text("no key")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield tmp_path
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def shop(folder: Path) -> Path:
    """The same with an empty shop's database."""
    migrations.upgrade("sqlite:///var/shop.db")
    return folder


def public_pem() -> bytes:
    key = rsa.generate_private_key(65537, 2048).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def run(*words: str, **environment: str) -> Result:
    return CliRunner().invoke(app, words, env=environment)


def assert_refused(result: Result, *words: str) -> None:
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    for each in words:
        assert each in result.stderr


@pytest.mark.parametrize("file", ["empty.csv", "header.csv", "binary.csv"])
@pytest.mark.usefixtures("shop")
def test_a_file_that_is_no_product_file_is_refused(file: str) -> None:
    result = run("import-products", file)

    assert_refused(result)
    assert any("一" <= letter <= "鿿" for letter in result.stderr.splitlines()[-1])


@pytest.mark.parametrize(
    "command",
    [("import-products", str(PRODUCTS_CSV)), ("search", "耳机", "--keyword-only")],
    ids=["import", "search"],
)
def test_a_database_without_tables_is_to_be_migrated(command: tuple[str, ...]) -> None:
    assert_refused(run(*command), MIGRATE)


@pytest.mark.parametrize(
    "command",
    [
        ("migrate",),
        ("seed",),
        ("import-products", str(PRODUCTS_CSV)),
        ("search", "耳机", "--keyword-only"),
    ],
    ids=lambda command: command[0],
)
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", NO_URL),
        ("sqlite:////proc/nowhere/shop.db", "/proc/nowhere|unable to open"),
        ("postgresql://u:canary@127.0.0.1:1/shop", "SHOP_DATABASE_URL: the database says"),
    ],
    ids=["nonsense", "no folder", "nobody listens"],
)
def test_a_database_that_cannot_be_opened_is_named(
    command: tuple[str, ...], url: str, words: str
) -> None:
    result = run(*command, SHOP_DATABASE_URL=url)

    assert_refused(result)
    assert any(each in result.stderr for each in words.split("|")), result.stderr
    assert "canary" not in result.output


def test_a_database_of_an_unknown_revision_is_refused(shop: Path) -> None:
    with contextlib.closing(sqlite3.connect(shop / "var/shop.db", autocommit=True)) as books:
        books.execute("update alembic_version set version_num = 'unheard-of'")

    assert_refused(run("migrate"), "unheard-of")


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize("name", KEYS)
def test_nothing_is_served_without_its_keys(command: str, name: str) -> None:
    keys = {key: value for key, value in KEYS.items() if key != name}

    assert_refused(run(command, **keys), f"{name}: is not set", "`python -m bot.sandbox keys`")


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHOP_FIELD_KEYS", "bare-canary"),
        ("SHOP_FIELD_KEYS", "k1:canary"),
        ("SHOP_PAY_API_V3_KEY", "canary"),
        ("SHOP_PAY_PUBLIC_KEY_FILE", "key.pem"),
        ("SHOP_PAY_PUBLIC_KEY_FILE", "nowhere.pem"),
        ("SHOP_PAY_PRIVATE_KEY_FILE", "var"),
    ],
)
def test_a_key_that_cannot_be_used_is_named_and_not_shown(
    command: str, name: str, value: str
) -> None:
    result = run(command, **{**KEYS, name: value})

    assert_refused(result, name)
    assert "canary" not in result.output


def test_a_sandbox_file_without_its_keys_says_how_to_make_them(folder: Path) -> None:
    (folder / "public.pem").write_bytes(public_pem())
    (folder / "var/sandbox.env").write_text("SHOP_NAME=sandbox\n")

    result = run("serve", **{**KEYS, "SHOP_PAY_PUBLIC_KEY_FILE": "public.pem"})

    assert_refused(result, "is not set: run `python -m bot.sandbox keys`")


@pytest.mark.parametrize("command", ["parse", "search"])
def test_a_file_that_is_not_utf_8_is_named(command: str) -> None:
    assert_refused(run(command, "--file", "binary.csv", "--keyword-only"), "binary.csv", "UTF-8")


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "seed", "doctor", "chat"])
def test_a_wrong_setting_stops_every_command_before_it_does_anything(
    command: str, folder: Path
) -> None:
    assert_refused(run(command, SHOP_REPLY_PATIENCE="soon"), "SHOP_REPLY_PATIENCE: ")

    assert list((folder / "var").iterdir()) == []


@pytest.mark.slow
@pytest.mark.usefixtures("shop")
def test_a_search_without_a_hit_says_so_beside_its_output() -> None:
    result = run("search", "耳机", "--keyword-only")

    assert result.exit_code == 0, result.exception
    assert "Nothing found" in result.stderr
    assert result.stdout == ""


def test_a_fault_of_our_own_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(migrations, "upgrade", fail)

    assert isinstance(run("migrate").exception, ZeroDivisionError)
