"""Opening a group, joining it, and finding it full: by the payment, never by the order."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from commerce.aftersale.requests import estimate
from commerce.aftersale.tables import Reason, RequestKind
from commerce.deals.choices import GroupDeal, Overflow
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.group_buys.entries import switch
from commerce.group_buys.tables import GroupState, MemberState
from commerce.group_buys.taking_part import LAST_CALL
from commerce.inserting import id_of
from commerce.membership.tables import MembershipTerms
from commerce.ordering.orders import list_lines
from commerce.ordering.quoting import Choices, quote_for
from commerce.ordering.states import move, state_name
from commerce.ordering.tables import OrderState
from commerce.parcels.shipping import ShippingRefused, ship
from commerce.payments import closing
from commerce.payments.opening import ENDS_BEFORE_ORDER, SHORTEST
from tests.commerce.group_buys.grouping import (
    HOUR,
    assert_groups_add_up,
    group_of,
    held,
    join,
    member_of,
    open_one,
    order_in,
    pay_for,
    react,
    send_refunds,
    start_activity,
    told,
    variant_of,
)
from tests.commerce.membership.members import new_member
from tests.commerce.shop import (
    HOLD,
    NOW,
    assert_money_adds_up,
    assert_stock_adds_up,
    events,
    new_customer,
    place,
    put_on_sale,
    reload,
)

LATER = NOW + timedelta(minutes=5)


def test_everybody_pays_the_price_of_the_first_tier(session: Session) -> None:
    activity = start_activity(session)

    order = order_in(session, activity, pieces=2)

    assert (order.payable, order.deal) == (6000, "group_buy")
    assert not order.awaits_group


def test_a_group_opens_when_its_leader_has_paid_and_not_before(session: Session) -> None:
    activity = start_activity(session, lifetime=HOUR)
    order = order_in(session, activity)
    assert member_of(session, order).group_id is None

    pay_for(session, order, LATER)

    group = group_of(session, order)
    assert (group.state, group.paid, group.size) == (GroupState.OPEN, 1, 10)
    assert group.expires_at == LATER + HOUR
    assert len(group.group_no) == 8
    assert reload(session, order).awaits_group
    assert told(session, "group_opened") == [order.id]
    assert_groups_add_up(session)


def test_every_member_hears_of_who_joins(session: Session) -> None:
    activity = start_activity(session)
    group = open_one(session, activity)

    second, third = join(session, activity, group, 2)

    leader = told(session, "group_opened")[0]
    assert told(session, "group_joined") == [leader, second.id, leader, second.id, third.id]
    assert [event.subject["paid"] for event in events(session, "group_joined")] == [2, 2, 3, 3, 3]


def test_the_last_seat_ends_the_group_at_once(session: Session) -> None:
    activity = start_activity(session, {2: 3000, 3: 2500})
    group = open_one(session, activity)
    join(session, activity, group, 2)

    session.refresh(group)
    assert (group.state, group.reached) == (GroupState.SUCCEEDED, 3)
    assert len(told(session, "group_succeeded")) == 3
    assert_groups_add_up(session)


@pytest.mark.parametrize("overflow", Overflow)
def test_who_pays_for_a_taken_seat_gets_what_they_chose(
    session: Session, overflow: Overflow
) -> None:
    activity = start_activity(session, {2: 3000})
    group = open_one(session, activity)
    late = order_in(session, activity, group, overflow=overflow)
    join(session, activity, group, 1)

    pay_for(session, late, LATER)
    react(session)

    member = member_of(session, late)
    if overflow == Overflow.NEW_GROUP:
        own = group_of(session, late)
        assert (own.state, own.paid, own.expires_at) == (GroupState.OPEN, 1, LATER + HOUR)
        assert (member.is_leader, member.moved_from_id) == (True, group.id)
        assert told(session, "group_moved") == [late.id]
    else:
        assert member.state == MemberState.REFUNDED
        assert held(session, activity, late.customer_id) == 0
        send_refunds(session)
        assert reload(session, late).state == OrderState.CLOSED
    assert_groups_add_up(session)
    assert_money_adds_up(session)
    assert_stock_adds_up(session)


def test_who_wants_a_new_group_of_an_activity_that_is_over_gets_everything_back(
    session: Session,
) -> None:
    activity = start_activity(session, {2: 3000}, ends_at=NOW + timedelta(minutes=1))
    group = open_one(session, activity)
    late = order_in(session, activity, group, overflow=Overflow.NEW_GROUP)
    join(session, activity, group, 1)

    pay_for(session, late, LATER)

    assert member_of(session, late).state == MemberState.OVERFLOWED
    assert reload(session, late).awaits_group


def test_what_counts_is_when_wechat_took_the_money(session: Session) -> None:
    activity = start_activity(session, {2: 3000})
    group = open_one(session, activity)
    in_time, too_late = (order_in(session, activity, group) for _ in range(2))

    pay_for(session, too_late, group.expires_at + timedelta(seconds=1))
    pay_for(session, in_time, group.expires_at, heard=group.expires_at + timedelta(minutes=3))

    assert member_of(session, too_late).state == MemberState.OVERFLOWED
    assert member_of(session, in_time).state == MemberState.SUCCEEDED


def test_a_group_that_is_joined_bounds_the_time_to_pay(session: Session) -> None:
    activity = start_activity(session)
    group = open_one(session, activity)
    at = group.expires_at - timedelta(minutes=10)

    joining, leading = order_in(session, activity, group, now=at), order_in(session, activity)

    assert joining.expires_at == group.expires_at
    assert leading.expires_at == NOW + HOLD


def test_nobody_joins_who_could_not_pay_any_more(session: Session) -> None:
    assert LAST_CALL == ENDS_BEFORE_ORDER + SHORTEST
    activity = start_activity(session)
    group = open_one(session, activity)

    in_time = order_in(session, activity, group, now=group.expires_at - LAST_CALL)
    pay_for(session, in_time, group.expires_at - LAST_CALL)

    with pytest.raises(IllegalMove, match="来不及付款"):
        order_in(session, activity, group, now=group.expires_at - timedelta(seconds=119))


def test_an_order_that_lapses_gives_its_limit_back(session: Session) -> None:
    activity = start_activity(session)
    order = order_in(session, activity)
    assert held(session, activity, order.customer_id) == 1

    closing.let_lapse(session, id_of(order), order.expires_at)

    assert member_of(session, order).state == MemberState.CLOSED
    assert held(session, activity, order.customer_id) == 0
    order_in(session, activity, customer_id=order.customer_id)
    assert_groups_add_up(session)


def test_the_limit_counts_orders_and_a_refund_frees_it(session: Session) -> None:
    activity = start_activity(session, {2: 3000}, orders=2)
    buyer = new_customer(session)
    group = open_one(session, activity)
    mine = order_in(session, activity, group, customer_id=buyer)
    order_in(session, activity, customer_id=buyer)
    with pytest.raises(IllegalMove, match="每人最多参加2次"):
        order_in(session, activity, customer_id=buyer)

    join(session, activity, group, 1)
    pay_for(session, mine, LATER)
    react(session)

    order_in(session, activity, customer_id=buyer)
    assert held(session, activity, buyer) == 2
    assert_groups_add_up(session)


def test_refusals_say_why(session: Session) -> None:
    activity = start_activity(session, {2: 3000}, orders=9)
    buyer = new_customer(session)
    own = order_in(session, activity, customer_id=buyer)
    pay_for(session, own, NOW)
    group = group_of(session, own)
    waiting = order_in(session, activity, group)

    refused: dict[str, dict[str, Any]] = {
        "已经在这个团": {"group": group, "customer_id": buyer},
        "还没付款": {"group": group, "customer_id": waiting.customer_id},
        "最多买2件": {"pieces": 3},
        "已经到时间": {"group": group, "now": group.expires_at},
    }
    for words, choice in refused.items():
        with pytest.raises(IllegalMove, match=words):
            order_in(session, activity, **choice)
    join(session, activity, group, 1)
    with pytest.raises(IllegalMove, match="已经成团"):
        order_in(session, activity, group)
    switch(session, activity.key, is_on=False, actor="agent:1", reason="停", now=NOW)
    with pytest.raises(IllegalMove, match="已经结束"):
        order_in(session, activity)


def test_windows_and_strange_goods_are_refused(session: Session) -> None:
    early = start_activity(session, starts_at=NOW + HOUR)
    with pytest.raises(IllegalMove, match="11月11日 13:00开团"):
        order_in(session, early)
    over = start_activity(session, ends_at=NOW)
    with pytest.raises(IllegalMove, match="已经结束"):
        order_in(session, over)
    running = start_activity(session, pieces=9)
    goods = {variant_of(session, running): 1, put_on_sale(session): 1}
    with pytest.raises(InvalidInput, match="只能单独购买"):
        place(session, new_customer(session), goods, deal=GroupDeal(id_of(running)))
    with pytest.raises(NotFound):
        place(session, new_customer(session), goods, deal=GroupDeal(id_of(running), "NOSUCHNO"))


def test_nothing_leaves_and_nothing_is_asked_back_while_a_group_may_fail(session: Session) -> None:
    activity = start_activity(session)
    order = order_in(session, activity)
    pay_for(session, order, NOW)

    assert state_name(order) == "待成团"
    with pytest.raises(ShippingRefused, match="没有成团"):
        ship(
            session,
            id_of(order),
            carrier="yto",
            tracking_no="YT1234567890123",
            actor="agent:1",
            now=NOW,
        )
    for to in (OrderState.PACKED, OrderState.SHIPPED):
        with pytest.raises(IllegalMove, match="待成团"):
            move(session, id_of(order), to, actor="agent:1", reason="", now=NOW)
    (line,) = list_lines(session, order)
    with pytest.raises(IllegalMove, match="自动全额退"):
        estimate(session, order, {id_of(line): 1}, RequestKind.REFUND_ONLY, Reason.UNWANTED)


def test_points_buy_no_seat_so_that_a_difference_is_always_money(session: Session) -> None:
    session.add(MembershipTerms(spend_points=1, spend_fen=1, most_points=9_999, most_percent=100))
    customer = new_member(session, points=2_000)
    activity = start_activity(session)
    variant = variant_of(session, activity)

    choices = Choices(points=2_000, deal=GroupDeal(id_of(activity)))
    in_group = quote_for(session, customer, {variant: 1}, NOW, choices)
    alone = quote_for(session, customer, {variant: 1}, NOW, Choices(points=2_000))

    assert (in_group.points_spent, alone.points_spent) == (0, 2_000)
    assert in_group.payable == in_group.goods_total - in_group.discount
