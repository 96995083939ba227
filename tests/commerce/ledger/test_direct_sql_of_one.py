"""What only one of the two databases could do to the books."""

from functools import partial

import pytest
from sqlmodel import Session

from tests.commerce.ledger.raw import Books, refused

REPLACED = (
    """REPLACE INTO ledger_transaction
    SELECT id, kind, ref, unit, 'nicer', actor, at FROM ledger_transaction""",
    """REPLACE INTO ledger_transaction
    SELECT 'raw', kind, ref, unit, memo, actor, at FROM ledger_transaction""",
    "REPLACE INTO ledger_entry SELECT id, 'raw', account_id, amount + 1 FROM ledger_entry",
    """REPLACE INTO ledger_account
    SELECT id, kind, owner_id, 'fen', balance, floor, NULL FROM ledger_account""",
)


@pytest.fixture
def books(session: Session) -> Books:
    return Books(session)


def test_sqlite_takes_no_fraction_and_no_word_for_an_amount(books: Books) -> None:
    for amount in (1.5, "many"):
        assert refused(books.session, partial(books.entry, "raw", books.mine, amount))


def test_sqlite_replaces_nothing_either(books: Books) -> None:
    assert [sql for sql in REPLACED if not refused(books.session, partial(books.run, sql))] == []


@pytest.mark.parametrize("database_kind", ["postgres"], scope="session")
def test_postgres_empties_no_table(books: Books) -> None:
    books.run("SET CONSTRAINTS ALL IMMEDIATE")  # Else TRUNCATE waits for the deferred keys.

    for tables in ("ledger_entry", "ledger_transaction, ledger_entry"):
        assert refused(books.session, partial(books.run, f"TRUNCATE {tables}"))
