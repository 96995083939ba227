"""Books for tests: short names for accounts, and what must hold of every ledger."""

from sqlmodel import Session, select

from commerce.ledger.auditing import list_discrepancies, totals
from commerce.ledger.posting import AccountKey, AccountKind, balance, post
from commerce.ledger.statements import statement
from commerce.ledger.tables import LedgerAccount
from tests.commerce.shop import NOW

SHOP_POINTS = AccountKey(AccountKind.SHOP_POINTS)
SHOP_MONEY = AccountKey(AccountKind.SHOP_MONEY)


def points(customer_id: int) -> AccountKey:
    """A customer's points."""
    return AccountKey(AccountKind.POINTS, customer_id)


def gifts(customer_id: int) -> AccountKey:
    """A customer's gift balance, which cannot fall below zero."""
    return AccountKey(AccountKind.GIFT_BALANCE, customer_id)


def give(session: Session, customer_id: int, amount: int, ref: str = "1") -> bool:
    """Give a customer points from the shop, or take them."""
    return enter(session, {points(customer_id): amount, SHOP_POINTS: -amount}, ref=ref)


def enter(
    session: Session,
    entries: dict[AccountKey, int],
    *,
    kind: str = "given",
    ref: str = "1",
    keep: dict[AccountKey, int] | None = None,
) -> bool:
    """Post entries under a name of their own."""
    return post(
        session,
        kind=kind,
        ref=ref,
        entries=entries,
        actor="agent:1",
        memo="店里送的",
        now=NOW,
        keep=keep,
    )


def assert_books_balance(session: Session) -> None:
    """All entries of a unit sum to zero; every balance is the sum of its account's entries."""
    assert set(totals(session).values()) <= {0}
    assert list_discrepancies(session) == []
    for account in session.exec(select(LedgerAccount).where(LedgerAccount.joined_to_id == None)):  # noqa: E711
        key = AccountKey(AccountKind(account.kind), account.owner_id)
        newest = statement(session, key, limit=1).lines
        assert (newest[0].balance if newest else 0) == balance(session, key)
