"""The books against a model that is a dictionary, over a great many random operations."""

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from bot.database import Database
from commerce.errors import IdempotencyConflict
from commerce.ledger.joining import join_accounts
from commerce.ledger.posting import AccountKey, Insufficient, balance, reverse
from commerce.prepared import DRIVER
from tests.commerce.ledger.books import (
    SHOP_MONEY,
    SHOP_POINTS,
    assert_books_balance,
    enter,
    gifts,
    points,
)
from tests.commerce.shop import NOW, new_customer

CUSTOMERS = 12
LARGEST = 10_000


@dataclass
class Accountant:
    """Makes random postings and keeps a simple copy of what must be on every account."""

    session: Session
    chance: random.Random
    customers: list[int]
    balances: dict[AccountKey, int] = field(default_factory=dict)
    posted: list[tuple[str, dict[AccountKey, int]]] = field(default_factory=list)
    undone: set[str] = field(default_factory=set)
    person: dict[int, int] = field(default_factory=dict)
    """Who a customer is now, once they were merged."""

    def works(self, operations: int) -> None:
        """Make so many operations; now and then compare one balance."""
        deeds = [self.pays, self.spends, self.shares, self.repeats, self.undoes, self.bungles]
        for number in range(operations):
            self.chance.choices(deeds, [30, 30, 20, 8, 6, 6])[0](f"{number}")
            if number % 97 == 0:
                key = points(self.chance.choice(self.customers))
                assert balance(self.session, key) == self.balances.get(self.now(key), 0)
            if number % 3001 == 3000:
                self.merges()

    def now(self, key: AccountKey) -> AccountKey:
        owner = key.owner_id
        while owner is not None and owner in self.person:
            owner = self.person[owner]
        return AccountKey(key.kind, owner)

    def pays(self, ref: str) -> None:
        amount = self.chance.randint(1, LARGEST)
        self.enters(ref, {points(self.one()): amount, SHOP_POINTS: -amount})

    def spends(self, ref: str) -> None:
        amount = self.chance.randint(1, LARGEST)
        key = points(self.one())
        self.enters(ref, {key: -amount, SHOP_POINTS: amount}, keep={key: 0})

    def shares(self, ref: str) -> None:
        """A gift balance from one to two others, which may be too much."""
        giver, one, other = self.chance.sample(self.customers, 3)
        some, more = self.chance.randint(1, 50), self.chance.randint(1, 50)
        self.enters(f"{ref} in", {gifts(giver): 60, SHOP_MONEY: -60})
        self.enters(ref, {gifts(one): some, gifts(giver): -some - more, gifts(other): more})

    def repeats(self, _ref: str) -> None:
        if self.posted:
            ref, entries = self.chance.choice(self.posted)
            assert not enter(self.session, entries, ref=ref)

    def undoes(self, _ref: str) -> None:
        ref, entries = self.chance.choice(self.posted or [("", {})])
        if not ref or any(key.floor is not None for key in entries):
            return
        done = reverse(self.session, "given", ref, actor="agent:1", memo="", now=NOW)
        assert done == (ref not in self.undone)
        if done:
            self.undone.add(ref)
            self.book({key: -amount for key, amount in entries.items()})

    def bungles(self, ref: str) -> None:
        """What a faulty program would post."""
        with pytest.raises(ValueError, match="zero"):
            enter(self.session, {points(self.one()): 5, SHOP_POINTS: -4}, ref=ref)
        if self.posted:
            known, _ = self.chance.choice(self.posted)
            wrong = {points(self.one()): LARGEST + 1, SHOP_POINTS: -LARGEST - 1}
            with pytest.raises(IdempotencyConflict):
                enter(self.session, wrong, ref=known)

    def merges(self) -> None:
        gone = self.customers.pop(self.chance.randrange(len(self.customers)))
        kept = self.customers[0]
        join_accounts(self.session, kept, gone, NOW)
        for key in (points(gone), gifts(gone)):
            self.book({AccountKey(key.kind, kept): self.balances.pop(key, 0)})
        self.person[gone] = kept
        self.customers.append(new_customer(self.session))

    def enters(
        self,
        ref: str,
        entries: dict[AccountKey, int],
        keep: dict[AccountKey, int] | None = None,
    ) -> None:
        floors = {key: 0 for key in entries if key.floor == 0} | (keep or {})
        lacks = any(
            entries[key] < 0 and self.balances.get(key, 0) + entries[key] < floor
            for key, floor in floors.items()
        )
        if lacks:
            with pytest.raises(Insufficient):
                enter(self.session, entries, ref=ref, keep=keep)
            return
        assert enter(self.session, entries, ref=ref, keep=keep)
        self.posted.append((ref, entries))
        self.book(entries)

    def book(self, entries: dict[AccountKey, int]) -> None:
        for key, amount in entries.items():
            present = self.now(key)
            self.balances[present] = self.balances.get(present, 0) + amount

    def one(self) -> int:
        return self.chance.choice(self.customers)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Database]:
    """One database for all examples, none of which is kept."""
    file = tmp_path_factory.mktemp("ledger") / "shop.db"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


def keep_books(ledger: Database, seed: int, operations: int) -> None:
    """One accountant's life, on books of their own; every balance is compared at its end."""
    with Session(ledger.engine, expire_on_commit=False) as session:
        session.info[DRIVER] = session.connection().connection.driver_connection
        customers = [new_customer(session) for _ in range(CUSTOMERS)]
        accountant = Accountant(session, random.Random(seed), customers)
        accountant.works(operations)

        for key, expected in accountant.balances.items():
            assert balance(session, key) == expected
        assert_books_balance(session)
        session.rollback()


@pytest.mark.slow
@settings(max_examples=4)
@given(seed=st.integers(0, 2**32))
def test_20_000_operations_leave_every_balance_the_sum_of_its_entries(
    ledger: Database, seed: int
) -> None:
    keep_books(ledger, seed, 5_000)


@pytest.mark.nightly
@pytest.mark.slow
@pytest.mark.timeout(7_200)
@settings(max_examples=50)
@given(seed=st.integers(0, 2**32))
def test_1_000_000_operations_leave_every_balance_the_sum_of_its_entries(
    ledger: Database, seed: int
) -> None:
    keep_books(ledger, seed, 20_000)
