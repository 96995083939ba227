"""满减送: activities with rungs that run at a moment."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from commerce.inserting import id_of
from commerce.pricing.values import Reward, Rung, Scope
from commerce.promotions.tables import CouponTemplate, RewardActivity, RewardRung
from commerce.promotions.timed import is_running
from commerce.promotions.validity import lasts


def running_rewards(session: Session, now: datetime) -> tuple[Reward, ...]:
    """Activities that run now, in the order in which they are tried."""
    activities = list_running(session, now)
    rungs = _rungs(session, [id_of(each) for each in activities], now)
    return tuple(
        Reward(
            id=id_of(each),
            name=each.name,
            scope=Scope(frozenset(each.categories), frozenset(each.products)),
            rungs=tuple(rungs.get(id_of(each), ())),
        )
        for each in activities
    )


def list_running(session: Session, now: datetime) -> Sequence[RewardActivity]:
    """The rows of the activities that run now, the highest priority first."""
    statement = (
        select(RewardActivity)
        .where(is_running(RewardActivity, now))
        .order_by(col(RewardActivity.priority).desc(), col(RewardActivity.id))
    )
    return session.exec(statement).all()


def _rungs(session: Session, activity_ids: Sequence[int], now: datetime) -> dict[int, list[Rung]]:
    """The rungs of each activity, lowest first; of their gifts those that can be given now."""
    if not activity_ids:
        return {}
    statement = (
        select(RewardRung)
        .where(col(RewardRung.activity_id).in_(activity_ids))
        .order_by(col(RewardRung.fen), col(RewardRung.pieces), col(RewardRung.id))
    )
    rows = session.exec(statement).all()
    left = _left(session, {gift for row in rows for gift in row.coupon_templates}, now)
    found: dict[int, list[Rung]] = {}
    for row in rows:
        found.setdefault(row.activity_id, []).append(
            Rung(
                fen=row.fen,
                pieces=row.pieces,
                off=row.off,
                frees_freight=row.frees_freight,
                points=row.points,
                coupon_templates=tuple(gift for gift in row.coupon_templates if gift in left),
            )
        )
    return found


def _left(session: Session, template_ids: Collection[int], now: datetime) -> frozenset[int]:
    """Of these coupons those of which there is one to give: nothing else is promised."""
    if not template_ids:
        return frozenset()
    statement = select(CouponTemplate).where(
        col(CouponTemplate.id).in_(template_ids),
        col(CouponTemplate.is_active),
        col(CouponTemplate.total).is_(None) | (col(CouponTemplate.taken) < CouponTemplate.total),
    )
    found = session.exec(statement.execution_options(populate_existing=True))
    return frozenset(id_of(each) for each in found if lasts(each, now))
