"""Writing promotions: by an operator, or from a file that leaves an operator's rows alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, SQLModel, col, delete, select

from commerce.errors import IllegalMove
from commerce.inserting import affected_rows, id_of
from commerce.promotions.drafts import CouponDraft, RewardDraft, TimedDraft
from commerce.promotions.tables import (
    Author,
    CouponTemplate,
    RewardActivity,
    RewardRung,
    TimedDiscount,
    TimedPrice,
)

Draft = CouponDraft | TimedDraft | RewardDraft
TERMS: Final = ("kind", "off", "percent", "cap", "threshold", "categories", "products")
"""What a coupon promised when it was taken; nobody changes it under its owners."""


@dataclass(slots=True)
class SaveReport:
    """What a file did, counted in promotions; `kept` names those that an operator has changed."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)


def save_coupon(session: Session, draft: CouponDraft, now: datetime) -> CouponTemplate:
    """Write a coupon template as an operator.

    Raises InvalidInput, and IllegalMove when it would change what customers already have.
    """
    _save_coupon(session, draft, now, Author.OPERATOR)
    return session.exec(select(CouponTemplate).where(CouponTemplate.code == draft.code)).one()


def save_timed(session: Session, draft: TimedDraft, now: datetime) -> TimedDiscount:
    """Write a discount for a time with all its prices, as an operator. Raises InvalidInput."""
    _save_timed(session, draft, now, Author.OPERATOR)
    return session.exec(select(TimedDiscount).where(TimedDiscount.key == draft.key)).one()


def save_reward(session: Session, draft: RewardDraft, now: datetime) -> RewardActivity:
    """Write a 满减送 with all its rungs, as an operator. Raises InvalidInput."""
    _save_reward(session, draft, now, Author.OPERATOR)
    return session.exec(select(RewardActivity).where(RewardActivity.key == draft.key)).one()


def seed_promotions(session: Session, drafts: Iterable[Draft], now: datetime) -> SaveReport:
    """Write the promotions of a file; what an operator has touched, or customers have, stays.

    Raises InvalidInput.
    """
    report = SaveReport()
    for draft in drafts:
        known = _find(session, draft)
        if known is not None and (known.author != Author.SEED or _is_promised(known, draft)):
            report.kept.append(draft.name)
            continue
        is_changed = _seed(session, draft, now)
        report.created += known is None
        report.updated += known is not None and is_changed
        report.unchanged += known is not None and not is_changed
    return report


def _seed(session: Session, draft: Draft, now: datetime) -> bool:
    match draft:
        case CouponDraft():
            return _save_coupon(session, draft, now, Author.SEED)
        case TimedDraft():
            return _save_timed(session, draft, now, Author.SEED)
        case RewardDraft():
            return _save_reward(session, draft, now, Author.SEED)


def _find(session: Session, draft: Draft) -> CouponTemplate | TimedDiscount | RewardActivity | None:
    match draft:
        case CouponDraft():
            coupon = select(CouponTemplate).where(CouponTemplate.code == draft.code)
            return session.exec(coupon.execution_options(populate_existing=True)).first()
        case TimedDraft():
            timed = select(TimedDiscount).where(TimedDiscount.key == draft.key)
            return session.exec(timed).first()
        case RewardDraft():
            return session.exec(
                select(RewardActivity).where(RewardActivity.key == draft.key)
            ).first()


def _is_promised(known: SQLModel, draft: Draft) -> bool:
    """Whether customers have coupons whose terms the draft would change."""
    if not (isinstance(known, CouponTemplate) and isinstance(draft, CouponDraft) and known.taken):
        return False
    wanted = _coupon_values(draft)
    return any(getattr(known, name) != wanted[name] for name in TERMS)


def _save_coupon(session: Session, draft: CouponDraft, now: datetime, author: Author) -> bool:
    draft.check()
    known = _find(session, draft)
    if known is not None and _is_promised(known, draft):
        raise IllegalMove("已经有顾客领了这张券，用法不能再改；请停用它，另建一张", field="code")
    if isinstance(known, CouponTemplate) and (draft.total or known.taken) < known.taken:
        raise IllegalMove(f"已经领出{known.taken}张，总张数不能更少", field="total")
    values = {"author": author, **_coupon_values(draft)}
    row = known or CouponTemplate(code=draft.code, name=draft.name, kind=draft.kind, updated_at=now)
    return _write(session, row, values, now)


def _coupon_values(draft: CouponDraft) -> dict[str, Any]:
    names = set(CouponDraft.__slots__) - {"code", "categories", "products"}
    return {
        **{name: getattr(draft, name) for name in names},
        "categories": sorted(draft.categories),
        "products": sorted(draft.products),
    }


def _save_timed(session: Session, draft: TimedDraft, now: datetime, author: Author) -> bool:
    draft.check()
    names = ("name", "starts_at", "ends_at", "is_active")
    values = {"author": author, **{name: getattr(draft, name) for name in names}}
    row = _find(session, draft) or TimedDiscount(key=draft.key, name=draft.name, updated_at=now)
    assert isinstance(row, TimedDiscount)  # noqa: S101 - found by a TimedDraft
    is_changed = _write(session, row, values, now)
    of_it = col(TimedPrice.discount_id) == id_of(row)
    before = dict(session.exec(select(TimedPrice.variant_id, TimedPrice.price).where(of_it)).all())
    if before == dict(draft.prices):
        return is_changed
    affected_rows(session, delete(TimedPrice).where(of_it))
    session.add_all(
        TimedPrice(discount_id=id_of(row), variant_id=variant_id, price=price)
        for variant_id, price in draft.prices.items()
    )
    session.flush()
    return True


def _save_reward(session: Session, draft: RewardDraft, now: datetime, author: Author) -> bool:
    draft.check()
    names = ("name", "starts_at", "ends_at", "priority", "is_active")
    values = {
        "author": author,
        **{name: getattr(draft, name) for name in names},
        "categories": sorted(draft.categories),
        "products": sorted(draft.products),
    }
    row = _find(session, draft) or RewardActivity(key=draft.key, name=draft.name, updated_at=now)
    assert isinstance(row, RewardActivity)  # noqa: S101 - found by a RewardDraft
    is_changed = _write(session, row, values, now)
    rungs = [_rung_row(id_of(row), rung) for rung in draft.rungs]
    of_it = col(RewardRung.activity_id) == id_of(row)
    before = session.exec(select(RewardRung).where(of_it).order_by(col(RewardRung.id))).all()
    if [_bare(each) for each in before] == [_bare(each) for each in rungs]:
        return is_changed
    for each in before:
        session.delete(each)
    session.add_all(rungs)
    session.flush()
    return True


def _rung_row(activity_id: int, rung: Any) -> RewardRung:
    names = ("fen", "pieces", "off", "frees_freight", "points")
    values = {name: getattr(rung, name) for name in names}
    gifts = list(rung.coupon_templates)
    return RewardRung(activity_id=activity_id, coupon_templates=gifts, **values)


def _bare(rung: RewardRung) -> dict[str, Any]:
    return rung.model_dump(exclude={"id"})


def _write(session: Session, row: SQLModel, values: dict[str, Any], now: datetime) -> bool:
    """Bring a row to these values; whether it is new or anything changed."""
    is_changed = any(getattr(row, name, None) != value for name, value in values.items())
    if is_changed or row not in session:
        row.sqlmodel_update({**values, "updated_at": now})
        session.add(row)
        session.flush()
    return is_changed
