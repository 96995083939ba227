"""Points: earned when goods are received, spent at checkout, back with refunds.

Each is a ledger transaction named by what it is for, so that it happens once however often it is
asked for. Experience, which raises the level, moves beside the points that an order earns.
"""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from commerce.customers.summary import refresh
from commerce.errors import InvalidInput
from commerce.events import announce
from commerce.ledger.posting import (
    AccountKey,
    AccountKind,
    Insufficient,
    balance,
    is_posted,
    post,
)
from commerce.ledger.statements import Statement, statement
from commerce.membership.levels import Standing, standing
from commerce.membership.terms import get_terms
from commerce.pricing.values import EarnTerms, PointsTerms

SPENT: Final = "points_spent"
GIVEN_BACK: Final = "points_given_back"
EARNED: Final = "points_earned"
CLAWED_BACK: Final = "points_clawed_back"
GAINED: Final = "experience_gained"
LOST: Final = "experience_lost"

_SHOP_POINTS: Final = AccountKey(AccountKind.SHOP_POINTS)
_SHOP_EXPERIENCE: Final = AccountKey(AccountKind.SHOP_EXPERIENCE)


def points_of(session: Session, customer_id: int) -> int:
    """The customer's points; below zero when more were taken back than were left."""
    return balance(session, _points(customer_id))


def points_statement(
    session: Session, customer_id: int, *, limit: int = 20, before: int | None = None
) -> Statement:
    """How the customer's points came and went, the latest first."""
    return statement(session, _points(customer_id), limit=limit, before=before)


def points_terms(session: Session, customer_id: int) -> PointsTerms:
    """What the customer's points are worth at checkout."""
    terms = get_terms(session)
    return PointsTerms(
        balance=max(0, points_of(session, customer_id)),
        points=terms.spend_points,
        fen=terms.spend_fen,
        most=terms.most_points,
        most_percent=terms.most_percent,
    )


def earn_terms(session: Session, found: Standing) -> EarnTerms:
    """What a purchase gives a customer who stands there."""
    level = found.level
    return EarnTerms(
        per_yuan=get_terms(session).points_per_yuan,
        percent=100 if level is None else level.earn_percent,
    )


def spend(session: Session, customer_id: int, order_id: int, points: int, now: datetime) -> None:
    """Take the points that an order is paid with, once. Raises Insufficient."""
    pay_with(session, customer_id, points, kind=SPENT, ref=str(order_id), memo="下单抵扣", now=now)


def give_back_spent(
    session: Session, customer_id: int, order_id: int, points: int, ref: str, now: datetime
) -> None:
    """Give back points that an order was paid with, once for each `ref` (its closing, a refund)."""
    give(
        session,
        customer_id,
        points,
        kind=GIVEN_BACK,
        ref=f"{order_id}:{ref}",
        memo="订单退回抵扣的积分",
        now=now,
    )


def earn_for_order(
    session: Session,
    customer_id: int,
    order_id: int,
    points: int,
    now: datetime,
    *,
    paid: int = 0,
) -> None:
    """Give what a received order earns, once: points, and `paid` fen of experience.

    Announces `level_reached` when that raises the customer's level.
    """
    before = standing(session, customer_id).level
    give(session, customer_id, points, kind=EARNED, ref=str(order_id), memo="购物得积分", now=now)
    if not _move_experience(session, customer_id, paid, kind=GAINED, ref=str(order_id), now=now):
        return
    level = standing(session, customer_id).level
    if level is not None and (before is None or level.name != before.name):
        announce(
            session,
            "level_reached",
            now=now,
            customer_id=customer_id,
            level=level.name,
            price_percent=level.price_percent,
            earn_percent=level.earn_percent,
        )


def claw_back(
    session: Session,
    customer_id: int,
    order_id: int,
    points: int,
    ref: str,
    now: datetime,
    *,
    paid: int = 0,
) -> None:
    """Take back what refunded pieces had earned, once for each `ref`; `paid` fen of experience.

    The points may have been spent: then the customer owes them. An order that has not earned
    anything yet gives nothing back.
    """
    name = f"{order_id}:{ref}"
    if points > 0 and is_posted(session, EARNED, str(order_id)):
        entries = {_points(customer_id): -points, _SHOP_POINTS: points}
        _post(session, entries, kind=CLAWED_BACK, ref=name, memo="退款扣回赠送的积分", now=now)
    if is_posted(session, GAINED, str(order_id)):
        _move_experience(session, customer_id, -paid, kind=LOST, ref=name, now=now)


def give(
    session: Session,
    customer_id: int,
    points: int,
    *,
    kind: str,
    ref: str,
    memo: str,
    now: datetime,
) -> bool:
    """Give points for whatever `kind` and `ref` name, once; whether it was now. None for zero."""
    _refuse_negative(points)
    if points == 0:
        return False
    entries = {_points(customer_id): points, _SHOP_POINTS: -points}
    return _post(session, entries, kind=kind, ref=ref, memo=memo, now=now)


def pay_with(
    session: Session,
    customer_id: int,
    points: int,
    *,
    kind: str,
    ref: str,
    memo: str,
    now: datetime,
) -> None:
    """Take points that are there, once. Raises Insufficient, which says how many there are."""
    _refuse_negative(points)
    if points == 0:
        return
    mine = _points(customer_id)
    entries = {mine: -points, _SHOP_POINTS: points}
    try:
        _post(session, entries, kind=kind, ref=ref, memo=memo, now=now, keep={mine: 0})
    except Insufficient as error:
        have = max(0, points_of(session, customer_id))
        words = f"积分不够：需要{points}积分，您现有{have}积分"
        raise Insufficient(words, account=AccountKind.POINTS.value, balance=have) from error


def _move_experience(
    session: Session, customer_id: int, paid: int, *, kind: str, ref: str, now: datetime
) -> bool:
    if paid == 0:
        return False
    mine = AccountKey(AccountKind.EXPERIENCE, customer_id)
    entries = {mine: paid, _SHOP_EXPERIENCE: -paid}
    if not _post(session, entries, kind=kind, ref=ref, memo="订单成长值", now=now):
        return False
    refresh(session, customer_id)
    return True


def _post(
    session: Session,
    entries: dict[AccountKey, int],
    *,
    kind: str,
    ref: str,
    memo: str,
    now: datetime,
    keep: dict[AccountKey, int] | None = None,
) -> bool:
    return post(
        session,
        kind=kind,
        ref=ref,
        entries=entries,
        actor="shop",
        memo=memo,
        now=now,
        keep=keep,
    )


def _refuse_negative(points: int) -> None:
    if points < 0:
        raise InvalidInput("积分不能是负数", field="points")


def _points(customer_id: int) -> AccountKey:
    return AccountKey(AccountKind.POINTS, customer_id)
