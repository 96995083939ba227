"""Two customers that proved to be one person have one set of accounts."""

from datetime import datetime

from sqlmodel import Session, col, select, update

from commerce.inserting import id_of
from commerce.ledger.accounts import AccountKey, AccountKind, open_account
from commerce.ledger.posting import post
from commerce.ledger.tables import LedgerAccount


def join_accounts(session: Session, kept_id: int, gone_id: int, now: datetime) -> None:
    """Post what one customer has over to the other; later postings go there by themselves.

    The history of each account stays with it. Doing it again changes nothing.
    """
    given = session.exec(
        select(LedgerAccount)
        .where(LedgerAccount.owner_id == gone_id, col(LedgerAccount.joined_to_id).is_(None))
        .order_by(col(LedgerAccount.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for account in given:
        kind = AccountKind(account.kind)
        taking = AccountKey(kind, kept_id)
        kept_account = open_account(session, taking)
        if account.balance:
            post(
                session,
                kind="customers_merged",
                ref=str(account.id),
                entries={AccountKey(kind, gone_id): -account.balance, taking: account.balance},
                actor="merge",
                memo="账号合并",
                now=now,
            )
        _point(session, id_of(account), kept_account)


def _point(session: Session, account: int, to: int) -> None:
    """Let whoever asks for the account, or for one that was joined to it, find the other."""
    session.exec(
        update(LedgerAccount)
        .where((col(LedgerAccount.id) == account) | (col(LedgerAccount.joined_to_id) == account))
        .values(joined_to_id=to)
        .execution_options(synchronize_session=False)
    )
