"""Coupons in a customer's hand: which there are, using one, giving it back, gifts, lapsing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, or_, update
from sqlmodel import Session, col, select

from commerce.errors import IllegalMove, NotFound
from commerce.events import announce
from commerce.inserting import core, id_of
from commerce.pricing.values import CouponKind, OwnedCoupon, Scope
from commerce.promotions.issuing import find_issued, issue, note_moves
from commerce.promotions.tables import Coupon, CouponMove, CouponState, CouponTemplate
from commerce.promotions.validity import is_within
from commerce.shanghai import SHANGHAI

FROM_ORDER: Final = "order"
"""The source of a gift that came with an order; its ref begins with the order's id."""
LAPSE_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class HeldCoupon:
    """A coupon as its owner sees it: what it does, and when."""

    owned: OwnedCoupon
    state: CouponState
    valid_from: datetime
    valid_until: datetime

    def may_be_used(self, now: datetime) -> bool:
        """Whether an order placed now could use it, goods and threshold apart."""
        is_in_time = is_within(now, self.valid_from, self.valid_until)
        return self.state == CouponState.UNUSED and is_in_time


def list_owned(session: Session, customer_id: int, now: datetime) -> tuple[OwnedCoupon, ...]:
    """Unused coupons that are valid now, the one that lapses first at the front."""
    held = list_held(session, customer_id, now)
    return tuple(each.owned for each in held if each.may_be_used(now))


def list_held(session: Session, customer_id: int, now: datetime) -> tuple[HeldCoupon, ...]:
    """Unused coupons that are valid now or will be, the one that lapses first at the front."""
    unused = (
        Coupon.customer_id == customer_id,
        Coupon.state == CouponState.UNUSED,
        col(Coupon.valid_until) > now,
    )
    return _held(session, *unused)


def list_gone(session: Session, customer_id: int, now: datetime) -> tuple[HeldCoupon, ...]:
    """Coupons that were used, lapsed or were taken back, in the order in which they lapse."""
    gone = or_(col(Coupon.state) != CouponState.UNUSED, col(Coupon.valid_until) <= now)
    return _held(session, Coupon.customer_id == customer_id, gone)


def get_owned(session: Session, customer_id: int, coupon_id: int, now: datetime) -> OwnedCoupon:
    """A coupon that the customer could use now. Raises NotFound, and IllegalMove saying why."""
    held = _held(session, Coupon.customer_id == customer_id, Coupon.id == coupon_id)
    if not held:
        raise NotFound("没有这张优惠券", field="coupon_id")
    if not held[0].may_be_used(now):
        raise IllegalMove(why_not(held[0], now), field="coupon_id")
    return held[0].owned


def redeem(
    session: Session, customer_id: int, coupon_id: int, order_id: int, now: datetime
) -> None:
    """Use a coupon on an order, once. Raises NotFound, and IllegalMove saying why it cannot be."""
    usable = (
        col(Coupon.id) == coupon_id,
        col(Coupon.customer_id) == customer_id,
        col(Coupon.valid_from) <= now,
        col(Coupon.valid_until) > now,
    )
    unused, used = CouponState.UNUSED, CouponState.USED
    if not _move(session, unused, used, now, *usable, order_id=order_id, about=order_id):
        get_owned(session, customer_id, coupon_id, now)
        raise IllegalMove("这张券刚刚被用掉了", field="coupon_id")


def give_back(session: Session, order_id: int, now: datetime) -> None:
    """An order's coupon may be used again while it is valid, as long as it was before.

    One that is over by now lapses, a gift whose own order was refunded meanwhile is taken back.
    Once given back, nothing happens. The caller holds the order.
    """
    of_order = col(Coupon.order_id) == order_id
    _hold(session, of_order)
    is_over, used = col(Coupon.valid_until) <= now, CouponState.USED
    _move(session, used, CouponState.REVOKED, now, of_order, _is_called_in(), about=order_id)
    _move(session, used, CouponState.EXPIRED, now, of_order, is_over, about=order_id)
    _move(session, used, CouponState.UNUSED, now, of_order, about=order_id)


def give(
    session: Session, template_id: int, customer_id: int, *, source: str, ref: str, now: datetime
) -> Coupon | None:
    """Make a customer a present of a coupon, once for each source and ref; that coupon.

    None when the template has none left, is over or switched off. Counts against the template's
    total, not against what a customer may take. Whoever gives it tells the customer. Raises
    NotFound.
    """
    coupon, _ = _give(session, template_id, customer_id, source=source, ref=ref, now=now)
    return coupon


def give_for_order(
    session: Session, order_id: int, customer_id: int, templates: Sequence[int], now: datetime
) -> tuple[Coupon, ...]:
    """Give what a 满减送 promised with an order, once; what could be given, now or before.

    Announces `order_gifts_given` with what is new, if anything is.
    """
    given, new = [], []
    for place, template_id in enumerate(templates):
        ref = f"{order_id}:{place}"
        coupon, is_new = _give(
            session, template_id, customer_id, source=FROM_ORDER, ref=ref, now=now
        )
        if coupon is not None:
            given.append(coupon)
            new += [coupon.id] if is_new else []
    if new:
        announce(session, "order_gifts_given", now=now, order_id=order_id, coupons=new)
    return tuple(given)


def revoke_gifts(session: Session, order_id: int, now: datetime) -> None:
    """Take back coupons that came with an order: it was refunded whole.

    One that is used on another order stays there, and does not come back from it.
    """
    came_with = (
        col(Coupon.source) == FROM_ORDER,
        or_(col(Coupon.ref) == str(order_id), col(Coupon.ref).startswith(f"{order_id}:")),
    )
    _hold(session, *came_with)
    _move(session, CouponState.UNUSED, CouponState.REVOKED, now, *came_with)
    used = select(Coupon.id).where(Coupon.state == CouponState.USED, *came_with)
    called_in = [each for each in session.exec(used) if each is not None]
    note_moves(session, called_in, CouponState.USED, CouponState.USED, now, order_id)


def lapse(session: Session, now: datetime) -> int:
    """Let coupons lapse whose time is up; how many. Some are left when it is LAPSE_AT_ONCE."""
    over = (
        select(Coupon.id)
        .where(Coupon.state == CouponState.UNUSED, col(Coupon.valid_until) <= now)
        .order_by(col(Coupon.valid_until))
        .limit(LAPSE_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    ids = session.exec(over).all()
    moved = _move(session, CouponState.UNUSED, CouponState.EXPIRED, now, col(Coupon.id).in_(ids))
    return len(moved)


def _give(
    session: Session, template_id: int, customer_id: int, *, source: str, ref: str, now: datetime
) -> tuple[Coupon | None, bool]:
    """The gift, and whether it is new."""
    template = session.get(CouponTemplate, template_id)
    if template is None:
        raise NotFound("没有这种优惠券", template_id=template_id)
    before = find_issued(session, template, customer_id, source=source, ref=ref)
    if before is not None:
        return before, False
    coupon = issue(session, template, customer_id, source=source, ref=ref, now=now)
    if coupon is None:  # Somebody else may have given it in this moment.
        return find_issued(session, template, customer_id, source=source, ref=ref), False
    return coupon, True


def list_by_ids(session: Session, coupon_ids: Sequence[int]) -> tuple[HeldCoupon, ...]:
    """These coupons, whoever has them, the one that lapses first at the front."""
    return _held(session, col(Coupon.id).in_(coupon_ids))


def _hold(session: Session, *which: ColumnElement[bool]) -> None:
    """Wait for whoever changes these coupons: what they have done then counts."""
    held = select(Coupon.id).where(*which).order_by(col(Coupon.id))
    session.exec(held.with_for_update(key_share=True)).all()


def _is_called_in() -> ColumnElement[bool]:
    """Whether a coupon's own order was refunded while it was used on another."""
    step = CouponMove
    of_it = (col(step.coupon_id) == col(Coupon.id)) & (col(step.from_state) == CouponState.USED)
    return select(step.id).where(of_it, step.to_state == CouponState.USED).exists()


def _move(
    session: Session,
    before: CouponState,
    after: CouponState,
    now: datetime,
    *which: ColumnElement[bool],
    order_id: int | None = None,
    about: int | None = None,
) -> list[int]:
    """Move coupons that are in a state to another, with their history; which they were.

    `order_id` is the order that they are on afterwards, `about` the one that moved them.
    """
    guarded = (
        update(Coupon)
        .where(col(Coupon.state) == before, *which)
        .values(state=after, order_id=order_id, moved_at=now)
        .returning(col(Coupon.id))
    )
    moved: list[int] = [row.id for row in core(session).execute(guarded)]
    note_moves(session, moved, before, after, now, about)
    return moved


def _held(session: Session, *which: ColumnElement[bool] | bool) -> tuple[HeldCoupon, ...]:
    statement = (
        select(Coupon, CouponTemplate)
        .join(CouponTemplate, col(CouponTemplate.id) == col(Coupon.template_id))
        .where(*which)
        .order_by(col(Coupon.valid_until), col(Coupon.id))
        .execution_options(populate_existing=True)
    )
    return tuple(_as_held(*row) for row in session.exec(statement))


def _as_held(coupon: Coupon, template: CouponTemplate) -> HeldCoupon:
    state = CouponState(coupon.state)
    owned = owned_coupon(id_of(coupon), template)
    return HeldCoupon(owned, state, coupon.valid_from, coupon.valid_until)


def owned_coupon(coupon_id: int, template: CouponTemplate) -> OwnedCoupon:
    """What a coupon of a template does."""
    return OwnedCoupon(
        id=coupon_id,
        name=template.name,
        scope=Scope(frozenset(template.categories), frozenset(template.products)),
        threshold=template.threshold,
        kind=CouponKind(template.kind),
        off=template.off,
        percent=template.percent,
        cap=template.cap,
    )


def why_not(held: HeldCoupon, now: datetime) -> str:
    """Why a coupon cannot be used at this moment, of one that cannot."""
    match held.state:
        case CouponState.USED:
            return f"优惠券“{held.owned.name}”已经用过了"
        case CouponState.REVOKED:
            return f"优惠券“{held.owned.name}”随退款收回了"
    if held.valid_until <= now or held.state == CouponState.EXPIRED:
        return f"优惠券“{held.owned.name}”已经过期了"
    first = held.valid_from.astimezone(SHANGHAI)
    return f"优惠券“{held.owned.name}”{first.month}月{first.day}日起才能用"
