"""Which level a member has, and what it gives."""

import pytest
from sqlmodel import Session

from commerce.membership.levels import member_price, standing
from commerce.membership.points import claw_back, earn_for_order
from commerce.pricing.values import MemberPrice
from tests.commerce.membership.members import new_member, put_up_levels
from tests.commerce.shop import NOW


@pytest.mark.parametrize(
    ("paid", "level", "price", "missing"),
    [
        (0, "普通", None, 50_000),
        (49_999, "普通", None, 1),
        (50_000, "银卡", MemberPrice("银卡", 98), 150_000),
        (199_999, "银卡", MemberPrice("银卡", 98), 1),
        (200_000, "金卡", MemberPrice("金卡", 95), 0),
    ],
)
def test_the_highest_level_that_is_reached_counts(
    session: Session, paid: int, level: str, price: MemberPrice | None, missing: int
) -> None:
    put_up_levels(session)
    customer = new_member(session)

    earn_for_order(session, customer, 1, 0, NOW, paid=paid)

    found = standing(session, customer)
    assert found.level is not None
    assert (found.level.name, found.missing, found.experience) == (level, missing, paid)
    assert member_price(standing(session, customer)) == price


def test_a_shop_without_levels_has_no_member_price(session: Session) -> None:
    customer = new_member(session)
    earn_for_order(session, customer, 1, 0, NOW, paid=10**9)

    assert member_price(standing(session, customer)) is None
    assert standing(session, customer).level is None


def test_a_refund_can_cost_the_level(session: Session) -> None:
    put_up_levels(session)
    customer = new_member(session)
    earn_for_order(session, customer, 1, 0, NOW, paid=60_000)

    claw_back(session, customer, 1, 0, "SH1", NOW, paid=10_001)

    assert member_price(standing(session, customer)) is None
    assert standing(session, customer).missing == 1
