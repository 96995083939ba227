"""What is asked of WeChat Pay through the outbox, and asked again until it is known to be done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, or_, select

from bot import outbox
from bot.outbox import Post
from bot.tables import OutboxMessage, OutboxState
from commerce.customers import get_customer
from commerce.customers.identities import list_identities
from commerce.distribution.tables import Withdrawal
from commerce.errors import NotFound
from commerce.inserting import id_of
from commerce.payments.tables import Payment, Refund
from commerce.sealing import Sealer

TRANSFER: Final = "pay.transfer"
REMARK: Final = "推广佣金提现"
"""What the receiver of a transfer reads; a repetition must not change it."""

_MINI_PROGRAM: Final = "mini_program"
_UNDER_WAY: Final = (OutboxState.PENDING, OutboxState.SENDING)


def want_closed(
    session: Session,
    sealer: Sealer,
    out_trade_no: str,
    now: datetime,
    *,
    again_at: datetime | None = None,
) -> bool:
    """Have a payment closed; `again_at` names a repetition. Whether a call was posted."""
    payload = {"out_trade_no": out_trade_no}
    return _want(session, sealer, "pay.close", out_trade_no, payload, now, again_at)


def want_refunded(
    session: Session,
    sealer: Sealer,
    refund: Refund,
    now: datetime,
    *,
    again_at: datetime | None = None,
) -> bool:
    """Ask for a refund, under its one number for ever; `again_at` names a repetition."""
    payment = session.get_one(Payment, refund.payment_id)
    payload = {
        "out_refund_no": refund.out_refund_no,
        "out_trade_no": payment.out_trade_no,
        "refund": refund.amount,
        "total": payment.amount,
        "reason": refund.reason,
    }
    return _want(session, sealer, "pay.refund", refund.out_refund_no, payload, now, again_at)


def want_transferred(
    session: Session,
    sealer: Sealer,
    withdrawal: Withdrawal,
    now: datetime,
    *,
    again_at: datetime | None = None,
) -> bool:
    """Ask for a withdrawal's transfer, under its one number for ever; see `want_refunded`.

    Raises NotFound for a promoter whom the mini-program has never seen: WeChat Pay names them by
    their openid there.
    """
    promoter = id_of(get_customer(session, withdrawal.customer_id))
    known = [each for each in list_identities(session, promoter) if each.channel == _MINI_PROGRAM]
    if not known:
        raise NotFound("还没有收款账号", withdrawal_no=withdrawal.withdrawal_no)
    payload = {
        "out_bill_no": withdrawal.out_bill_no,
        "openid": known[0].external_user,
        "amount": withdrawal.net,
        "remark": REMARK,
    }
    return _want(session, sealer, TRANSFER, withdrawal.out_bill_no, payload, now, again_at)


def _want(
    session: Session,
    sealer: Sealer,
    kind: str,
    number: str,
    payload: Mapping[str, Any],
    now: datetime,
    again_at: datetime | None,
) -> bool:
    """Post a call. A repetition is left out while an earlier call is still on its way."""
    key = f"{kind}:{number}"
    if again_at is not None:
        if _is_under_way(session, key):
            return False
        key = f"{key}:{int(again_at.timestamp())}"
    return outbox.post(session, sealer, Post(key=key, kind=kind, payload=payload), now)


def _is_under_way(session: Session, key: str) -> bool:
    column = col(OutboxMessage.key)
    statement = select(OutboxMessage.id).where(
        or_(column == key, column.startswith(f"{key}:", autoescape=True)),
        or_(*(col(OutboxMessage.state) == state for state in _UNDER_WAY)),
    )
    return session.exec(statement).first() is not None
