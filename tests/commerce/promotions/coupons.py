"""Coupons for tests."""

from itertools import count
from typing import Any

from sqlmodel import Session, col, select

from commerce.inserting import id_of
from commerce.promotions.issuing import issue
from commerce.promotions.tables import Coupon, CouponHolding, CouponMove, CouponTemplate
from tests.commerce.shop import NOW

_number = count(1)


def coupon_template(session: Session, **changes: Any) -> CouponTemplate:
    """10 yuan off from 100 yuan on, one a person, for a week from taking it."""
    number = next(_number)
    row: dict[str, Any] = {
        "code": f"c{number}",
        "name": f"满100减10（{number}）",
        "kind": "amount",
        "off": 1000,
        "threshold": 10000,
        "lasts_days": 7,
        "updated_at": NOW,
    }
    template = CouponTemplate(**{**row, **changes})
    session.add(template)
    session.flush()
    return template


def own(session: Session, customer_id: int, **changes: Any) -> int:
    """The id of a coupon that the customer has, of a template of its own."""
    template = coupon_template(session, **changes)
    ref = f"test-{template.id}"
    coupon = issue(session, template, customer_id, source="test", ref=ref, now=NOW)
    assert coupon is not None
    return id_of(coupon)


def assert_coupons_add_up(session: Session) -> None:
    """Every template counts its coupons, nobody has more than allowed, histories replay."""
    session.flush()
    session.expire_all()
    coupons = session.exec(select(Coupon)).all()
    for template in session.exec(select(CouponTemplate)):
        of_it = [each for each in coupons if each.template_id == template.id]
        assert template.taken == len(of_it)
        assert template.total is None or template.taken <= template.total
    for holding in session.exec(select(CouponHolding)):
        assert 0 <= holding.count <= holding.most
    for coupon in coupons:
        state: str | None = None
        moves = select(CouponMove).where(CouponMove.coupon_id == coupon.id)
        for move in session.exec(moves.order_by(col(CouponMove.id))):
            assert move.from_state == state
            state = move.to_state
        assert state == coupon.state
