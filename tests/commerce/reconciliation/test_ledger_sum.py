"""A ledger that does not sum to zero: only who takes the guards away can make it so."""

from sqlmodel import Session

from tests.commerce.ledger.raw import Books
from tests.commerce.reconciliation.shop import open_after, run


def test_an_entry_past_the_guards_is_found(session: Session) -> None:
    books = Books(session)
    run(session, "DROP TRIGGER ledger_entry_comes_first")
    books.entry(books.transaction, books.shops, 7)
    assert open_after(session) == [("ledger_sum", "point", 7, 0)]

    books.entry(books.transaction, books.shops, -7)

    assert open_after(session) == []
