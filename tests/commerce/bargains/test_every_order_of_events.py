"""Whatever happens to bargains, in whatever order: floors, friends and times hold.

The model is written from what a bargain promises; of the cuts it knows only what they must leave.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlmodel import Session, SQLModel, func, select

from bot.engines import create_shop_engine
from commerce import models
from commerce.bargains import cutting
from commerce.bargains.expiring import expire_over
from commerce.bargains.tables import Bargain, BargainHelp
from commerce.errors import ShopError
from commerce.inserting import id_of
from commerce.ordering.settlement import close_unpaid
from commerce.ordering.tables import Order
from tests.commerce.bargains.bargaining import FLOOR, bargains_on, buy
from tests.commerce.shop import NOW, begin_to_pay, new_customer, pay, put_on_sale

TABLES = models
"""Imported for its tables."""
ENGINE = create_shop_engine("sqlite://")
SQLModel.metadata.create_all(ENGINE)
PEOPLE = 5
LIFETIME = timedelta(minutes=120)


@dataclass
class PaperBargain:
    """One bargain on paper: who helped, and what may be done with it."""

    owner: int
    needs: int
    ends_at: datetime
    friends: list[int] = field(default_factory=list)
    order: str = ""
    """Nothing, waits or paid."""
    is_struck_off: bool = False

    @property
    def is_reached(self) -> bool:
        return len(self.friends) == self.needs

    def is_alive(self, now: datetime) -> bool:
        return now < self.ends_at and not self.is_struck_off and not self.order

    def look(self, now: datetime) -> None:
        """Strike it off when its time is up, unless an order has it."""
        if now >= self.ends_at and not self.order:
            self.is_struck_off = True

    @property
    def state(self) -> str:
        if self.order:
            return "ordered"
        if self.is_struck_off:
            return "expired"
        return "reached" if self.is_reached else "open"


@dataclass
class PaperBook:
    """All bargains, and how often somebody may begin one and help."""

    needs: int
    starts: int
    helps: int
    bargains: list[PaperBargain] = field(default_factory=list)

    def start(self, owner: int, now: datetime) -> PaperBargain | None:
        own = [each for each in self.bargains if each.owner == owner]
        alive = [each for each in own if each.is_alive(now)]
        if alive:
            return max(alive, key=lambda each: each.ends_at)
        if len(own) >= self.starts:
            return None
        self.bargains.append(PaperBargain(owner, self.needs, now + LIFETIME))
        return self.bargains[-1]

    def help(self, bargain: PaperBargain, friend: int, now: datetime) -> bool:
        helped = sum(friend in each.friends for each in self.bargains)
        may = friend != bargain.owner and friend not in bargain.friends and helped < self.helps
        if not (may and bargain.is_alive(now)) or bargain.is_reached:
            return False
        bargain.friends.append(friend)
        return True


class Bargains(RuleBasedStateMachine):
    """The shop and the paper, side by side."""

    @initialize(
        needs=st.integers(1, PEOPLE - 1),
        gap=st.sampled_from([1, 2, 3, 500]),
        starts=st.integers(1, 2),
        helps=st.integers(1, 3),
    )
    def open(self, needs: int, gap: int, starts: int, helps: int) -> None:
        self.session = Session(ENGINE, expire_on_commit=False)
        self.now, self.price = NOW, FLOOR + gap
        self.people = [new_customer(self.session) for _ in range(PEOPLE)]
        self.activity = bargains_on(
            self.session,
            put_on_sale(self.session, price=self.price, pieces=99),
            helpers=needs,
            starts_per_customer=starts,
            helps_per_customer=helps,
        )
        # Nobody helps for nothing off: there are no more friends than fen.
        self.paper = PaperBook(min(needs, gap), starts, helps)
        self.numbers: list[str] = []
        self.orders: dict[int, Order] = {}

    def bargain(self, number: int) -> Bargain:
        statement = select(Bargain).where(Bargain.bargain_no == self.numbers[number])
        return self.session.exec(statement.execution_options(populate_existing=True)).one()

    @rule(who=st.integers(0, PEOPLE - 1))
    def somebody_begins(self, who: int) -> None:
        wanted = self.paper.start(who, self.now)
        try:
            begun = cutting.start(self.session, self.people[who], self.activity, self.now)
        except ShopError:
            assert wanted is None
            return
        if begun.bargain_no not in self.numbers:
            self.numbers.append(begun.bargain_no)
        assert wanted is self.paper.bargains[self.numbers.index(begun.bargain_no)]

    @precondition(lambda self: self.numbers)
    @rule(data=st.data(), friend=st.integers(0, PEOPLE - 1), seed=st.integers())
    def somebody_helps(self, data: st.DataObject, friend: int, seed: int) -> None:
        number = data.draw(st.integers(0, len(self.numbers) - 1))
        before, on_paper = self.bargain(number).price, self.paper.bargains[number]
        wanted = self.paper.help(on_paper, friend, self.now)
        try:
            cut = cutting.help(
                self.session, self.numbers[number], self.people[friend], Random(seed), self.now
            )
        except ShopError:
            assert not wanted
            return
        assert wanted
        missing = on_paper.needs - len(on_paper.friends)
        assert (cut.missing, cut.price) == (missing, before - cut.amount)
        assert cut.amount >= 1
        assert cut.price - FLOOR >= missing
        assert (cut.price == FLOOR) == on_paper.is_reached

    @precondition(lambda self: self.numbers)
    @rule(data=st.data())
    def the_owner_orders(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(0, len(self.numbers) - 1))
        on_paper = self.paper.bargains[number]
        may = on_paper.is_reached and on_paper.is_alive(self.now)
        try:
            with self.session.begin_nested():
                self.orders[number] = buy(self.session, self.bargain(number), self.now)
        except ShopError:
            assert not may
            return
        assert may
        on_paper.order = "waits"

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), is_paid=st.booleans())
    def an_order_ends(self, data: st.DataObject, *, is_paid: bool) -> None:
        number = data.draw(st.sampled_from(sorted(self.orders)))
        order, on_paper = self.orders.pop(number), self.paper.bargains[number]
        if is_paid and order.expires_at - self.now > timedelta(minutes=3):
            pay(self.session, begin_to_pay(self.session, order, self.now), self.now)
            on_paper.order = "paid"
            return
        close_unpaid(self.session, id_of(order), actor="clock", reason="", now=self.now)
        on_paper.order = ""
        on_paper.look(self.now)

    @rule(minutes=st.sampled_from([1, 30, 119]))
    def time_goes_on(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def the_clock_looks(self) -> None:
        expire_over(self.session, self.now)
        for each in self.paper.bargains:
            each.look(self.now)

    @invariant()
    def both_tell_the_same(self) -> None:
        for number, on_paper in enumerate(self.paper.bargains if hasattr(self, "paper") else ()):
            bargain = self.bargain(number)
            assert (bargain.state, bargain.helped) == (on_paper.state, len(on_paper.friends))
            cuts = select(func.coalesce(func.sum(BargainHelp.cut), 0)).where(
                BargainHelp.bargain_id == bargain.id
            )
            assert bargain.start_price - self.session.exec(cuts).one() == bargain.price
            assert (bargain.price == FLOOR) == on_paper.is_reached

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.session.rollback()
            self.session.close()


Bargains.TestCase.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
TestBargains = pytest.mark.slow(Bargains.TestCase)
