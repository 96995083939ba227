"""Coupons of two customers who prove to be one person."""

from sqlalchemy import exists, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from commerce.inserting import affected_rows
from commerce.promotions.tables import Coupon, CouponHolding


def make_room(session: Session, kept_id: int, gone_id: int) -> None:
    """Rename what both were given for the same thing, so that both coupons can be one person's."""
    theirs = aliased(Coupon)
    is_had_by_both = exists().where(
        theirs.customer_id == kept_id,  # type: ignore[arg-type]
        theirs.template_id == Coupon.template_id,  # type: ignore[arg-type]
        theirs.source == Coupon.source,  # type: ignore[arg-type]
        theirs.ref == Coupon.ref,  # type: ignore[arg-type]
    )
    affected_rows(
        session,
        update(Coupon)
        .where(col(Coupon.customer_id) == gone_id, is_had_by_both)
        .values(ref=col(Coupon.ref) + f" of {gone_id}"),
    )


def join_holdings(session: Session, kept_id: int, gone_id: int) -> None:
    """Count what both have taken as one person's; above the limit, it is the limit."""
    of_both = (
        select(CouponHolding)
        .where(col(CouponHolding.customer_id).in_((kept_id, gone_id)))
        .execution_options(populate_existing=True)
    )
    rows = session.exec(of_both).all()
    kept = {row.template_id: row for row in rows if row.customer_id == kept_id}
    for gone in (row for row in rows if row.customer_id == gone_id):
        same = kept.get(gone.template_id)
        count, most = gone.count, gone.most
        if same is not None:
            most = max(most, same.most)
            count = min(count + same.count, most)
            session.delete(same)
        session.delete(gone)
        session.flush()
        joined = {"template_id": gone.template_id, "customer_id": kept_id}
        session.add(CouponHolding(**joined, count=count, most=most))
    session.flush()
