"""Placing, paying, lapsing, closing and cancelling, in every order that chance finds."""

from datetime import timedelta

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
)
from sqlmodel import Session, SQLModel, col, select

from bot.engines import create_shop_engine
from commerce import models
from commerce.errors import IllegalMove, OutOfStock
from commerce.inserting import id_of
from commerce.ordering.states import move
from commerce.ordering.tables import Order, OrderState, Reservation, ReservationState
from commerce.payments import closing
from commerce.payments.refunds import record_refund_result
from commerce.payments.settling import PaidOutcome
from commerce.payments.tables import LIVE, Payment, PaymentState, Refund, RefundState
from tests.commerce.shop import (
    NOW,
    assert_money_adds_up,
    assert_stock_adds_up,
    begin_to_pay,
    new_customer,
    pay,
    place,
    put_on_sale,
)

TABLES = (models,)
"""Imported for their tables."""
ENGINE = create_shop_engine("sqlite://")
SQLModel.metadata.create_all(ENGINE)


class OrdersAndMoney(RuleBasedStateMachine):
    """A shop of two variants; WeChat Pay may report anything at any time."""

    orders: Bundle[Order] = Bundle("orders")
    payments: Bundle[Payment] = Bundle("payments")

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(ENGINE, expire_on_commit=False)
        self.now = NOW
        self.variants = [put_on_sale(self.session, title, pieces=4) for title in ("拖鞋", "水杯")]
        self.customer = new_customer(self.session)

    @rule(minutes=st.sampled_from([1, 5, 20, 31]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(target=orders, slippers=st.integers(0, 3), cups=st.integers(1, 3))
    def somebody_orders(self, slippers: int, cups: int) -> Order | MultipleResults[Order]:
        wanted = {self.variants[0]: slippers, self.variants[1]: cups}
        try:
            return place(
                self.session,
                self.customer,
                {variant: pieces for variant, pieces in wanted.items() if pieces},
                now=self.now,
            )
        except OutOfStock:
            return multiple()

    @rule(target=payments, order=orders)
    def the_buyer_begins_to_pay(self, order: Order) -> Payment | MultipleResults[Payment]:
        try:
            return begin_to_pay(self.session, order, self.now)
        except IllegalMove:
            return multiple()

    @rule(payment=payments, times=st.integers(1, 3))
    def success_is_reported(self, payment: Payment, times: int) -> None:
        first, *again = [pay(self.session, payment, self.now) for _ in range(times)]
        assert first != PaidOutcome.MISMATCH
        assert set(again) <= {PaidOutcome.ALREADY}

    @rule(payment=payments)
    def a_wrong_amount_is_reported(self, payment: Payment) -> None:
        if payment.state != PaymentState.PAID:
            outcome = pay(self.session, payment, self.now, amount=payment.amount - 1)
            assert outcome == PaidOutcome.MISMATCH

    @rule(payment=payments)
    def a_closing_is_confirmed(self, payment: Payment) -> None:
        closing.record_closed(self.session, payment.out_trade_no, self.now)

    @rule(payment=payments)
    def nothing_was_paid_so_far(self, payment: Payment) -> None:
        closing.record_still_open(self.session, payment.out_trade_no, self.now)

    @rule(order=orders)
    def the_buyer_cancels(self, order: Order) -> None:
        try:
            closing.cancel_order(self.session, self.customer, order.order_no, self.now)
        except IllegalMove:
            assert order.state not in (OrderState.UNPAID, OrderState.CLOSED)

    @rule()
    def the_clock_ticks(self) -> None:
        for order_id in closing.list_lapsed(self.session, self.now):
            assert closing.let_lapse(self.session, order_id, self.now) is not None

    @rule(order=orders)
    def the_shop_ships(self, order: Order) -> None:
        if order.state == OrderState.PAID:
            self._move(order, OrderState.SHIPPED)

    @rule(result=st.sampled_from([RefundState.PROCESSING, RefundState.SUCCEEDED]))
    def refunds_go_on(self, result: RefundState) -> None:
        for refund in self.session.exec(select(Refund)):
            record_refund_result(self.session, refund.out_refund_no, result, self.now)

    @invariant()
    def stock_is_conserved(self) -> None:
        assert_stock_adds_up(self.session)

    @invariant()
    def every_payment_is_kept_for_one_order_or_goes_back(self) -> None:
        assert_money_adds_up(self.session)

    @invariant()
    def no_order_is_closed_while_it_could_still_be_paid(self) -> None:
        closed_too_early = (
            select(Payment)
            .join(Order, col(Order.id) == col(Payment.order_id))
            .where(Order.state == OrderState.CLOSED, col(Payment.state).in_(LIVE))
        )
        assert self.session.exec(closed_too_early).first() is None

    def teardown(self) -> None:
        """In the end no unpaid order holds goods, but those that a person has to look at."""
        self.now += timedelta(days=1)
        self.the_clock_ticks()
        for payment in closing.list_payments_to_close(self.session, self.now + timedelta(days=1)):
            closing.record_closed(self.session, payment.out_trade_no, self.now)
        self.session.flush()
        stuck = self.session.exec(
            select(Order)
            .join(Reservation, col(Reservation.order_id) == col(Order.id))
            .where(Reservation.state == ReservationState.HELD)
            .where(
                ~select(Payment.id)
                .where(Payment.order_id == Order.id, col(Payment.disputed_at).is_not(None))
                .exists()
            )
        ).all()
        self.session.rollback()
        self.session.close()
        assert stuck == []

    def _move(self, order: Order, to: OrderState) -> None:
        move(self.session, id_of(order), to, actor="agent:1", reason="测试", now=self.now)


OrdersAndMoney.TestCase.settings = settings(
    max_examples=80,
    stateful_step_count=25,
    # Shrinking takes minutes here, and 25 steps can be read as they are.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
OrdersAndMoney.TestCase.pytestmark = [pytest.mark.slow]  # type: ignore[attr-defined]
TestOrdersAndMoney = OrdersAndMoney.TestCase
