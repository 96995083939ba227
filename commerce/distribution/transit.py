"""Money on its way to promoters: put in transit once, and out of it once, either way."""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from commerce.distribution.tables import Withdrawal
from commerce.ledger.posting import AccountKey, AccountKind, Insufficient, balance, post
from commerce.money import yuan

ASKED: Final = "withdrawal_asked"
RETURNED: Final = "withdrawal_returned"
PAID: Final = "withdrawal_paid"
_MEMOS: Final = {ASKED: "申请提现", RETURNED: "提现退回", PAID: "提现到账"}


def put(session: Session, withdrawal: Withdrawal, now: datetime) -> None:
    """From available into transit. Raises Insufficient; a debt cannot be withdrawn from."""
    available = AccountKey(AccountKind.COMMISSION_AVAILABLE, withdrawal.customer_id)
    entries = {available: -withdrawal.amount, _in_transit(withdrawal): withdrawal.amount}
    try:
        _post(session, ASKED, withdrawal, entries, now, keep={available: 0})
    except Insufficient:
        left = max(0, balance(session, available))
        raise Insufficient(f"现在可提现{yuan(left)}，没有这么多", available=left) from None


def give_back(session: Session, withdrawal: Withdrawal, now: datetime) -> None:
    """Out of transit, available again."""
    available = AccountKey(AccountKind.COMMISSION_AVAILABLE, withdrawal.customer_id)
    entries = {_in_transit(withdrawal): -withdrawal.amount, available: withdrawal.amount}
    _post(session, RETURNED, withdrawal, entries, now)


def pay_out(session: Session, withdrawal: Withdrawal, now: datetime) -> None:
    """Out of transit: what was transferred has left the bank, the fee stays with the shop."""
    entries = {
        _in_transit(withdrawal): -withdrawal.amount,
        AccountKey(AccountKind.SHOP_MONEY): withdrawal.net,
        AccountKey(AccountKind.SHOP_EXPENSE): withdrawal.fee,
    }
    _post(session, PAID, withdrawal, entries, now)


def _in_transit(withdrawal: Withdrawal) -> AccountKey:
    return AccountKey(AccountKind.WITHDRAWAL_IN_TRANSIT, withdrawal.customer_id)


def _post(
    session: Session,
    kind: str,
    withdrawal: Withdrawal,
    entries: dict[AccountKey, int],
    now: datetime,
    keep: dict[AccountKey, int] | None = None,
) -> None:
    post(
        session,
        kind=kind,
        ref=withdrawal.withdrawal_no,
        entries=entries,
        actor="withdrawal",
        memo=f"{_MEMOS[kind]}（{withdrawal.withdrawal_no}）",
        now=now,
        keep=keep,
    )
