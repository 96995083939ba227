"""The shop's money in the ledger: what came in, what is promised back, what was sent back.

At any time what is at WeChat Pay (the shop's money, below zero) is all payments that were paid
less all refunds that succeeded; what is owed is all refunds promised less those that succeeded.
A refund that fails for good leaves its debt; sending it once more promises nothing new.
"""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from commerce.ledger.posting import AccountKey, AccountKind, post
from commerce.payments.tables import Payment, Refund

RECEIVED: Final = "payment_received"
"""Its ref is the out_trade_no."""
PROMISED: Final = "refund_promised"
SENT: Final = "refund_sent"
"""Their ref is the out_refund_no."""

_ACTOR: Final = "wechat_pay"
_MONEY: Final = AccountKey(AccountKind.SHOP_MONEY)
_SALES: Final = AccountKey(AccountKind.SHOP_SALES)


def book_received(session: Session, payment: Payment, now: datetime) -> None:
    """Money came in, whether it is kept or goes back at once."""
    post(
        session,
        kind=RECEIVED,
        ref=payment.out_trade_no,
        entries={_MONEY: -payment.amount, _SALES: payment.amount},
        actor=_ACTOR,
        memo=f"收款 {payment.out_trade_no}",
        now=now,
    )


def book_promised(session: Session, refund: Refund, customer_id: int, now: datetime) -> None:
    """The shop owes a customer the money of a refund."""
    owed = AccountKey(AccountKind.REFUND_OWED, customer_id)
    post(
        session,
        kind=PROMISED,
        ref=refund.out_refund_no,
        entries={_SALES: -refund.amount, owed: refund.amount},
        actor="shop",
        memo=f"应退 {refund.reason}",
        now=now,
    )


def book_sent(session: Session, refund: Refund, customer_id: int, now: datetime) -> None:
    """The customer has the money of a refund: it is owed no more."""
    owed = AccountKey(AccountKind.REFUND_OWED, customer_id)
    post(
        session,
        kind=SENT,
        ref=refund.out_refund_no,
        entries={owed: -refund.amount, _MONEY: refund.amount},
        actor=_ACTOR,
        memo=f"已退 {refund.reason}",
        now=now,
    )
