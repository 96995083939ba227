"""What goes into the books, once and whole, and what it is read back as."""

import pytest
from sqlmodel import Session, func, select

from commerce.errors import IdempotencyConflict, NotFound
from commerce.ledger.joining import join_accounts
from commerce.ledger.posting import (
    AccountKey,
    AccountKind,
    Insufficient,
    balance,
    is_posted,
    reverse,
)
from commerce.ledger.statements import statement
from commerce.ledger.tables import LedgerEntry
from commerce.prepared import DRIVER
from tests.commerce.ledger.books import (
    SHOP_MONEY,
    SHOP_POINTS,
    assert_books_balance,
    enter,
    gifts,
    give,
    points,
)
from tests.commerce.shop import NOW, new_customer


def count_entries(session: Session) -> int:
    return session.exec(select(func.count()).select_from(LedgerEntry)).one()


def test_what_a_customer_gets_the_shop_gives(session: Session) -> None:
    customer = new_customer(session)

    give(session, customer, 30, "a")
    give(session, customer, -12, "b")

    assert (balance(session, points(customer)), balance(session, SHOP_POINTS)) == (18, -18)
    assert_books_balance(session)


def test_an_account_that_nobody_used_is_empty(session: Session) -> None:
    assert balance(session, points(404)) == 0
    assert statement(session, points(404)).lines == ()


@pytest.mark.database
def test_the_same_transaction_is_posted_once(session: Session) -> None:
    customer = new_customer(session)

    done = [give(session, customer, 30) for _ in range(3)]

    assert done == [True, False, False]
    assert balance(session, points(customer)) == 30
    assert is_posted(session, "given", "1")
    assert not is_posted(session, "given", "2")


def test_the_same_name_for_another_transaction_is_a_conflict(session: Session) -> None:
    customer = new_customer(session)
    give(session, customer, 30)

    for whose, amount in ((customer, 31), (customer, -30), (new_customer(session), 30)):
        with pytest.raises(IdempotencyConflict):
            give(session, whose, amount)

    assert balance(session, points(customer)) == 30


def test_entries_that_are_no_transaction_are_refused(session: Session) -> None:
    for amounts in (
        {SHOP_POINTS: -1},
        {points(1): 5, SHOP_POINTS: -4},
        {points(1): 5, SHOP_MONEY: -5},
        {points(1): 0, SHOP_POINTS: 0},
        {},
    ):
        with pytest.raises(ValueError, match="sums to zero"):
            enter(session, amounts)

    assert count_entries(session) == 0


def test_the_shop_owns_no_customers_account_and_a_customer_none_of_the_shops() -> None:
    with pytest.raises(ValueError, match="owner"):
        AccountKey(AccountKind.POINTS)
    with pytest.raises(ValueError, match="owner"):
        AccountKey(AccountKind.SHOP_MONEY, 1)


def test_a_gift_balance_never_falls_below_zero(session: Session) -> None:
    customer = new_customer(session)
    enter(session, {gifts(customer): 500, SHOP_MONEY: -500}, ref="in")

    enter(session, {gifts(customer): -500, SHOP_MONEY: 500}, ref="out")
    with pytest.raises(Insufficient) as refused:
        enter(session, {gifts(customer): -1, SHOP_MONEY: 1}, ref="more")

    assert refused.value.details == {"account": AccountKind.GIFT_BALANCE}
    assert balance(session, gifts(customer)) == 0


@pytest.mark.database
def test_points_may_be_owed_but_not_spent(session: Session) -> None:
    customer = new_customer(session)
    give(session, customer, 10, "in")

    with pytest.raises(Insufficient):
        enter(
            session, {points(customer): -11, SHOP_POINTS: 11}, ref="x", keep={points(customer): 0}
        )
    give(session, customer, -15, "taken back")
    enter(session, {points(customer): 2, SHOP_POINTS: -2}, ref="y", keep={points(customer): 0})

    assert balance(session, points(customer)) == -3


@pytest.mark.database
def test_a_refused_transaction_leaves_no_trace_on_any_account(session: Session) -> None:
    session.info[DRIVER] = session.connection().connection.driver_connection  # As the bridge does.
    rich, poor = new_customer(session), new_customer(session)
    give(session, rich, 100)
    enter(session, {gifts(rich): 5, gifts(poor): 5, SHOP_MONEY: -10}, ref="gifts")
    before = count_entries(session)

    with pytest.raises(Insufficient):
        enter(session, {gifts(rich): -1, gifts(poor): -6, SHOP_MONEY: 7}, ref="too much")

    assert (balance(session, gifts(rich)), balance(session, gifts(poor))) == (5, 5)
    assert count_entries(session) == before
    assert not is_posted(session, "given", "too much")
    assert_books_balance(session)


@pytest.mark.database
def test_a_transaction_is_undone_by_its_opposite_once(session: Session) -> None:
    customer = new_customer(session)
    give(session, customer, 30)

    done = [
        reverse(session, "given", "1", actor="agent:1", memo="记错了", now=NOW) for _ in range(2)
    ]

    assert done == [True, False]
    assert balance(session, points(customer)) == 0
    assert [line.amount for line in statement(session, points(customer)).lines] == [-30, 30]
    with pytest.raises(NotFound):
        reverse(session, "given", "404", actor="agent:1", memo="", now=NOW)


@pytest.mark.database
def test_a_statement_tells_the_balance_after_each_entry_page_by_page(session: Session) -> None:
    customer, other = new_customer(session), new_customer(session)
    for number, amount in enumerate([10, -4, 7, -20, 1]):
        give(session, customer, amount, f"{number}")
        give(session, other, 1000, f"other {number}")

    first = statement(session, points(customer), limit=3)
    assert first.older is not None
    second = statement(session, points(customer), limit=3, before=first.older)

    pages = (*first.lines, *second.lines)
    assert [line.amount for line in pages] == [1, -20, 7, -4, 10]
    assert [line.balance for line in pages] == [-6, -7, 13, 6, 10]
    assert [line.ref for line in pages] == ["4", "3", "2", "1", "0"]
    assert second.older is None
    assert {(line.memo, line.at) for line in pages} == {("店里送的", NOW)}


def test_the_shops_own_account_has_a_statement_too(session: Session) -> None:
    give(session, new_customer(session), 10, "a")
    give(session, new_customer(session), 5, "b")

    lines = statement(session, SHOP_POINTS).lines

    assert [(line.amount, line.balance) for line in lines] == [(-5, -15), (-10, -10)]


@pytest.mark.database
def test_joined_accounts_are_one_wherever_it_is_posted(session: Session) -> None:
    kept, gone = new_customer(session), new_customer(session)
    give(session, kept, 5, "a")
    give(session, gone, 30, "b")
    enter(session, {gifts(gone): 200, SHOP_MONEY: -200}, ref="gift")

    for _ in range(2):
        join_accounts(session, kept, gone, NOW)
    give(session, gone, 1, "to the old number")

    assert balance(session, points(kept)) == balance(session, points(gone)) == 36
    assert balance(session, gifts(kept)) == 200
    memos = [line.memo for line in statement(session, points(kept)).lines]
    assert memos == ["店里送的", "账号合并", "店里送的"]
    assert not give(session, kept, 30, "b"), "it was posted to who is the same customer now"
    assert_books_balance(session)


def test_debts_are_joined_as_well_and_so_are_customers_of_customers(session: Session) -> None:
    first, second, third = (new_customer(session) for _ in range(3))
    give(session, first, -7, "a")
    give(session, second, 3, "b")

    join_accounts(session, second, first, NOW)
    join_accounts(session, third, second, NOW)
    give(session, first, 100, "c")

    assert balance(session, points(third)) == 96
    assert_books_balance(session)


def test_what_was_posted_before_a_merge_is_undone_where_it_is_now(session: Session) -> None:
    kept, gone = new_customer(session), new_customer(session)
    give(session, gone, 30)
    join_accounts(session, kept, gone, NOW)

    reverse(session, "given", "1", actor="agent:1", memo="记错了", now=NOW)

    assert balance(session, points(kept)) == 0
    assert_books_balance(session)
