"""What operators and files write: checked, and never changed under those who have it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from commerce.catalogue.tables import Variant
from commerce.errors import IllegalMove, InvalidInput
from commerce.inserting import id_of
from commerce.pricing.values import CouponKind, Rung
from commerce.promotions.drafts import CouponDraft, RewardDraft, TimedDraft
from commerce.promotions.entries import (
    SaveReport,
    save_coupon,
    save_reward,
    save_timed,
    seed_promotions,
)
from commerce.promotions.importing import read_promotions
from commerce.promotions.rewards import running_rewards
from commerce.promotions.tables import CouponTemplate, TimedDiscount
from commerce.promotions.taking import find_template, take
from commerce.promotions.timed import running_prices
from tests.commerce.shop import NOW, new_customer, put_on_sale

SECOND = timedelta(seconds=1)
TEN_OFF = CouponDraft(
    "ten", "满100减10", CouponKind.AMOUNT, off=1000, threshold=10000, lasts_days=7
)
FILE = """
[[coupon]]
code = "gift"
name = "回头客券"
kind = "percent"
percent = 88
cap = "20"
lasts_days = 7

[[timed]]
key = "week"
name = "本周特价"
for_days = 7
prices = { "SKU" = "9.9" }

[[reward]]
key = "ladder"
name = "满减"
rungs = [{ yuan = "100", off = "10" }, { yuan = "200", off = "30", coupons = ["gift"] }]
"""


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"off": 0}, "off"),
        ({"off": 10001}, "off"),
        ({"threshold": -1}, "threshold"),
        ({"kind": CouponKind.PERCENT, "percent": 100}, "percent"),
        ({"kind": CouponKind.PERCENT, "percent": 88, "cap": 0}, "cap"),
        ({"total": 0}, "total"),
        ({"per_person": 0}, "per_person"),
        ({"lasts_days": None}, "valid_until"),
        ({"valid_until": NOW}, "valid_until"),
        ({"takeable_from": NOW, "takeable_until": NOW}, "takeable_until"),
        ({"code": "满减"}, "code"),
        ({"name": " "}, "name"),
    ],
)
def test_a_coupon_that_makes_no_sense_is_refused_by_its_field(
    session: Session, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        save_coupon(session, replace(TEN_OFF, **wrong), NOW)

    assert refusal.value.details["field"] == field
    assert find_template(session, "ten") is None


@pytest.mark.parametrize(
    "rungs",
    [
        (),
        (Rung(10000, 2, off=100),),
        (Rung(10000, None, off=100), Rung(None, 2, off=100)),
        (Rung(10000, None, off=100), Rung(10000, None, off=200)),
        (Rung(10000, None, off=200), Rung(20000, None, off=100)),
        (Rung(10000, None, off=10001),),
        (Rung(10000, None),),
    ],
)
def test_rungs_that_contradict_each_other_are_refused(
    session: Session, rungs: tuple[Rung, ...]
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        save_reward(session, RewardDraft("r", "满减", rungs), NOW)

    assert refusal.value.details["field"] == "rungs"


def test_terms_that_customers_have_stay_and_what_else_there_is_may_change(
    session: Session,
) -> None:
    template = save_coupon(session, replace(TEN_OFF, total=5), NOW)
    for _ in range(2):
        take(session, id_of(template), new_customer(session), source="chat", now=NOW)

    with pytest.raises(IllegalMove, match="用法不能再改"):
        save_coupon(session, replace(TEN_OFF, off=500), NOW)
    with pytest.raises(IllegalMove, match="已经领出2张"):
        save_coupon(session, replace(TEN_OFF, total=1), NOW)
    changed = save_coupon(session, replace(TEN_OFF, total=2, is_active=False), NOW)

    assert (changed.off, changed.total, changed.taken, changed.is_active) == (1000, 2, 2, False)


def test_a_timed_price_holds_from_its_first_moment_until_just_before_its_last(
    session: Session,
) -> None:
    variant, other = put_on_sale(session), put_on_sale(session, "水杯")
    ends = NOW + timedelta(days=1)
    save_timed(session, TimedDraft("a", "特价", {variant: 2000}, NOW, ends), NOW)
    save_timed(session, TimedDraft("b", "清仓", {variant: 1500}, NOW, NOW + SECOND), NOW)
    save_timed(session, TimedDraft("c", "停用", {variant: 1}, is_active=False), NOW)

    def price(moment: Any) -> tuple[str, int] | None:
        offer = running_prices(session, [variant, other], moment).get(variant)
        return None if offer is None else (offer.name, offer.price)

    assert price(NOW - SECOND) is None
    assert price(NOW) == ("清仓", 1500)
    assert price(NOW + SECOND) == price(ends - SECOND) == ("特价", 2000)
    assert price(ends) is None
    assert other not in running_prices(session, [variant, other], NOW)


def test_rewards_run_in_their_order_and_only_in_their_time(session: Session) -> None:
    rungs = (Rung(20000, None, off=3000), Rung(10000, None, off=1000))
    ends = NOW + timedelta(days=1)
    save_reward(session, RewardDraft("low", "全店满减", rungs, priority=1), NOW)
    save_reward(session, RewardDraft("high", "女装满减", rungs, (7,), (), NOW, ends, 9), NOW)
    save_reward(session, RewardDraft("off", "停用", rungs, priority=10, is_active=False), NOW)

    def names(moment: Any) -> list[str]:
        return [reward.name for reward in running_rewards(session, moment)]

    assert names(NOW - SECOND) == ["全店满减"]
    assert names(NOW) == names(ends - SECOND) == ["女装满减", "全店满减"]
    assert names(ends) == ["全店满减"]
    first = running_rewards(session, NOW)[0]
    assert first.scope.categories == {7}
    assert [(rung.fen, rung.off) for rung in first.rungs] == [(10000, 1000), (20000, 3000)]


def seed(session: Session, file: Path, now: Any = NOW) -> SaveReport:
    return seed_promotions(session, read_promotions(session, file, now), now)


@pytest.fixture
def promotions_file(session: Session, tmp_path: Path) -> Path:
    sku = session.get_one(Variant, put_on_sale(session)).sku
    file = tmp_path / "promotions.toml"
    file.write_text(FILE.replace('"SKU"', f'"{sku}"'), encoding="utf-8")
    return file


def test_seeding_twice_changes_nothing_and_keeps_what_an_operator_wrote(
    session: Session, promotions_file: Path
) -> None:
    first = seed(session, promotions_file)
    again = seed(session, promotions_file, NOW + timedelta(days=1))
    mine = CouponDraft("gift", "我的券", CouponKind.AMOUNT, off=300, lasts_days=3)
    save_coupon(session, mine, NOW)
    after_the_operator = seed(session, promotions_file)

    assert (first.created, again.created, again.unchanged) == (3, 0, 3)
    assert after_the_operator.kept == ["回头客券"]
    assert session.exec(select(CouponTemplate.name)).all() == ["我的券"]


def test_a_demo_discount_that_is_over_begins_again_when_it_is_seeded(
    session: Session, promotions_file: Path
) -> None:
    seed(session, promotions_file)
    later = NOW + timedelta(days=8)

    report = seed(session, promotions_file, later)

    assert report.updated == 1
    assert session.exec(select(TimedDiscount.ends_at)).one() == later + timedelta(days=7)


def test_a_coupon_that_customers_have_is_not_changed_by_a_file(
    session: Session, promotions_file: Path
) -> None:
    seed(session, promotions_file)
    template = find_template(session, "gift")
    assert template is not None
    take(session, id_of(template), new_customer(session), source="chat", now=NOW)
    written = promotions_file.read_text(encoding="utf-8")
    promotions_file.write_text(written.replace("percent = 88", "percent = 50"), encoding="utf-8")

    assert seed(session, promotions_file).kept == ["回头客券"]
    session.refresh(template)
    assert template.percent == 88


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('"SKU"', "没有商品"),
        ('gift"]', "没有编号"),
        ('kind = "percent"', "写得不对"),
        ('cap = "20"', "价格"),
    ],
)
def test_a_file_is_refused_with_the_name_of_what_is_wrong(
    session: Session, promotions_file: Path, wrong: str, said: str
) -> None:
    written = promotions_file.read_text(encoding="utf-8") if wrong != '"SKU"' else FILE
    instead = {'"SKU"': '"SKU"', 'gift"]': 'gone"]', 'kind = "percent"': ""}
    broken = written.replace(wrong, instead.get(wrong, 'cap = "很多"'))
    promotions_file.write_text(broken, encoding="utf-8")

    with pytest.raises(InvalidInput, match=said):
        seed(session, promotions_file)
