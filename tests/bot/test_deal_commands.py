"""`python -m bot deals`: what an operator writes, lists and switches."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from sqlmodel import Session, select
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.counter import ACTOR
from bot.database import Database
from bot.seeds import BARGAINS_FILE, FLASH_SALES_FILE
from commerce.bargains.importing import read_bargains
from commerce.bargains.tables import BargainActivity
from commerce.catalogue.tables import Variant
from commerce.flash_sales.importing import read_sales
from tests.commerce.shop import NOW, put_on_sale

FILE = """
[[sale]]
key = "double12"
name = "双12专场"
starts_at = 2099-12-12T20:00:00
ends_at = 2099-12-12T22:00:00
items = [{ sku = "SLIPPERS", price = "19", pieces = 5 }]

[[bargain]]
key = "slippers"
name = "拖鞋好友价"
sku = "SLIPPERS"
floor = "9"
helpers = 3
hours = 24
"""


@pytest.fixture
def shop(
    database_url: str, monkeypatch: pytest.MonkeyPatch, database: Database, tmp_path: Path
) -> Iterator[Database]:
    """A shop with slippers that the commands work on; logs are as they were afterwards."""
    monkeypatch.setenv("SHOP_DATABASE_URL", database_url)
    monkeypatch.setenv("SHOP_FIELD_KEYS", "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    monkeypatch.setenv("SHOP_ENVIRONMENT", "development")
    monkeypatch.chdir(tmp_path)
    with database.writing() as session:
        session.get_one(Variant, put_on_sale(session)).sku = "SLIPPERS"
    (tmp_path / "deals.toml").write_text(FILE, encoding="utf-8")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield database
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["deals", *words])


def activity(session: Session) -> BargainActivity:
    return session.exec(select(BargainActivity)).one()


def test_a_file_is_imported_listed_and_changed(shop: Database) -> None:
    assert [run("import", "deals.toml").exit_code for _ in range(2)] == [0, 0]

    sale, bargain = run("list").stdout.splitlines()

    assert sale.split("\t") == [
        *("秒杀", "1", "double12", "双12专场", "12-12 20:00–12-12 22:00", "已计划")
    ]
    assert bargain.split("\t") == ["砍价", "1", "slippers", "拖鞋好友价", "底价¥9 3人", "没打开"]


def test_a_bargain_is_switched_on_only_by_who_acknowledges_the_rule(shop: Database) -> None:
    run("import", "deals.toml")

    refused = run("switch-on-bargain", "1")
    with shop.reading() as session:
        assert not activity(session).is_on
    done = run("switch-on-bargain", "1", "--acknowledge")

    assert (refused.exit_code, done.exit_code) == (2, 0)
    assert "《微信外部链接内容管理规范》第1.2条" in refused.stderr
    with shop.reading() as session:
        assert (activity(session).is_on, activity(session).acknowledged_by) == (True, ACTOR)
    assert f"已打开（{ACTOR}确认）" in run("list").stdout
    assert run("switch-off-bargain", "1").exit_code == 0
    assert "没打开" in run("list").stdout


def test_a_sale_is_called_off_once(shop: Database) -> None:
    run("import", "deals.toml")

    first, second = run("call-off-sale", "1"), run("call-off-sale", "1")

    assert "放回了库存" in first.stderr
    assert "已经结束" in second.stderr
    assert "已取消" in run("list").stdout


def test_of_a_file_with_a_mistake_nothing_is_written(shop: Database, tmp_path: Path) -> None:
    (tmp_path / "deals.toml").write_text(FILE.replace('"9"', '"99"'), encoding="utf-8")

    refused = run("import", "deals.toml")

    assert refused.exit_code == 2
    assert "底价要比原价低" in refused.stderr
    assert run("list").stdout == ""


def test_the_demo_shop_has_sales_around_every_hour_and_bargains_that_are_off(
    session: Session,
) -> None:
    for sku in _skus():
        session.get_one(Variant, put_on_sale(session, f"商品{sku}", price=99900)).sku = sku
    session.flush()

    sales = read_sales(session, FLASH_SALES_FILE, NOW)

    assert len(sales) == 21
    assert min(each.starts_at for each in sales) < NOW < max(each.ends_at for each in sales)
    assert len(read_bargains(session, BARGAINS_FILE)) == 2


def _skus() -> set[str]:
    written = FLASH_SALES_FILE.read_text("utf-8") + BARGAINS_FILE.read_text("utf-8")
    return {each.split('"')[1] for each in written.split("sku = ")[1:]}
