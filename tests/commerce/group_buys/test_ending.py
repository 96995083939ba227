"""How groups end: at their moment, once, by the heads that have paid."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from commerce.aftersale.deciding import agree
from commerce.catalogue.tables import Variant
from commerce.corrections import CorrectionKind, MoneyAudit
from commerce.group_buys.ending import GRACE, end, list_due
from commerce.group_buys.entries import set_virtual_percent
from commerce.group_buys.tables import BuyingGroup, GroupState, MemberState, VirtualCompletion
from commerce.inserting import id_of
from commerce.ordering.orders import list_lines
from commerce.ordering.tables import OrderState
from commerce.payments.closing import let_lapse, record_closed
from tests.commerce.aftersale.buying import ask, owed
from tests.commerce.group_buys.grouping import (
    HOUR,
    assert_groups_add_up,
    group_of,
    held,
    join,
    member_of,
    members_of,
    open_one,
    order_in,
    pay_for,
    react,
    send_refunds,
    start_activity,
    told,
    variant_of,
)
from tests.commerce.shop import (
    NOW,
    assert_money_adds_up,
    assert_stock_adds_up,
    begin_to_pay,
    events,
    pay,
    reload,
)

SECOND = timedelta(seconds=1)


def end_all(session: Session, now: datetime) -> list[GroupState | None]:
    return [end(session, group_id, now) for group_id in list_due(session, now)]


def test_a_group_ends_at_its_second_and_not_before(session: Session) -> None:
    group = open_one(session, start_activity(session))

    assert end_all(session, group.expires_at - SECOND) == []
    assert end(session, id_of(group), group.expires_at - SECOND) is None
    assert end_all(session, group.expires_at) == [GroupState.FAILED]
    assert end(session, id_of(group), group.expires_at + HOUR) is None
    assert len(told(session, "group_failed")) == 1


def test_a_group_opened_before_midnight_in_shanghai_ends_on_the_next_day(session: Session) -> None:
    late = datetime(2026, 11, 11, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai.
    group = open_one(session, start_activity(session), late)

    assert list_due(session, datetime(2026, 11, 11, 16, 29, 59, tzinfo=UTC)) == []
    assert list_due(session, datetime(2026, 11, 11, 16, 30, tzinfo=UTC)) == [group.id]
    assert list_due(session, datetime(2026, 11, 14, 16, 30, tzinfo=UTC)) == [group.id]


def test_everybody_in_a_failed_group_gets_all_of_it_back_once(session: Session) -> None:
    activity = start_activity(session)
    group = open_one(session, activity)
    (order,) = join(session, activity, group, 1)

    end_all(session, group.expires_at)
    for _ in range(2):  # Reactions may run again.
        react(session)
    assert owed(session, order) == order.payable
    send_refunds(session)
    react(session)

    assert {member.state for member in members_of(session, group)} == {MemberState.REFUNDED}
    assert reload(session, order).state == OrderState.CLOSED
    assert not order.awaits_group
    assert held(session, activity, order.customer_id) == owed(session, order) == 0
    assert len(events(session, "refund_requested")) == 2
    assert events(session, "person_wanted") == []
    assert_groups_add_up(session)
    assert_money_adds_up(session)
    assert_stock_adds_up(session)


@pytest.mark.parametrize(
    ("people", "reached", "each_back"),
    [(3, 3, 0), (4, 3, 0), (5, 5, 500), (6, 5, 500), (9, 5, 500), (10, 10, 1000)],
)
def test_the_highest_tier_that_is_reached_is_what_everybody_pays(
    session: Session, people: int, reached: int, each_back: int
) -> None:
    activity = start_activity(session, {3: 3000, 5: 2500, 10: 2000})
    group = open_one(session, activity)
    orders = join(session, activity, group, people - 1)

    end_all(session, group.expires_at)
    for _ in range(2):
        react(session)

    session.refresh(group)
    assert (group.state, group.reached) == (GroupState.SUCCEEDED, reached)
    for order in orders:
        (line,) = list_lines(session, reload(session, order))
        assert (line.total, line.rebate, order.awaits_group) == (3000, each_back, False)
        assert owed(session, order) == each_back
    assert len(told(session, "group_rebated")) == (people if each_back else 0)
    assert_groups_add_up(session)


def test_who_paid_less_than_the_first_tier_gets_back_what_leads_to_the_tier_that_is_reached(
    session: Session,
) -> None:
    activity = start_activity(session, {2: 3000, 3: 2500})
    group = open_one(session, activity)
    variant = session.get_one(Variant, variant_of(session, activity))
    orders = []
    for price in (2700, 2400):  # Cheaper for everybody since the activity was set up.
        variant.price = price
        session.add(variant)
        order = order_in(session, activity, group, expected_payable=price)
        orders.append(order)
    for order in orders:
        pay_for(session, order, NOW)
    react(session)

    assert [owed(session, order) for order in orders] == [200, 0]
    assert len(told(session, "group_rebated")) == 2


def test_a_later_refund_gives_back_what_was_really_paid(session: Session) -> None:
    activity = start_activity(session, {2: 3000, 3: 2499})
    group = open_one(session, activity)
    two = order_in(session, activity, group, pieces=2)
    pay_for(session, two, NOW)
    join(session, activity, group, 1)
    react(session)

    assert ask(session, reload(session, two), 1).amount_wanted == 2499
    assert ask(session, two, 1).amount_wanted == 2499
    assert owed(session, two) == 2 * 501


@pytest.mark.parametrize(
    ("virtual", "paid", "ends"),
    [
        (None, 2, GroupState.FAILED),
        (60, 2, GroupState.SUCCEEDED),
        (60, 1, GroupState.FAILED),
        (67, 2, GroupState.FAILED),
        (66, 2, GroupState.SUCCEEDED),
    ],
)
def test_the_shop_completes_a_group_only_where_that_is_on_and_enough_have_paid(
    session: Session, virtual: int | None, paid: int, ends: GroupState
) -> None:
    activity = start_activity(session, {3: 3000, 5: 2500}, virtual=virtual)
    group = open_one(session, activity)
    join(session, activity, group, paid - 1)

    assert end_all(session, group.expires_at) == [ends]

    session.refresh(group)
    logged = session.exec(select(VirtualCompletion)).all()
    if ends == GroupState.SUCCEEDED:
        assert (group.is_virtual, group.reached, group.paid) == (True, 3, paid)
        assert [(row.group_id, row.paid, row.heads, row.percent) for row in logged] == [
            (group.id, paid, 3, virtual)
        ]
        assert all(event.subject["is_virtual"] for event in events(session, "group_succeeded"))
        react(session)
        assert told(session, "group_rebated") == []
    else:
        assert (group.is_virtual, logged) == (False, [])


def test_who_switches_virtual_completion_on_is_written_down(session: Session) -> None:
    activity = start_activity(session, virtual=60)
    set_virtual_percent(session, activity.key, None, actor="agent:2", reason="顾客不满", now=NOW)

    kind = CorrectionKind.GROUP_BUY_VIRTUAL_SET
    rows = session.exec(select(MoneyAudit).where(MoneyAudit.kind == kind)).all()
    assert [(row.actor, row.amount, row.reason) for row in rows] == [
        ("agent:1", 60, "店长同意"),
        ("agent:2", None, "顾客不满"),
    ]


def test_a_group_waits_for_money_that_may_have_been_taken_in_time(session: Session) -> None:
    activity = start_activity(session, {2: 3000})
    group = open_one(session, activity)
    order = order_in(session, activity, group)
    payment = begin_to_pay(session, order)

    assert end(session, id_of(group), group.expires_at) is None
    assert list_due(session, group.expires_at + GRACE - SECOND) == []
    pay(session, payment, group.expires_at + SECOND, success_time=group.expires_at)

    assert member_of(session, order).state == MemberState.SUCCEEDED


def test_a_group_ends_as_soon_as_nobodys_payment_is_in_the_air(session: Session) -> None:
    activity = start_activity(session, {2: 3000})
    group = open_one(session, activity)
    at = group.expires_at - timedelta(minutes=20)
    order, idle = (order_in(session, activity, group, now=at) for _ in range(2))
    payment = begin_to_pay(session, order, at)
    let_lapse(session, id_of(order), group.expires_at)
    assert end(session, id_of(group), group.expires_at) is None

    record_closed(session, payment.out_trade_no, group.expires_at)

    assert end(session, id_of(group), group.expires_at) == GroupState.FAILED
    assert member_of(session, order).state == MemberState.CLOSED
    assert member_of(session, idle).state == MemberState.WAITING


def test_after_the_grace_a_group_ends_and_who_pays_then_is_one_too_many(session: Session) -> None:
    activity = start_activity(session, {2: 3000})
    group = open_one(session, activity)
    order = order_in(session, activity, group)
    payment = begin_to_pay(session, order)

    assert end_all(session, group.expires_at + GRACE) == [GroupState.FAILED]
    pay(session, payment, group.expires_at + GRACE, success_time=NOW)
    react(session)

    assert member_of(session, order).state == MemberState.REFUNDED
    assert group_of(session, order).paid == 1
    assert_groups_add_up(session)
    assert_money_adds_up(session)


def test_all_money_back_after_success_frees_the_limit(session: Session) -> None:
    activity = start_activity(session, {2: 3000})
    group = open_one(session, activity)
    (order,) = join(session, activity, group, 1)
    react(session)
    assert held(session, activity, order.customer_id) == 1

    request = ask(session, reload(session, order), 1)
    agree(session, request.request_no, actor="agent:1", note="", now=NOW)
    send_refunds(session)
    react(session)

    assert held(session, activity, order.customer_id) == 0
    assert session.get_one(BuyingGroup, group.id).state == GroupState.SUCCEEDED
    assert_groups_add_up(session)
