"""A shop and a model of it that live through the same events: buying, paying, sending."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)
from sqlalchemy import Engine
from sqlmodel import Session

from commerce.errors import IllegalMove, InvalidInput, OutOfStock
from commerce.inserting import core, id_of
from commerce.ordering import receipt
from commerce.ordering.quoting import Choices, quote_for
from commerce.ordering.tables import Order, OrderState
from commerce.parcels import shipping
from commerce.payments import closing
from commerce.payments.settling import PaidOutcome
from commerce.payments.tables import Payment, PaymentState
from commerce.prepared import DRIVER
from commerce.promotions import coupons
from tests.commerce import shop
from tests.commerce.membership.members import new_member
from tests.commerce.money import model
from tests.commerce.money.counter import as_placed, assert_all_is_settled, assert_same, set_terms
from tests.commerce.promotions.coupons import own

REFUSALS: Final = (IllegalMove, InvalidInput, OutOfStock, shipping.ShippingRefused)
POINTS, PRICES, PIECES, OFF, FROM, MOST_UNPAID = 5000, (1900, 333), 9, 1000, 3000, 5
LATEST: Final = timedelta(minutes=2)
"""Before an order lapses: so late nobody begins to pay."""
BASKET: Final = st.tuples(
    st.sampled_from([(1, 0), (2, 0), (3, 0), (2, 1), (2, 2), (3, 2), (0, 3), (0, 1), (1, 3)]),
    st.sampled_from([None, None, 0, 1, 2]),
    st.sampled_from([0, 510, POINTS]),
)
"""Pieces of each variant, a coupon, and points."""
STATES: Final = ("paid", "shipped", "received")
SOME: Final = st.none() | st.tuples(st.integers(0, 3), st.integers(0, 3))
ANY: Final = st.integers(0, 20)
"""Which one, counted back from the latest."""
_parcels = count(1)


def chosen(order: model.Order, free: Counter[int], some: tuple[int, int] | None) -> Counter[int]:
    """All free pieces of an order, or some, of which now and then there is one too many."""
    if some is None:
        return free
    return +Counter({n: k % (free[n] + 2) for n, k in zip(order.lines, some, strict=False)})


class Buying(RuleBasedStateMachine):
    """A shop of two variants and one customer; WeChat Pay may report anything at any time."""

    orders: Bundle[int] = Bundle("orders")

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.session = Session(engine, expire_on_commit=False)
        self.session.info[DRIVER] = self.session.connection().connection.driver_connection
        self.now = shop.NOW
        set_terms(self.session)
        self.customer = new_member(self.session, POINTS)
        self.variants = [
            shop.put_on_sale(self.session, f"商品{price}", price=price, pieces=PIECES)
            for price in PRICES
        ]
        self.coupons = [
            own(self.session, self.customer, off=OFF, threshold=FROM, lasts_days=days)
            for days in (1, 30, 30)
        ]
        self.model = model.Shop(Counter(dict.fromkeys(self.variants, PIECES)), POINTS)
        self.payments: list[Payment] = []

    def tries[T](self, deed: Callable[..., T], *arguments: Any, **more: Any) -> T | None:
        """What it comes to; None when it is refused, and then nothing has happened."""
        try:
            with self.session.begin_nested():
                core(self.session)
                return deed(self.session, *arguments, **more)
        except REFUSALS:
            return None

    def order(self, order_id: int) -> Order:
        return self.session.get_one(Order, order_id, populate_existing=True)

    @initialize(
        target=orders,
        bought=st.lists(st.tuples(BASKET, st.sampled_from(STATES)), min_size=2, max_size=3),
    )
    def some_was_bought_before(
        self, bought: list[tuple[tuple[tuple[int, int], int | None, int], str]]
    ) -> MultipleResults[int]:
        placed = []
        for basket, state in bought:
            order_id = self.order_of(*basket, is_paid=True)
            if order_id is None:
                continue
            placed.append(order_id)
            if state != "paid":
                self.the_shop_ships(order_id, None)
            if state == "received":
                self.the_customer_receives(order_id)
        return multiple(*placed)

    @rule(minutes=st.sampled_from([2, 27, 31, 30 * 60, 11 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(target=orders, basket=BASKET, is_begun=st.booleans(), is_paid=st.booleans())
    def the_customer_orders(
        self, basket: tuple[tuple[int, int], int | None, int], is_begun: bool, is_paid: bool
    ) -> int | MultipleResults[int]:
        order_id = self.order_of(*basket, is_paid=is_begun and is_paid)
        if order_id is not None and is_begun:
            self.the_customer_begins_to_pay(order_id)
        return multiple() if order_id is None else order_id

    def order_of(
        self, pieces: tuple[int, int], coupon: int | None, points: int, *, is_paid: bool
    ) -> int | None:
        wanted = +Counter(dict(zip(self.variants, pieces, strict=True)))
        chosen = None if coupon is None else self.coupons[coupon]
        is_refused = self.must_refuse(wanted, chosen)
        placed = self.tries(self.place, wanted, chosen, points)
        assert (placed is None) == is_refused
        if placed is None:
            return None
        order_id = id_of(placed)
        self.model.places(order_id, as_placed(self.session, placed))
        if is_paid and placed.payable:
            self.the_customer_begins_to_pay(order_id)
            self.success_is_reported(0, 1)
        return order_id

    def place(
        self, session: Session, wanted: Counter[int], coupon: int | None, points: int
    ) -> Order:
        choices = Choices(coupon, points, shop.ADDRESS.region)
        quote = quote_for(session, self.customer, wanted, self.now, choices)
        return shop.place(
            session,
            self.customer,
            wanted,
            expected_payable=quote.payable,
            coupon_id=coupon,
            points=points,
            now=self.now,
        )

    def must_refuse(self, wanted: Counter[int], coupon: int | None) -> bool:
        """Whether such an order has to be refused."""
        worth = sum(PRICES[self.variants.index(each)] * n for each, n in wanted.items())
        owned = {each.id for each in coupons.list_owned(self.session, self.customer, self.now)}
        assert not owned & self.model.used
        unpaid = [each for each in self.model.orders.values() if each.state == "unpaid"]
        is_coupon_bad = coupon is not None and (coupon not in owned or worth < FROM)
        is_short = not wanted <= self.model.stock
        return not wanted or is_short or is_coupon_bad or len(unpaid) >= MOST_UNPAID

    @rule(order_id=orders)
    def the_customer_begins_to_pay(self, order_id: int) -> None:
        order, real = self.model.orders[order_id], self.order(order_id)
        payment = self.tries(shop.begin_to_pay, real, self.now)
        if payment is not None:
            assert order.state == "unpaid"
            self.payments += [] if payment in self.payments else [payment]
        elif order.state == "unpaid" and self.now <= real.expires_at - LATEST:
            assert PaymentState.CLOSING in [
                each.state for each in self.payments if each.order_id == order_id
            ]

    @precondition(lambda self: self.payments)
    @rule(which=ANY, times=st.integers(1, 3))
    def success_is_reported(self, which: int, times: int) -> None:
        payment = self.payments[-1 - which % len(self.payments)]
        first, *again = [shop.pay(self.session, payment, self.now) for _ in range(times)]
        assert first != PaidOutcome.MISMATCH
        assert set(again) <= {PaidOutcome.ALREADY}
        order = self.model.orders[payment.order_id]
        self.model.pays(order, payment.out_trade_no, f"R{payment.out_trade_no}-1")

    @precondition(lambda self: self.payments)
    @rule(which=ANY)
    def a_payment_is_closed(self, which: int) -> None:
        payment = self.payments[-1 - which % len(self.payments)]
        if closing.record_closed(self.session, payment.out_trade_no, self.now):
            assert self.model.closes(self.model.orders[payment.order_id])

    @rule(order_id=orders, is_confirmed=st.booleans())
    def the_customer_cancels(self, order_id: int, is_confirmed: bool) -> None:
        order, number = self.model.orders[order_id], self.order(order_id).order_no
        done = self.tries(closing.cancel_order, self.customer, number, self.now)
        assert (done is None) == (order.state not in ("unpaid", "closed"))
        for payment in self.payments:
            if is_confirmed and done is not None and payment.order_id == order_id:
                closing.record_closed(self.session, payment.out_trade_no, self.now)
        if self.order(order_id).state == OrderState.CLOSED:
            assert self.model.closes(order)

    @rule()
    def the_clock_ticks(self) -> None:
        for order_id in closing.list_lapsed(self.session, self.now):
            if closing.let_lapse(self.session, order_id, self.now) == closing.Cancellation.CLOSED:
                assert self.model.closes(self.model.orders[order_id])
        coupons.lapse(self.session, self.now)
        for order_id in receipt.list_overdue(self.session, self.now):
            assert receipt.receive_overdue(self.session, order_id, self.now) is not None
            assert self.model.receives(self.model.orders[order_id])

    @rule(order_id=orders, some=SOME)
    def the_shop_ships(self, order_id: int, some: tuple[int, int] | None) -> None:
        order = self.model.orders[order_id]
        pieces = chosen(order, order.without(order.sent, order.stayed), some)
        parcel = self.tries(
            shipping.ship,
            order_id,
            carrier="yto",
            tracking_no=f"YT{next(_parcels):013d}",
            actor="agent:1",
            now=self.now,
            pieces=pieces,
        )
        is_legal = bool(pieces) and self.model.ships(order, pieces)
        assert (parcel is not None) == is_legal

    @rule(order_id=orders)
    def the_customer_receives(self, order_id: int) -> None:
        order = self.model.orders[order_id]
        come = self.tries(receipt.receive, order_id, actor="agent:1", reason="", now=self.now)
        assert (come is not None) == self.model.receives(order)

    @invariant()
    def the_shop_is_where_the_model_is(self) -> None:
        shop.assert_stock_adds_up(self.session)
        assert_same(self.session, self.model, self.customer)

    def teardown(self) -> None:
        """In the end every unpaid order lapses, and the books are whole."""
        try:
            self.now += timedelta(days=1)
            self.the_clock_ticks()
            for payment in self.payments:
                closing.record_closed(self.session, payment.out_trade_no, self.now)
            assert_all_is_settled(self.session)
        finally:
            self.session.rollback()
            self.session.close()
