"""A promoter who has earned something and wants it."""

from datetime import datetime

from sqlmodel import Session, select

from commerce.customers import identify
from commerce.distribution import withdrawals
from commerce.distribution.tables import Withdrawal
from commerce.inserting import id_of
from commerce.ledger.posting import AccountKey, AccountKind, balance, post

EARNED = 5000
WITHDRAWN = 1200


def promoter(session: Session, openid: str, now: datetime, unionid: str | None = None) -> int:
    """The id of a customer of the mini-program with 50 yuan of commission."""
    customer = identify(session, "mini_program", "wx-mini", openid, now, unionid=unionid)
    earn(session, id_of(customer), now)
    return id_of(customer)


def earn(session: Session, customer_id: int, now: datetime) -> None:
    """50 yuan of commission that can be withdrawn."""
    entries = {
        AccountKey(AccountKind.SHOP_EXPENSE): -EARNED,
        AccountKey(AccountKind.COMMISSION_AVAILABLE, customer_id): EARNED,
    }
    post(
        session,
        kind="commission_matured",
        ref=f"test-{customer_id}",
        entries=entries,
        actor="test",
        memo="佣金",
        now=now,
    )


def approved(session: Session, customer_id: int, now: datetime) -> Withdrawal:
    """A withdrawal of 12 yuan that the shop's people have agreed to."""
    asked = withdrawals.ask(session, customer_id, WITHDRAWN, now)
    return withdrawals.approve(session, asked.withdrawal_no, actor="clerk:1", now=now)


def latest(session: Session) -> Withdrawal:
    """The only withdrawal, as it is now."""
    return session.exec(select(Withdrawal)).one()


def accounts(session: Session, customer_id: int) -> tuple[int, int]:
    """What can be withdrawn, and what is on its way."""
    available = AccountKey(AccountKind.COMMISSION_AVAILABLE, customer_id)
    in_transit = AccountKey(AccountKind.WITHDRAWAL_IN_TRANSIT, customer_id)
    return balance(session, available), balance(session, in_transit)
