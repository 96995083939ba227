"""Wherever an operator enters what customers read, the lint reads first."""

import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from bot.database import Database
from bot.seeds import PRODUCTS_CSV, PROMOTIONS_FILE
from bot.seeds.knowledge import ENTRY_FILES, FACTS_FILE
from commerce.bargains.activities import BargainDraft
from commerce.catalogue.product_rows import ProductRow, read_rows
from commerce.compliance import TextKind, lint
from commerce.csv_files import open_csv
from commerce.errors import InvalidInput
from commerce.flash_sales.drafts import ItemDraft, SaleDraft
from commerce.group_buys.activities import Tier, Tiers
from commerce.group_buys.drafts import GroupDraft
from commerce.knowledge.entries import EntryDraft
from commerce.knowledge.facts import check_fact
from commerce.knowledge.importing import read_entries, read_facts
from commerce.live.entering import LiveDraft, enter
from commerce.membership.importing import seed_membership
from commerce.pricing.values import CouponKind, Rung
from commerce.promotions.drafts import CouponDraft, RewardDraft, TimedDraft
from tests.commerce.catalogue.products import imported
from tests.commerce.shop import NOW

BAD = "全网最低价"
HOUR = timedelta(hours=1)
OFFER_FILES = sorted(PROMOTIONS_FILE.parent.glob("*.toml"))
TERMS = '[terms]\npoints_per_yuan = 1\nspend_points = 100\nspend_yuan = "1"\n'
MEMBERSHIP = {
    "name": f'[[level]]\nname = "{BAD}"\nthreshold = "0"\n',
    "title": f'[[task]]\nkind = "birthday"\ntitle = "{BAD}"\npoints = 5\n',
    "item": f'[[item]]\ntitle = "{BAD}"\npoints = 5\nstock = 1\n',
}


@pytest.mark.parametrize(
    "draft",
    [
        CouponDraft(code="a", name=BAD, kind=CouponKind.AMOUNT, off=100, lasts_days=1),
        TimedDraft(key="a", name=BAD, prices={1: 100}),
        RewardDraft(key="a", name=BAD, rungs=(Rung(fen=100, pieces=None, points=1),)),
        GroupDraft("a", BAD, 1, Tiers((Tier(2, {1: 100}),)), HOUR),
        SaleDraft("a", BAD, NOW, NOW + HOUR, (ItemDraft(1, 100, 5),)),
        BargainDraft("a", BAD, variant_id=1, floor=100, helpers=3, lifetime_minutes=60),
    ],
    ids=["coupon", "timed", "reward", "group-buy", "flash sale", "bargain"],
)
def test_a_promotion_or_a_deal_with_such_a_name_is_refused(
    draft: CouponDraft | TimedDraft | RewardDraft | GroupDraft | SaleDraft | BargainDraft,
) -> None:
    with pytest.raises(InvalidInput, match=BAD) as refused:
        draft.check()
    assert refused.value.details["field"] == "name"


@pytest.mark.parametrize("field", ["title", "place"])
def test_a_live_stream_with_such_a_text_is_refused(session: Session, field: str) -> None:
    texts = {"title": "晚间好物", "place": "视频号", field: BAD}
    with pytest.raises(InvalidInput, match=BAD) as refused:
        enter(session, LiveDraft(starts_at=NOW, ends_at=NOW + HOUR, products=(), **texts))
    assert refused.value.details["field"] == field


@pytest.mark.parametrize("part", MEMBERSHIP)
def test_a_level_a_task_or_a_mall_item_with_such_a_name_is_refused(
    session: Session, tmp_path: Path, part: str
) -> None:
    path = tmp_path / "membership.toml"
    path.write_text(TERMS + MEMBERSHIP[part], encoding="utf-8")
    with pytest.raises(InvalidInput, match=BAD):
        seed_membership(session, path)


def test_an_answer_is_read_and_the_customers_questions_are_not() -> None:
    EntryDraft("a", "优惠", f"是{BAD}吗", "30天价保", questions=("好评返现吗",)).check()
    with pytest.raises(InvalidInput, match=BAD) as refused:
        EntryDraft("a", "优惠", "便宜吗", f"我们是{BAD}").check()
    assert refused.value.details["field"] == "answer"


def test_a_fact_of_the_shop_is_read() -> None:
    with pytest.raises(InvalidInput, match=BAD) as refused:
        check_fact("发票种类", f"{BAD}也开票")
    assert refused.value.details["field"] == "发票种类"


def test_a_doubtful_title_is_reported_once_and_its_variants_are_taken(
    database: Database, tmp_path: Path
) -> None:
    rows = [f"S-{each},全网最低价拖鞋,家居,青禾,9.90,5,尺码={each},a.jpg" for each in (38, 39)]
    report = imported(database.writing, tmp_path, "S-1,棉拖鞋,家居,青禾,9.90,5,,a.jpg", *rows)

    assert (report.created, report.rejected) == (3, [])
    warned = [(each.line, each.field) for each in report.warned]
    assert set(warned) == {(3, "title")}
    assert BAD in report.warned[0].message


def test_the_demo_shop_says_nothing_that_is_stopped() -> None:
    read_entries(ENTRY_FILES)
    read_facts(FACTS_FILE)
    with open_csv(PRODUCTS_CSV) as file:
        titles = {row.title for row in read_rows(file) if isinstance(row, ProductRow)}
    offers = [text for path in OFFER_FILES for text in texts_of(tomllib.loads(path.read_text()))]
    assert "新人券" in offers
    said = [(each, TextKind.TITLE) for each in titles] + [(each, TextKind.OFFER) for each in offers]
    stopped = [text for text, kind in said if any(each.blocks for each in lint(text, kind))]
    assert stopped == []


def texts_of(value: object) -> Iterator[str]:
    """Every text within a value of TOML."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_of(each)
