"""Points of an order: spent, given back, earned, taken back; each once."""

import pytest
from sqlmodel import Session

from commerce.errors import InvalidInput
from commerce.ledger.posting import AccountKey, AccountKind, Insufficient, balance
from commerce.membership import points
from commerce.membership.levels import standing
from commerce.membership.tables import MembershipTerms
from commerce.pricing.values import EarnTerms, PointsTerms
from tests.commerce.ledger.books import assert_books_balance
from tests.commerce.membership.members import new_member, put_up_levels
from tests.commerce.shop import NOW, events

ORDER = 7


def experience_of(session: Session, customer: int) -> int:
    return balance(session, AccountKey(AccountKind.EXPERIENCE, customer))


@pytest.mark.database
def test_points_are_spent_once_for_an_order(session: Session) -> None:
    customer = new_member(session, 500)

    for _ in range(2):
        points.spend(session, customer, ORDER, 300, NOW)

    assert points.points_of(session, customer) == 200


def test_points_that_are_not_there_cannot_be_spent(session: Session) -> None:
    customer = new_member(session, 299)

    with pytest.raises(Insufficient, match="需要300积分，您现有299积分"):
        points.spend(session, customer, ORDER, 300, NOW)

    assert points.points_of(session, customer) == 299


def test_points_come_back_once_for_each_reason(session: Session) -> None:
    customer = new_member(session, 500)
    points.spend(session, customer, ORDER, 300, NOW)

    for refund in ("SH1", "SH2", "SH1"):
        points.give_back_spent(session, customer, ORDER, 100, refund, NOW)

    assert points.points_of(session, customer) == 400


def test_a_received_order_earns_once(session: Session) -> None:
    customer = new_member(session)

    for _ in range(2):
        points.earn_for_order(session, customer, ORDER, 87, NOW, paid=8_730)

    assert points.points_of(session, customer) == 87
    assert experience_of(session, customer) == 8_730


def test_an_order_without_points_still_counts_for_the_level_once(session: Session) -> None:
    customer = new_member(session)

    for _ in range(2):
        points.earn_for_order(session, customer, ORDER, 0, NOW, paid=99)

    assert (points.points_of(session, customer), experience_of(session, customer)) == (0, 99)


def test_what_a_refund_takes_back_may_leave_a_debt_which_new_points_pay_first(
    session: Session,
) -> None:
    customer = new_member(session)
    points.earn_for_order(session, customer, ORDER, 90, NOW, paid=9_000)
    points.spend(session, customer, ORDER + 1, 80, NOW)

    for _ in range(2):
        points.claw_back(session, customer, ORDER, 30, "SH1", NOW, paid=3_000)

    assert points.points_of(session, customer) == -20
    assert experience_of(session, customer) == 6_000
    assert points.points_terms(session, customer).balance == 0
    points.give(session, customer, 25, kind="signed_in", ref="x", memo="签到", now=NOW)
    with pytest.raises(Insufficient, match="您现有5积分"):
        points.spend(session, customer, ORDER + 2, 6, NOW)


def test_an_order_that_has_earned_nothing_yet_has_nothing_taken_back(session: Session) -> None:
    customer = new_member(session, 10)

    points.claw_back(session, customer, ORDER, 30, "SH1", NOW, paid=3_000)

    assert points.points_of(session, customer) == 10
    assert experience_of(session, customer) == 0


def test_nothing_and_less_than_nothing_move_no_points(session: Session) -> None:
    customer = new_member(session, 10)

    points.spend(session, customer, ORDER, 0, NOW)
    points.give_back_spent(session, customer, ORDER, 0, "SH1", NOW)
    with pytest.raises(InvalidInput):
        points.spend(session, customer, ORDER, -5, NOW)

    assert points.points_of(session, customer) == 10
    assert len(points.points_statement(session, customer).lines) == 1


def test_a_statement_reads_like_a_story(session: Session) -> None:
    customer = new_member(session, 500)
    points.spend(session, customer, ORDER, 300, NOW)
    points.give_back_spent(session, customer, ORDER, 300, "closed", NOW)
    points.earn_for_order(session, customer, ORDER + 1, 50, NOW)
    points.claw_back(session, customer, ORDER + 1, 50, "SH1", NOW)

    lines = points.points_statement(session, customer).lines

    assert [(line.memo, line.amount, line.balance) for line in lines] == [
        ("退款扣回赠送的积分", -50, 500),
        ("购物得积分", 50, 550),
        ("订单退回抵扣的积分", 300, 500),
        ("下单抵扣", -300, 200),
        ("开张", 500, 500),
    ]
    assert_books_balance(session)


def test_what_points_are_worth_is_what_the_operator_set(session: Session) -> None:
    customer = new_member(session, 500)
    default = points.points_terms(session, customer)

    session.add(MembershipTerms(spend_points=10, spend_fen=5, most_points=200, most_percent=20))
    session.flush()

    assert default == PointsTerms(balance=500, points=100, fen=100, most=20_000, most_percent=50)
    assert points.points_terms(session, customer) == PointsTerms(
        balance=500, points=10, fen=5, most=200, most_percent=20
    )


def test_a_level_earns_more(session: Session) -> None:
    customer = new_member(session)
    terms = points.earn_terms(session, standing(session, customer))
    assert terms == EarnTerms(per_yuan=1, percent=100)

    put_up_levels(session)
    points.earn_for_order(session, customer, ORDER, 0, NOW, paid=200_000)

    terms = points.earn_terms(session, standing(session, customer))
    assert terms == EarnTerms(per_yuan=1, percent=150)


def test_a_level_that_is_reached_is_announced_once(session: Session) -> None:
    put_up_levels(session)
    customer = new_member(session)

    for order, paid in ((1, 49_999), (2, 1), (2, 1), (3, 1), (4, 149_999)):
        points.earn_for_order(session, customer, order, 0, NOW, paid=paid)

    reached = [event.subject["level"] for event in events(session, "level_reached")]
    assert reached == ["银卡", "金卡"]
