"""The demo shop's membership: added once, and what operators change stays."""

from pathlib import Path

import pytest
from sqlmodel import Session, SQLModel, func, select

from bot.seeds import MEMBERSHIP_FILE
from commerce.errors import InvalidInput
from commerce.membership.importing import seed_membership
from commerce.membership.levels import list_levels
from commerce.membership.tables import (
    MallItem,
    MemberLevel,
    MembershipTerms,
    MemberTask,
    TaskKind,
)
from commerce.membership.terms import get_terms
from commerce.promotions.tables import CouponTemplate
from tests.commerce.promotions.coupons import coupon_template

PARTS: tuple[type[SQLModel], ...] = (MembershipTerms, MemberLevel, MemberTask, MallItem)
CODES = ("hello5", "full200")
"""The coupons of the demo shop that it names."""
FILE = """
[terms]
points_per_yuan = 2
spend_points = 50
spend_yuan = "0.5"
{birthday}

[[level]]
name = "银卡"
threshold = "99.9"
price_percent = 97
"""


def count_rows(session: Session) -> int:
    return sum(session.exec(select(func.count()).select_from(part)).one() for part in PARTS)


def test_the_demo_shops_file_is_whole_and_seeded_once(session: Session) -> None:
    for code in CODES:
        coupon_template(session, code=code)

    added = [seed_membership(session, MEMBERSHIP_FILE) for _ in range(2)]

    assert added == [count_rows(session), 0]
    assert get_terms(session).birthday_template_id is not None
    coupons = set(session.exec(select(CouponTemplate.id)))
    offered = {item.coupon_template_id for item in session.exec(select(MallItem))} - {None}
    assert offered
    assert offered <= coupons
    tasks = {task.kind for task in session.exec(select(MemberTask))}
    assert TaskKind.FOLLOW not in tasks, "WeChat bans rewards for following"
    percents = [level.price_percent for level in list_levels(session)]
    assert percents == sorted(percents, reverse=True), "a higher level pays less"


def test_what_an_operator_changed_or_took_away_stays(session: Session) -> None:
    for code in CODES:
        coupon_template(session, code=code)
    seed_membership(session, MEMBERSHIP_FILE)
    silver, *rest = list_levels(session)
    silver.name, silver.price_percent = "铜卡", 99
    session.add(silver)
    for level in rest:
        session.delete(level)
    terms = session.get_one(MembershipTerms, 1)
    terms.points_per_yuan = 7
    session.add(terms)
    session.flush()

    assert seed_membership(session, MEMBERSHIP_FILE) == 0

    assert [(level.name, level.price_percent) for level in list_levels(session)] == [("铜卡", 99)]
    assert get_terms(session).points_per_yuan == 7


def test_yuan_are_read_as_fen(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "membership.toml"
    file.write_text(FILE.format(birthday=""), encoding="utf-8")

    assert seed_membership(session, file) == 2

    terms = get_terms(session)
    assert (terms.points_per_yuan, terms.spend_points, terms.spend_fen) == (2, 50, 50)
    assert [level.threshold for level in list_levels(session)] == [9_990]


def test_a_coupon_that_is_not_there_is_named(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "membership.toml"
    file.write_text(FILE.format(birthday='birthday_coupon = "nothing"'), encoding="utf-8")

    with pytest.raises(InvalidInput, match="nothing"):
        seed_membership(session, file)
