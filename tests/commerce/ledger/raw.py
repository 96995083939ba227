"""The ledger's tables past our own code, as somebody with a database shell has them."""

from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from tests.commerce.ledger.books import give
from tests.commerce.shop import new_customer


class Books:
    """A ledger with one transaction in it, and raw access to its tables."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.customer = new_customer(session)
        give(session, self.customer, 10)
        self.mine = self.value("SELECT id FROM ledger_account WHERE owner_id IS NOT NULL")
        self.shops = self.value("SELECT id FROM ledger_account WHERE owner_id IS NULL")
        self.transaction = self.value("SELECT id FROM ledger_transaction")

    def value(self, sql: str) -> object:
        return self.session.execute(text(sql)).scalar_one()

    def run(self, sql: str, **values: object) -> None:
        self.session.execute(text(sql), values)

    def entry(self, transaction: object, account: object, amount: object) -> None:
        self.run(
            "INSERT INTO ledger_entry (transaction_id, account_id, amount)"
            " VALUES (:transaction, :account, :amount)",
            transaction=transaction,
            account=account,
            amount=amount,
        )

    def header(self, transaction: object, unit: str = "point", ref: str = "raw") -> None:
        self.run(
            "INSERT INTO ledger_transaction (id, kind, ref, unit, memo, actor, at)"
            " VALUES (:id, 'given', :ref, :unit, '', 'sql', '2026-11-11')",
            id=transaction,
            ref=ref,
            unit=unit,
        )


def refused(session: Session, attempt: Callable[[], None]) -> bool:
    """Whether the database refuses it."""
    try:
        with session.begin_nested():
            attempt()
    except IntegrityError:
        return True
    return False
