"""Sixteen who post at once on PostgreSQL: nothing is lost, and nothing happens twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from threading import Barrier

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlmodel import Session

from bot.engines import create_shop_engine
from commerce.ledger.joining import join_accounts
from commerce.ledger.posting import Insufficient, balance
from tests.commerce.ledger.books import (
    SHOP_POINTS,
    assert_books_balance,
    enter,
    give,
    points,
)
from tests.commerce.shop import NOW, new_customer

WORKERS = 16

pytestmark = pytest.mark.parametrize("database_kind", ["postgres"], scope="session")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine with a connection for each worker."""
    engine = create_engine(
        create_shop_engine(database_url).url.set(drivername="postgresql+psycopg"),
        pool_size=WORKERS,
    )
    yield engine
    engine.dispose()


def all_at_once(
    engine: Engine, work: Callable[[Session, int], object], rounds: int = 1
) -> Counter[str]:
    """Each worker calls `work(session, number)`, a transaction a round; what came out how often.

    The numbers of all calls differ. None may fail otherwise than for want of points: postings
    never lock each other out.
    """
    ready = Barrier(WORKERS)

    def run(worker: int) -> list[str]:
        ready.wait()
        return [outcome(worker + turn * WORKERS) for turn in range(rounds)]

    def outcome(number: int) -> str:
        try:
            with Session(engine) as session, session.begin():
                return str(work(session, number))
        except Insufficient:
            return "Insufficient"

    with ThreadPoolExecutor(WORKERS) as pool:
        return Counter(chain.from_iterable(pool.map(run, range(WORKERS))))


def make_customers(engine: Engine, count: int, given: int = 0) -> list[int]:
    with Session(engine) as session, session.begin():
        customers = [new_customer(session) for _ in range(count)]
        for each in customers:
            give(session, each, given, f"start {each}") if given else None
        return customers


def assert_balances(engine: Engine, *customers: int, are: int) -> None:
    with Session(engine) as session:
        assert sum(balance(session, points(each)) for each in customers) == are
        assert balance(session, SHOP_POINTS) == -are
        assert_books_balance(session)


def test_all_that_is_given_at_once_arrives(engine: Engine) -> None:
    [customer] = make_customers(engine, 1)

    done = all_at_once(
        engine, lambda session, number: give(session, customer, 3, f"{number}"), rounds=10
    )

    assert done == {"True": WORKERS * 10}
    assert_balances(engine, customer, are=WORKERS * 30)


def test_one_transaction_posted_sixteen_times_happens_once(engine: Engine) -> None:
    [customer] = make_customers(engine, 1)

    done = all_at_once(engine, lambda session, _: give(session, customer, 7))

    assert done == {"True": 1, "False": WORKERS - 1}
    assert_balances(engine, customer, are=7)


def test_sixteen_who_spend_the_same_points_spend_them_once(engine: Engine) -> None:
    [customer] = make_customers(engine, 1, given=100)

    def spends(session: Session, number: int) -> None:
        entries = {points(customer): -30, SHOP_POINTS: 30}
        enter(session, entries, ref=f"{number}", keep={points(customer): 0})

    assert all_at_once(engine, spends) == {"None": 3, "Insufficient": WORKERS - 3}
    assert_balances(engine, customer, are=10)


def test_points_that_go_round_between_customers_do_not_lock_them_out(engine: Engine) -> None:
    customers = make_customers(engine, 4, given=1000)

    def passes_on(session: Session, number: int) -> None:
        giver, taker = (customers[(number + step) % 4] for step in (0, 1 + number % 3))
        enter(session, {points(giver): -1, points(taker): 1}, ref=f"{number}")

    assert all_at_once(engine, passes_on, rounds=10) == {"None": 10 * WORKERS}
    assert_balances(engine, *customers, are=4000)


def test_what_is_given_while_two_customers_are_joined_is_not_left_behind(engine: Engine) -> None:
    kept, gone = make_customers(engine, 2, given=50)

    def works(session: Session, number: int) -> object:
        if number == 0:
            join_accounts(session, kept, gone, NOW)
            return "joined"
        return give(session, gone, 1, f"{number}")

    assert all_at_once(engine, works) == {"joined": 1, "True": WORKERS - 1}
    assert_balances(engine, kept, are=100 + WORKERS - 1)


def test_no_entry_slips_in_beside_a_header_that_is_not_committed_yet(engine: Engine) -> None:
    """The late entry waits for the header's transaction, and is then refused."""
    [customer] = make_customers(engine, 1, given=1)
    late = "INSERT INTO ledger_entry (transaction_id, account_id, amount) VALUES (:id, 1, 5)"

    with Session(engine) as first, first.begin():
        give(first, customer, 7, "slow")
        newest = text("SELECT id FROM ledger_transaction WHERE ref = 'slow'")
        name = first.execute(newest).scalar_one()
        with ThreadPoolExecutor(1) as pool:
            slipping = pool.submit(partial(run, engine, late, id=name))
            waits_for_a_lock(engine)
            first.commit()
            with pytest.raises(Exception, match="the transaction is closed"):
                slipping.result(timeout=10)

    assert_balances(engine, customer, are=8)


def run(engine: Engine, sql: str, **values: object) -> None:
    with engine.begin() as connection:
        connection.execute(text(sql), values)


def waits_for_a_lock(engine: Engine) -> None:
    """Returns once somebody waits for an advisory lock."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    for _ in range(500):
        with engine.connect() as connection:
            if connection.execute(waiting).scalar_one():
                return
            connection.execute(text("SELECT pg_sleep(0.01)"))
    raise AssertionError("nobody waits")
