"""Commissions follow their orders: booked at receipt, freed after some days, taken back in part.

Whatever happened, and however often it is told, the ledger is brought to what is due now.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from commerce.aftersale.refunded import kept_of
from commerce.distribution.tables import Commission
from commerce.distribution.terms import FULL_BP
from commerce.events import announce
from commerce.inserting import id_of
from commerce.ledger.posting import AccountKey, AccountKind, post
from commerce.ordering.receipt import received_at
from commerce.ordering.states import lock_order
from commerce.ordering.tables import Order

A_ROUND: Final = 100
EARNED: Final = "commission_earned"
MATURED: Final = "commission_matured"
CLAWED_BACK: Final = "commission_clawed_back"
_EXPENSE: Final = AccountKey(AccountKind.SHOP_EXPENSE)
_MEMOS: Final = {EARNED: "推广佣金", MATURED: "佣金可提现", CLAWED_BACK: "退款扣回佣金"}
_TAIL: Final = 6


def follow(session: Session, order_id: int, now: datetime) -> None:
    """Bring the ledger in line with what the buyer keeps of an order. Raises NotFound.

    Due is the floor of each frozen rate of the goods kept: nothing before receipt; from receipt
    on it is pending, and from `freeze_days` later available. What was refunded is taken from
    where it is, which may leave a debt that the next earnings settle. Announces
    `commission_earned`, `commission_matured` and `commission_clawed_back`, each with its amount.
    Doing it again changes nothing.
    """
    order = lock_order(session, order_id)
    commissions = _list(session, order_id)
    came_at = received_at(session, order_id) if commissions else None
    if came_at is None:
        return
    goods = kept_of(session, order).goods
    for commission in commissions:
        if commission.matures_at is None:
            commission.matures_at = came_at + timedelta(days=commission.freeze_days)
        _book(session, order, commission, commission.rate_bp * goods // FULL_BP, now)
        if commission.matured_at is None and commission.matures_at <= now:
            _free(session, order, commission, now)
        session.add(commission)
    session.flush()


def list_maturing(session: Session, now: datetime) -> Sequence[int]:
    """Ids of orders whose commissions are to become available, the longest overdue first."""
    statement = (
        select(Commission.order_id)
        .where(col(Commission.matured_at).is_(None), col(Commission.matures_at) <= now)
        .order_by(col(Commission.matures_at), col(Commission.id))
        .limit(A_ROUND)
    )
    return list(dict.fromkeys(session.exec(statement)))


def _list(session: Session, order_id: int) -> Sequence[Commission]:
    statement = (
        select(Commission)
        .where(Commission.order_id == order_id)
        .order_by(col(Commission.level))
        .execution_options(populate_existing=True)
    )
    return session.exec(statement).all()


def _book(session: Session, order: Order, commission: Commission, due: int, now: datetime) -> None:
    """Book what is due and not booked yet, or take back what is booked and no longer due."""
    change = due - commission.booked
    if not change:
        return
    is_free = commission.matured_at is not None
    kind = AccountKind.COMMISSION_AVAILABLE if is_free else AccountKind.COMMISSION_PENDING
    account = AccountKey(kind, commission.promoter_customer_id)
    entries = {account: change, _EXPENSE: -change}
    commission.booked = due
    _post(session, EARNED if change > 0 else CLAWED_BACK, order, commission, entries, now)


def _free(session: Session, order: Order, commission: Commission, now: datetime) -> None:
    commission.matured_at = now
    amount, owner = commission.booked, commission.promoter_customer_id
    if amount:
        entries = {
            AccountKey(AccountKind.COMMISSION_PENDING, owner): -amount,
            AccountKey(AccountKind.COMMISSION_AVAILABLE, owner): amount,
        }
        _post(session, MATURED, order, commission, entries, now)


def _post(
    session: Session,
    kind: str,
    order: Order,
    commission: Commission,
    entries: dict[AccountKey, int],
    now: datetime,
) -> None:
    commission.postings += 1
    tail = order.order_no[-_TAIL:]  # Whose order it is, is not the promoter's to know.
    post(
        session,
        kind=kind,
        ref=f"{commission.id}:{commission.postings}",
        entries=entries,
        actor="commission",
        memo=f"{_MEMOS[kind]}，订单尾号{tail}",
        now=now,
    )
    announce(
        session,
        kind,
        now=now,
        commission_id=id_of(commission),
        customer_id=commission.promoter_customer_id,
        level=commission.level,
        order_tail=tail,
        amount=max(entries.values()),
        is_available=commission.matured_at is not None,
        matures_at=None if commission.matures_at is None else commission.matures_at.isoformat(),
    )
