"""Whatever happens in a flash sale, in whatever order: its pieces, its window, its limits hold.

The model knows piles and people only, from what a flash sale promises; no code of the shop.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlmodel import Session, SQLModel

from bot.engines import create_shop_engine
from commerce import models
from commerce.errors import ShopError
from commerce.flash_sales import planning
from commerce.flash_sales.tables import FlashItem
from commerce.inserting import id_of
from commerce.ordering.settlement import close_unpaid
from commerce.ordering.tables import Order
from tests.commerce.flash_sales.sales import buy, had_by, item_of, planned_sale
from tests.commerce.shop import (
    NOW,
    assert_stock_adds_up,
    begin_to_pay,
    new_customer,
    pay,
    place,
    put_on_sale,
    stock_of,
)

TABLES = models
"""Imported for its tables."""
ENGINE = create_shop_engine("sqlite://")
SQLModel.metadata.create_all(ENGINE)
BUYERS = 3
MOST_WAITING = 4
"""Below the number of unpaid orders at which the shop refuses any further one."""


@dataclass
class Bought:
    """Pieces that somebody ordered: from the sale's pile, or from the shelf."""

    buyer: int
    pieces: int
    is_flash: bool
    state: str = "waits"


@dataclass
class PaperSale:
    """A sale on paper: a shelf, a pile beside it, a window, a limit, and slips of paper."""

    shelf: int
    wanted: int
    limit: int
    starts_at: datetime
    ends_at: datetime
    pile: int = 0
    phase: str = "planned"
    slips: list[Bought] = field(default_factory=list)

    def sells(self, now: datetime) -> bool:
        return self.phase == "on" and self.starts_at <= now < self.ends_at

    def has(self, buyer: int) -> int:
        mine = [s for s in self.slips if s.buyer == buyer and s.is_flash and s.state != "closed"]
        return sum(slip.pieces for slip in mine)

    def waiting(self, buyer: int) -> int:
        return sum(slip.buyer == buyer and slip.state == "waits" for slip in self.slips)

    def flash(self, buyer: int, pieces: int, now: datetime) -> bool:
        is_within_limit = self.has(buyer) + pieces <= self.limit
        if not (self.sells(now) and pieces <= self.pile and is_within_limit):
            return False
        self.pile -= pieces
        self.slips.append(Bought(buyer, pieces, is_flash=True))
        return True

    def usual(self, buyer: int, pieces: int) -> bool:
        if pieces > self.shelf:
            return False
        self.shelf -= pieces
        self.slips.append(Bought(buyer, pieces, is_flash=False))
        return True

    def close(self, slip: Bought, now: datetime) -> None:
        slip.state = "closed"
        if slip.is_flash and self.sells(now):
            self.pile += slip.pieces
        else:
            self.shelf += slip.pieces

    def begin(self, now: datetime) -> None:
        if self.phase == "planned" and self.starts_at - planning.AHEAD <= now < self.ends_at:
            self.phase, self.pile = "on", min(self.wanted, self.shelf)
            self.shelf -= self.pile

    def end(self, phase: str) -> None:
        if self.phase in ("planned", "on"):
            self.phase, self.pile, self.shelf = phase, 0, self.shelf + self.pile


class FlashSales(RuleBasedStateMachine):
    """The shop and the paper, side by side."""

    @initialize(shelf=st.integers(0, 10), wanted=st.integers(1, 8), limit=st.integers(1, 3))
    def open(self, shelf: int, wanted: int, limit: int) -> None:
        self.session = Session(ENGINE, expire_on_commit=False)
        self.now = NOW
        starts = NOW + timedelta(minutes=15)
        limit = min(limit, wanted)
        self.variant = put_on_sale(self.session, pieces=shelf)
        self.sale = planned_sale(
            self.session, self.variant, pieces=wanted, per_customer=limit, starts_at=starts
        )
        self.item = item_of(self.session, self.sale)
        self.buyers = [new_customer(self.session) for _ in range(BUYERS)]
        ends = starts + timedelta(hours=2)
        self.paper = PaperSale(shelf, wanted, limit, starts, ends)
        self.orders: list[Order] = []
        self.total = shelf

    def attempt(self, *, is_flash: bool, buyer: int, pieces: int) -> bool:
        customer = self.buyers[buyer]
        try:
            with self.session.begin_nested():
                if is_flash:
                    order = buy(self.session, customer, self.item, pieces, self.now)
                else:
                    order = place(self.session, customer, {self.variant: pieces}, now=self.now)
        except ShopError:
            return False
        self.orders.append(order)
        return True

    @rule(buyer=st.integers(0, BUYERS - 1), pieces=st.integers(1, 3), is_flash=st.booleans())
    def somebody_orders(self, buyer: int, pieces: int, *, is_flash: bool) -> None:
        if self.paper.waiting(buyer) >= MOST_WAITING:
            return
        is_done = self.attempt(is_flash=is_flash, buyer=buyer, pieces=pieces)
        on_paper = self.paper
        wanted = (
            on_paper.flash(buyer, pieces, self.now) if is_flash else on_paper.usual(buyer, pieces)
        )
        assert is_done == wanted

    @precondition(lambda self: any(slip.state == "waits" for slip in self.paper.slips))
    @rule(data=st.data(), is_paid=st.booleans())
    def an_order_ends(self, data: st.DataObject, *, is_paid: bool) -> None:
        waiting = [n for n, slip in enumerate(self.paper.slips) if slip.state == "waits"]
        number = data.draw(st.sampled_from(waiting))
        order, slip = self.orders[number], self.paper.slips[number]
        if is_paid and order.expires_at - self.now > timedelta(minutes=3):
            pay(self.session, begin_to_pay(self.session, order, self.now), self.now)
            slip.state = "paid"
        else:
            close_unpaid(self.session, id_of(order), actor="clock", reason="", now=self.now)
            self.paper.close(slip, self.now)

    @rule(minutes=st.sampled_from([0, 5, 15, 60, 120]))
    def time_goes_on(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def the_clock_looks(self) -> None:
        for sale in planning.list_over(self.session, self.now):
            planning.end_over(self.session, sale, self.now)
        for sale in planning.list_to_switch_on(self.session, self.now):
            planning.switch_on(self.session, sale, self.now)
        if self.now >= self.paper.ends_at:
            self.paper.end("over")
        self.paper.begin(self.now)

    @rule(is_meant=st.integers(0, 3).map(lambda n: n == 0))
    def somebody_calls_it_off(self, *, is_meant: bool) -> None:
        if is_meant:
            planning.call_off(self.session, self.sale, actor="test", now=self.now)
            self.paper.end("called_off")

    @invariant()
    def both_tell_the_same(self) -> None:
        if not hasattr(self, "paper"):
            return
        item = self.session.get_one(FlashItem, self.item, populate_existing=True)
        assert (item.left, stock_of(self.session, self.variant)) == (
            self.paper.pile,
            self.paper.shelf,
        )
        for number, customer in enumerate(self.buyers):
            assert had_by(self.session, self.item, customer) == self.paper.has(number)
            assert self.paper.has(number) <= self.paper.limit
        gone = sum(slip.pieces for slip in self.paper.slips if slip.state != "closed")
        assert item.left + stock_of(self.session, self.variant) + gone == self.total

    def teardown(self) -> None:
        if hasattr(self, "session"):
            assert_stock_adds_up(self.session)
            self.session.rollback()
            self.session.close()


FlashSales.TestCase.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
TestFlashSales = pytest.mark.slow(FlashSales.TestCase)
