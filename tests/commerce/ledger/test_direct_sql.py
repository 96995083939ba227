"""The database itself refuses what the books do not allow, whoever asks and however."""

from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session

from bot.database import Database
from commerce.ledger.posting import balance
from tests.commerce.ledger.books import SHOP_POINTS, assert_books_balance, enter, points
from tests.commerce.ledger.raw import Books, refused

pytestmark = pytest.mark.database


@pytest.fixture
def books(session: Session) -> Books:
    return Books(session)


def test_a_whole_transaction_by_hand_is_taken(books: Books) -> None:
    books.entry("raw", books.mine, 5)
    books.entry("raw", books.shops, -5)
    books.header("raw")

    assert books.value("SELECT count(*) FROM ledger_transaction") == 2


def test_a_header_whose_entries_are_no_transaction_is_refused(books: Books) -> None:
    def attempt(amounts: tuple[int, ...], unit: str) -> None:
        for account, amount in zip((books.mine, books.shops), amounts, strict=False):
            books.entry("raw", account, amount)
        books.header("raw", unit)

    for amounts, unit in (
        ((5, -4), "point"),
        ((9 * 10**18, 9 * 10**18), "point"),
        ((5, -5), "fen"),
        ((5,), "point"),
        ((), "point"),
    ):
        # SQLite's sum() itself fails beyond 64 bits, which is a refusal by another name.
        with pytest.raises(DBAPIError, match=r"ledger|overflow"), books.session.begin_nested():
            attempt(amounts, unit)


def test_an_account_of_another_unit_is_refused_even_if_both_sum_to_zero(books: Books) -> None:
    def attempt() -> None:
        books.run("INSERT INTO ledger_account (kind, unit) VALUES ('shop_money', 'fen')")
        money = books.value("SELECT id FROM ledger_account WHERE kind = 'shop_money'")
        books.entry("raw", books.mine, 5)
        books.entry("raw", money, -5)
        books.header("raw")

    assert refused(books.session, attempt)


def test_an_entry_after_the_header_is_refused(books: Books) -> None:
    assert refused(books.session, lambda: books.entry(books.transaction, books.mine, 5))


def test_an_amount_is_a_whole_number_other_than_zero(books: Books) -> None:
    assert refused(books.session, lambda: books.entry("raw", books.mine, 0))


WRITTEN_OVER = (
    "UPDATE ledger_entry SET amount = amount + 1",
    "UPDATE ledger_entry SET account_id = (SELECT min(id) FROM ledger_account)",
    "UPDATE ledger_entry SET transaction_id = 'raw'",
    "DELETE FROM ledger_entry",
    "UPDATE ledger_transaction SET memo = 'nicer'",
    "UPDATE ledger_transaction SET unit = 'fen'",
    "DELETE FROM ledger_transaction",
    "UPDATE ledger_account SET unit = 'fen'",
    "UPDATE ledger_account SET owner_id = NULL, balance = NULL",
    "UPDATE ledger_account SET kind = 'gift_balance' WHERE owner_id IS NOT NULL",
    "DELETE FROM ledger_account",
    "INSERT INTO ledger_account (kind, unit) VALUES ('shop_points', 'point')",
    "INSERT INTO ledger_account (kind, unit) VALUES ('shop_sheep', 'sheep')",
    "INSERT INTO ledger_account (kind, unit, balance) VALUES ('shop_money', 'fen', 0)",
)


def test_what_is_written_stays(books: Books) -> None:
    assert [
        sql for sql in WRITTEN_OVER if not refused(books.session, partial(books.run, sql))
    ] == []


def test_a_balance_below_its_floor_is_refused(books: Books) -> None:
    books.run(
        "INSERT INTO ledger_account (kind, owner_id, unit, balance, floor)"
        " VALUES ('gift_balance', :owner, 'fen', 3, 0)",
        owner=books.customer,
    )

    taken = "UPDATE ledger_account SET balance = balance - 4 WHERE kind = 'gift_balance'"
    assert refused(books.session, lambda: books.run(taken))


def test_a_joined_account_is_empty(books: Books) -> None:
    joined = "UPDATE ledger_account SET joined_to_id = :other WHERE id = :account"
    account = {"account": books.mine, "other": books.shops}
    assert refused(books.session, lambda: books.run(joined, **account))


async def test_no_entry_is_committed_without_its_header(database: Database) -> None:
    def write_half(session: Session) -> None:
        Books(session).entry("raw", session.execute(text("SELECT 1")).scalar_one(), 5)

    with pytest.raises(IntegrityError):
        await database.write(write_half)

    assert await database.read(balance, SHOP_POINTS) == 0


def test_the_books_say_when_somebody_was_at_a_balance(books: Books) -> None:
    assert_books_balance(books.session)

    books.run("UPDATE ledger_account SET balance = 1000000 WHERE id = :id", id=books.mine)

    with pytest.raises(AssertionError):
        assert_books_balance(books.session)


def test_later_postings_go_on_after_every_refusal(books: Books) -> None:
    assert refused(books.session, lambda: books.run("DELETE FROM ledger_entry"))

    assert enter(books.session, {points(books.customer): 1, SHOP_POINTS: -1}, ref="next")
    assert balance(books.session, points(books.customer)) == 11
