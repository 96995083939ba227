"""The one place where a coupon comes into being, counted against what its template allows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, or_, update
from sqlmodel import Session, SQLModel, col, select

from commerce.inserting import affected_rows, core, insert_once
from commerce.promotions.tables import Coupon, CouponMove, CouponState, CouponTemplate
from commerce.promotions.validity import valid_between

_MOVE: Final = SQLModel.metadata.tables[CouponMove.__tablename__]


def issue(
    session: Session,
    template: CouponTemplate,
    customer_id: int,
    *,
    source: str,
    ref: str,
    now: datetime,
) -> Coupon | None:
    """A new coupon, or None when the template has none left or is switched off.

    The caller has made sure that there is none of this source and ref, or takes the None. All of
    it happens or nothing does.
    """
    begins, ends = valid_between(template, now)
    if ends <= begins:
        return None
    values: Mapping[str, Any] = {
        "template_id": template.id,
        "customer_id": customer_id,
        "source": source,
        "ref": ref,
        "state": CouponState.UNUSED,
        "valid_from": begins,
        "valid_until": ends,
        "created_at": now,
        "moved_at": now,
    }
    with session.begin_nested() as attempt:
        core(session)  # The savepoint is set when the connection is first asked for.
        # The template's row is everybody's: it is taken last, and held for the shortest time.
        if not (insert_once(session, Coupon, **values) and _count(session, template)):
            attempt.rollback()
            return None
    coupon = find_issued(session, template, customer_id, source=source, ref=ref)
    assert coupon is not None and coupon.id is not None  # noqa: S101, PT018 - inserted above
    note_moves(session, [coupon.id], None, CouponState.UNUSED, now)
    return coupon


def find_issued(
    session: Session, template: CouponTemplate, customer_id: int, *, source: str, ref: str
) -> Coupon | None:
    """The coupon that a customer had for this once, whatever became of it."""
    statement = select(Coupon).where(
        Coupon.template_id == template.id,
        Coupon.customer_id == customer_id,
        Coupon.source == source,
        Coupon.ref == ref,
    )
    return session.exec(statement).first()


def note_moves(
    session: Session,
    coupon_ids: Sequence[int],
    before: CouponState | None,
    after: CouponState,
    now: datetime,
    order_id: int | None = None,
) -> None:
    """Write one step of some coupons' lives."""
    if not coupon_ids:
        return
    step = {"from_state": before, "to_state": after, "order_id": order_id, "at": now}
    core(session).execute(insert(_MOVE), [{"coupon_id": each, **step} for each in coupon_ids])


def _count(session: Session, template: CouponTemplate) -> bool:
    """Count one more as taken, if there is one left."""
    guarded = (
        update(CouponTemplate)
        .where(
            col(CouponTemplate.id) == template.id,
            col(CouponTemplate.is_active),
            or_(
                col(CouponTemplate.total).is_(None),
                col(CouponTemplate.taken) < col(CouponTemplate.total),
            ),
        )
        .values(taken=col(CouponTemplate.taken) + 1)
    )
    return affected_rows(session, guarded) == 1
