"""`python -m bot deals`: what an operator writes, lists and switches."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from sqlmodel import Session, col, select
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.counter import ACTOR
from bot.database import Database
from bot.handlers.group_buy_disclosure import MAY_BE_COMPLETED
from bot.seeds import BARGAINS_FILE, FLASH_SALES_FILE
from commerce.bargains.importing import read_bargains
from commerce.bargains.tables import BargainActivity
from commerce.catalogue.tables import Variant
from commerce.corrections import MoneyAudit
from commerce.flash_sales.importing import read_sales
from commerce.group_buys.tables import GroupActivity
from tests.commerce.shop import NOW, put_on_sale

FILE = """
[[group_buy]]
key = "trio"
name = "拖鞋三人团"
hours = 24
tiers = [{ heads = 3, prices = { SLIPPERS = "29" } }, { heads = 5, prices = { SLIPPERS = "25" } }]

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

    group, sale, bargain = run("list").stdout.splitlines()

    assert group.split("\t") == [
        *("拼团", "1", "trio", "拖鞋三人团", "3人¥29 5人¥25 长期", "没打开")
    ]
    assert sale.split("\t") == [
        *("秒杀", "1", "double12", "双12专场", "12-12 20:00–12-12 22:00", "已计划")
    ]
    assert bargain.split("\t") == ["砍价", "1", "slippers", "拖鞋好友价", "底价¥9 3人", "没打开"]


def group_buy(session: Session) -> GroupActivity:
    return session.exec(select(GroupActivity)).one()


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


def test_a_group_buy_is_switched_on_and_off_with_a_reason_kept(shop: Database) -> None:
    run("import", "deals.toml")

    done = run("switch-on-group", "trio")
    with shop.reading() as session:
        assert group_buy(session).is_on
    ended = run("switch-off-group", "trio", "--reason", "卖完了")
    unknown = run("switch-on-group", "nobody")

    assert (done.exit_code, ended.exit_code, unknown.exit_code) == (0, 0, 2)
    assert "没有编号为“nobody”的拼团" in unknown.stderr
    with shop.reading() as session:
        assert not group_buy(session).is_on
        audits = session.exec(select(MoneyAudit).order_by(col(MoneyAudit.id))).all()
    assert [(each.subject, each.actor, each.reason) for each in audits] == [
        ("trio", ACTOR, "导入deals.toml"),
        ("trio on", ACTOR, "打开拼团"),
        ("trio off", ACTOR, "卖完了"),
    ]


def test_who_lets_the_shop_complete_groups_reads_what_customers_read(shop: Database) -> None:
    run("import", "deals.toml")

    done = run("complete-groups", "trio", "--percent", "60", "--reason", "新店")
    with shop.reading() as session:
        assert group_buy(session).virtual_percent == 60
    assert done.exit_code == 0
    for each in ("满2人、不到3人", MAY_BE_COMPLETED, "本团到期时差N人", "已记录"):
        assert each in done.stderr
    assert "满60%由商家补齐" in run("list").stdout
    again = run("complete-groups", "trio", "--percent", "60", "--reason", "新店")
    assert "没有改动" in again.stderr
    whole = run("complete-groups", "trio", "--percent", "90", "--reason", "新店")
    assert "不会补齐任何团" in whole.stderr

    off = run("complete-groups", "trio", "--off", "--reason", "不补了")

    assert "全额退款" in off.stderr
    with shop.reading() as session:
        assert group_buy(session).virtual_percent is None


@pytest.mark.parametrize(
    "words",
    [
        ("--reason", "新店"),
        ("--reason", "新店", "--percent", "60", "--off"),
        ("--reason", "新店", "--percent", "100"),
        ("--percent", "60"),
        ("--reason", " ", "--percent", "60"),
    ],
    ids=["neither", "both", "whole", "no reason", "an empty reason"],
)
def test_completing_groups_wants_one_wish_and_a_reason(
    shop: Database, words: tuple[str, ...]
) -> None:
    run("import", "deals.toml")

    assert run("complete-groups", "trio", *words).exit_code == 2

    with shop.reading() as session:
        assert group_buy(session).virtual_percent is None


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
