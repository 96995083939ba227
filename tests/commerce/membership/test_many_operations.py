"""A thousand random deeds of members: the ledger's identities hold, whatever they did."""

import contextlib
import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel, func, select

from bot.engines import create_shop_engine
from commerce import models
from commerce.customers.merging import find_customer, merge
from commerce.errors import ShopError
from commerce.inserting import id_of
from commerce.ledger.posting import AccountKind, balance
from commerce.ledger.tables import LedgerAccount
from commerce.membership import points, sending
from commerce.membership.birthdays import serve_birthdays, set_birthday
from commerce.membership.signing_in import sign_in
from commerce.membership.tables import MallItem, Redemption, RedemptionState
from tests.commerce.ledger.books import SHOP_POINTS, assert_books_balance
from tests.commerce.membership.members import buys, new_member, put_into_mall
from tests.commerce.shop import NOW

TABLES = models
"""Imported for their tables."""
PIECES = 40
ENGINE = create_shop_engine("sqlite://")
SQLModel.metadata.create_all(ENGINE)


class Members:
    """Some members, who do at random what members do."""

    def __init__(self, session: Session, chance: random.Random) -> None:
        self.session, self.chance, self.now = session, chance, NOW
        self.customers = [new_member(session, 1000) for _ in range(6)]
        self.items = [put_into_mall(session, f"礼物{n}", stock=PIECES) for n in range(3)]
        self.orders = 0
        self.spent: dict[int, tuple[int, int]] = {}
        self.earned: dict[int, tuple[int, int]] = {}

    def live(self, deeds: int) -> None:
        kinds = [
            self.buy,
            self.receive,
            self.return_goods,
            self.close_order,
            self.sign,
            self.redeem,
            self.end_redemption,
            self.tell_birthday,
            self.sleep,
        ]
        for number in range(deeds):
            with contextlib.suppress(ShopError):  # Nothing may change then: the sums will show.
                self.chance.choice(kinds)()
            if number % 400 == 399:
                kept, gone = self.chance.sample(self.customers, 2)
                merge(self.session, kept, gone, self.now)

    def one(self) -> int:
        """Somebody, by whatever number the shop first gave them."""
        present = find_customer(self.session, self.chance.choice(self.customers))
        assert present is not None
        return id_of(present)

    def buy(self) -> None:
        self.orders += 1
        customer, amount = self.one(), self.chance.randint(1, 400)
        points.spend(self.session, customer, self.orders, amount, self.now)
        self.spent[self.orders] = (customer, amount)

    def close_order(self) -> None:
        if self.spent:
            order, (customer, amount) = self.chance.choice(list(self.spent.items()))
            points.give_back_spent(self.session, customer, order, amount, "closed", self.now)

    def receive(self) -> None:
        self.orders += 1
        customer, amount = self.one(), self.chance.randint(0, 300)
        points.earn_for_order(
            self.session, customer, self.orders, amount, self.now, paid=amount * 100
        )
        self.earned[self.orders] = (customer, amount)

    def return_goods(self) -> None:
        if self.earned:
            order, (customer, amount) = self.chance.choice(list(self.earned.items()))
            points.claw_back(
                self.session, customer, order, amount, "SH1", self.now, paid=amount * 100
            )

    def sign(self) -> None:
        sign_in(self.session, self.one(), self.now)

    def redeem(self) -> None:
        item = self.chance.choice(self.items)
        buys(self.session, self.one(), item, f"{self.chance.random()}", now=self.now)

    def end_redemption(self) -> None:
        waiting = sending.list_waiting(self.session)
        if waiting:
            number = self.chance.choice(waiting).redemption_no
            sending.call_off(self.session, number, actor="agent:1", now=self.now)

    def tell_birthday(self) -> None:
        month, day = self.chance.randint(1, 12), self.chance.randint(1, 31)
        set_birthday(self.session, self.one(), month, day, self.now)

    def sleep(self) -> None:
        self.now += timedelta(hours=self.chance.randint(1, 60))
        serve_birthdays(self.session, self.now)


def assert_pieces_add_up(session: Session) -> None:
    """What is left and what was redeemed is what was put in; a live redemption is a piece."""
    for item in session.exec(select(MallItem).execution_options(populate_existing=True)):
        live = session.exec(
            select(func.count())
            .select_from(Redemption)
            .where(Redemption.item_id == item.id, Redemption.state != RedemptionState.CALLED_OFF)
        ).one()
        assert (item.stock + item.redeemed, item.redeemed) == (PIECES, live)


@pytest.mark.slow
@settings(max_examples=2)
@given(seed=st.integers(0, 2**32))
def test_after_a_thousand_deeds_all_points_are_accounted_for(seed: int) -> None:
    with Session(ENGINE, expire_on_commit=False) as session:
        members = Members(session, random.Random(seed))
        members.live(1000)

        assert_books_balance(session)
        assert_pieces_add_up(session)
        mine = select(LedgerAccount).where(LedgerAccount.kind == AccountKind.POINTS.value)
        held = sum(account.balance or 0 for account in session.exec(mine))
        assert balance(session, SHOP_POINTS) == -held
        session.rollback()
