"""Ordering, paying in time and late, lapsing and ending, in every order that chance finds."""

from datetime import timedelta
from typing import Final

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlmodel import Session, SQLModel, col, func, select

from bot.engines import create_shop_engine
from commerce import models
from commerce.deals.choices import Overflow
from commerce.errors import IllegalMove
from commerce.events import ShopEvent
from commerce.group_buys.ending import end, list_due
from commerce.group_buys.entries import set_virtual_percent
from commerce.group_buys.tables import BuyingGroup, MemberState
from commerce.inserting import id_of
from commerce.ordering.tables import Order
from commerce.payments import closing
from commerce.payments.tables import Payment, Refund, RefundState
from tests.commerce.group_buys import model
from tests.commerce.group_buys.grouping import (
    HOUR,
    assert_groups_add_up,
    held,
    member_of,
    order_in,
    react,
    send_refunds,
    start_activity,
)
from tests.commerce.shop import NOW, assert_stock_adds_up, begin_to_pay, new_customer, pay

TABLES = (models,)
"""Imported for their tables."""
ENGINE = create_shop_engine("sqlite://")
SQLModel.metadata.create_all(ENGINE)
PRICES: Final = {3: 3000, 4: 2500, 5: 2001}
LIMIT: Final = 2
ANY: Final = st.integers(0, 20)
"""Which one, counted back from the latest."""
STATES: Final = {
    MemberState.WAITING: "unpaid",
    MemberState.SEATED: "waiting",
    MemberState.SUCCEEDED: "success",
    MemberState.REFUNDED: "refunded",
    MemberState.CLOSED: "closed",
}


class GroupBuys(RuleBasedStateMachine):
    """One activity and four people; WeChat Pay may report anything at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(ENGINE, expire_on_commit=False)
        self.now = NOW
        self.activity = start_activity(self.session, PRICES, orders=LIMIT)
        self.buyers = [new_customer(self.session) for _ in range(6)]
        self.shop = model.Shop(PRICES, HOUR, LIMIT)
        self.orders: list[Order] = []
        self.payments: dict[int, Payment] = {}
        self.groups: list[BuyingGroup] = []
        self.heard = 0

    @initialize(percent=st.sampled_from([None, 34, 60]))
    def virtual(self, percent: int | None) -> None:
        self.shop.percent = percent
        key = self.activity.key
        set_virtual_percent(
            self.session, key, percent, actor="agent:1", reason="测试", now=self.now
        )

    @rule(minutes=st.sampled_from([1, 5, 9, 28, 31]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(buyer=st.integers(0, 5), back=ANY, opens=st.integers(0, 3), moves=st.booleans())
    def somebody_orders(self, buyer: int, back: int, opens: int, moves: bool) -> None:
        group = None if opens == 0 or not self.groups else self._back(len(self.groups), back)
        joined = None if group is None else self.groups[group]
        if joined is not None:
            self.session.refresh(joined)
        choice = Overflow.NEW_GROUP if moves else Overflow.REFUND
        buying = {"customer_id": self.buyers[buyer], "overflow": choice, "now": self.now}
        if self.shop.may_order(buyer, group, self.now):
            self.orders.append(order_in(self.session, self.activity, joined, **buying))  # type: ignore[arg-type]
            self.shop.order(buyer, group, moves=moves, now=self.now)
            self._begin(len(self.orders) - 1)
        else:
            with pytest.raises(IllegalMove):
                order_in(self.session, self.activity, joined, **buying)  # type: ignore[arg-type]

    @rule(back=ANY, late=st.sampled_from([0, 0, 0, 3, 12]))
    def wechat_took_the_money(self, back: int, late: int) -> None:
        """Heard of now, taken now or some minutes before."""
        if not self.payments:
            return
        number = sorted(self.payments)[self._back(len(self.payments), back)]
        at = max(self.now - timedelta(minutes=late), self.orders[number].created_at)
        pay(self.session, self.payments.pop(number), self.now, success_time=at)
        self.shop.pay(number, at)
        self._note_group(number)

    @rule(is_confirmed=st.booleans())
    def orders_lapse(self, is_confirmed: bool) -> None:
        for order_id in closing.list_lapsed(self.session, self.now):
            closing.let_lapse(self.session, order_id, self.now)
        for number in range(len(self.orders)):
            if not self.shop.is_to_close(number, self.now):
                continue
            payment = self.payments.get(number)
            if payment is None:
                self.shop.close(number)
            elif is_confirmed:
                closing.record_closed(self.session, payment.out_trade_no, self.now)
                del self.payments[number]
                self.shop.close(number)

    @rule()
    def groups_end(self) -> None:
        for group_id in list_due(self.session, self.now):
            assert end(self.session, group_id, self.now) is not None
        self.shop.end(self.now)

    @rule()
    def refunds_arrive(self) -> None:
        send_refunds(self.session, self.now)

    @invariant()
    def everybody_is_where_the_shop_promised(self) -> None:
        self.heard = react(self.session, self.now, after=self.heard)
        for order, bought in zip(self.orders, self.shop.bought, strict=True):
            member = member_of(self.session, order)
            assert STATES[MemberState(member.state)] == bought.state
            assert member.is_leader == bought.is_leader
            self.session.refresh(order)
            assert order.awaits_group == (bought.state == "waiting")
            assert self._kept(order) == (bought.kept, bought.back)
        for buyer, customer in enumerate(self.buyers):
            assert held(self.session, self.activity, customer) == self.shop.counted(buyer) <= LIMIT

    @invariant()
    def groups_have_the_heads_that_they_say(self) -> None:
        for group, promised in zip(self.groups, self.shop.groups, strict=True):
            self.session.refresh(group)
            assert (group.state, group.is_virtual) == (promised.state, promised.is_virtual)
            assert (group.paid, group.expires_at) == (len(promised.people), promised.until)
        assert_groups_add_up(self.session)
        assert_stock_adds_up(self.session)

    @invariant()
    def every_step_is_told_once_to_each(self) -> None:
        told = func.count().label("told")
        ends = select(ShopEvent.subject["order_id"].as_integer(), told).where(
            col(ShopEvent.kind).in_(("group_succeeded", "group_failed", "group_overflowed"))
        )
        by_order = ends.group_by(ShopEvent.subject["order_id"].as_integer())
        assert all(count == 1 for _, count in self.session.exec(by_order))

    def teardown(self) -> None:
        """However it went: let all the time pass, and nobody is left between."""
        self.now += timedelta(days=1)
        self.orders_lapse(is_confirmed=True)
        self.groups_end()
        self.heard = 0  # What was heard before changes nothing when it is heard again.
        self.everybody_is_where_the_shop_promised()
        left = {bought.state for bought in self.shop.bought}
        self.session.rollback()
        self.session.close()
        assert left <= {"success", "refunded", "closed"}

    def _begin(self, number: int) -> None:
        if self.shop.may_begin_to_pay(number, self.now):
            self.payments[number] = begin_to_pay(self.session, self.orders[number], self.now)
            self.shop.bought[number].in_hand = True

    def _note_group(self, number: int) -> None:
        if len(self.shop.groups) > len(self.groups):
            group_id = member_of(self.session, self.orders[number]).group_id
            self.groups.append(self.session.get_one(BuyingGroup, group_id))

    def _kept(self, order: Order) -> tuple[int, int]:
        paid = select(func.coalesce(func.sum(Payment.amount), 0)).where(
            Payment.order_id == order.id, col(Payment.transaction_id).is_not(None)
        )
        back = (
            select(func.coalesce(func.sum(Refund.amount), 0))
            .join(Payment, col(Payment.id) == col(Refund.payment_id))
            .where(Payment.order_id == id_of(order), Refund.state != RefundState.CLOSED)
        )
        came, went = self.session.exec(paid).one(), self.session.exec(back).one()
        return came - went, went

    @staticmethod
    def _back(length: int, back: int) -> int:
        return length - 1 - back % length


GroupBuys.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=25,
    # Shrinking takes minutes here, and 25 steps can be read as they are.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
GroupBuys.TestCase.pytestmark = [pytest.mark.slow]  # type: ignore[attr-defined]
TestGroupBuys = GroupBuys.TestCase
