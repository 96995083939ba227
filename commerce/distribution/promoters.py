"""Who brings customers: how one becomes a promoter, and by which code they are known."""

import secrets
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, func, or_, select

from commerce.corrections import CorrectionKind, note_correction
from commerce.customers.merging import find_customer, ids_of, lock_customer
from commerce.customers.summary import refresh
from commerce.distribution.tables import Binding, JoinedCode, Promoter, PromoterState, Who
from commerce.distribution.terms import get_terms
from commerce.errors import IllegalMove, NotFound
from commerce.inserting import id_of, insert_once
from commerce.ordering.tables import Order, OrderState
from commerce.request_numbers import TRIES

SCENE: Final = "p_"
"""What begins the scene of a promoter's QR code and link; the code follows."""
_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_LENGTH: Final = 6
"""Without what is mistaken for something else when read aloud: 0 O, 1 I L."""
_HAS_BOUGHT: Final = (OrderState.RECEIVED, OrderState.FINISHED)


def become(session: Session, customer_id: int, now: datetime) -> Promoter:
    """The customer becomes a promoter, or is one. Raises NotFound, IllegalMove by the rules."""
    customer_id = id_of(lock_customer(session, customer_id))
    known = find_promoter(session, customer_id)
    if known is not None and known.state == PromoterState.ACTIVE:
        return known
    refusal = why_not(session, customer_id)
    if refusal:
        raise IllegalMove(refusal)
    return _enter(session, customer_id, now)


def why_not(session: Session, customer_id: int) -> str:
    """Why a customer who is no active promoter cannot become one, as they read it, or nothing."""
    if find_promoter(session, customer_id) is not None:
        return "您的推广资格已停用，想恢复请找人工客服"
    who = get_terms(session).who
    if who == Who.APPOINTED:
        return "推广员由店里邀请加入，想加入可以找人工客服"
    if who == Who.AFTER_PURCHASE and not _has_bought(session, customer_id):
        return "买过并确认收货一单，就可以成为推广员"
    return ""


def appoint(
    session: Session, customer_id: int, *, actor: str, reason: str, now: datetime
) -> Promoter:
    """The shop's people make a customer a promoter, or one who was stopped an active one again.

    Raises NotFound, InvalidInput without a reason.
    """
    customer_id = id_of(lock_customer(session, customer_id))
    promoter = find_promoter(session, customer_id) or _enter(session, customer_id, now)
    return _move(session, promoter, PromoterState.ACTIVE, actor=actor, reason=reason, now=now)


def stop(session: Session, customer_id: int, *, actor: str, reason: str, now: datetime) -> Promoter:
    """From now on the promoter brings nobody and earns nothing by orders paid later.

    What was frozen or earned before stays theirs. Raises NotFound, InvalidInput without a reason.
    """
    promoter = get_promoter(session, id_of(lock_customer(session, customer_id)))
    return _move(session, promoter, PromoterState.STOPPED, actor=actor, reason=reason, now=now)


def find_promoter(session: Session, customer_id: int) -> Promoter | None:
    """The customer as a promoter, active or stopped; None if they never were one."""
    customer = find_customer(session, customer_id)
    if customer is None:
        return None
    statement = (
        select(Promoter)
        .where(Promoter.customer_id == customer.id)
        .execution_options(populate_existing=True)
    )
    return session.exec(statement).first()


def get_promoter(session: Session, customer_id: int) -> Promoter:
    """The customer as a promoter, active or stopped. Raises NotFound."""
    promoter = find_promoter(session, customer_id)
    if promoter is None:
        raise NotFound("这位顾客不是推广员", customer_id=customer_id)
    return promoter


def find_by_code(session: Session, code: str) -> Promoter | None:
    """The promoter of a code, however it is cased, also one that another record brought along."""
    written = code.strip().upper()
    joined = select(JoinedCode.promoter_id).where(JoinedCode.code == written)
    statement = (
        select(Promoter)
        .where(or_(col(Promoter.code) == written, col(Promoter.id).in_(joined)))
        .execution_options(populate_existing=True)
    )
    return session.exec(statement).first()


def list_promoters(
    session: Session, *, limit: int = 50, before: int | None = None
) -> list[Promoter]:
    """Promoters, the newest first, older than the row `before`."""
    statement = select(Promoter).order_by(col(Promoter.id).desc()).limit(limit)
    if before is not None:
        statement = statement.where(col(Promoter.id) < before)
    return list(session.exec(statement))


def count_brought(session: Session, customer_id: int, now: datetime) -> int:
    """How many customers are bound to a promoter by bindings that are in force."""
    statement = (
        select(func.count())
        .select_from(Binding)
        .where(
            col(Binding.promoter_customer_id).in_(ids_of(session, customer_id)),
            col(Binding.expires_at).is_(None) | (col(Binding.expires_at) > now),
        )
    )
    return session.exec(statement).one()


def _has_bought(session: Session, customer_id: int) -> bool:
    statement = select(Order.id).where(
        Order.customer_id == customer_id, col(Order.state).in_(_HAS_BOUGHT)
    )
    return session.exec(statement.limit(1)).first() is not None


def _enter(session: Session, customer_id: int, now: datetime) -> Promoter:
    row = {"customer_id": customer_id, "state": PromoterState.ACTIVE, "since": now}
    for _ in range(TRIES):
        code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
        is_free = find_by_code(session, code) is None
        if is_free and insert_once(session, Promoter, **row, code=code, moved_at=now):
            refresh(session, customer_id)
            return get_promoter(session, customer_id)
    raise RuntimeError("no free code for a promoter")


def _move(
    session: Session,
    promoter: Promoter,
    to: PromoterState,
    *,
    actor: str,
    reason: str,
    now: datetime,
) -> Promoter:
    kinds = {
        PromoterState.ACTIVE: CorrectionKind.PROMOTER_APPOINTED,
        PromoterState.STOPPED: CorrectionKind.PROMOTER_STOPPED,
    }
    note_correction(session, kinds[to], promoter.code, actor=actor, reason=reason, now=now)
    if promoter.state != to:
        promoter.state, promoter.moved_at = to, now
        session.add(promoter)
        refresh(session, promoter.customer_id)
    return promoter
