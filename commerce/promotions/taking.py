"""Taking coupons: which there are for a customer, and one of them into their hand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, select

from commerce.customers.merging import lock_customer
from commerce.errors import IllegalMove, NotFound
from commerce.inserting import affected_rows, core, id_of, insert_once
from commerce.ordering.tables import Order
from commerce.promotions.issuing import find_issued, issue
from commerce.promotions.tables import Audience, Coupon, CouponHolding, CouponTemplate
from commerce.promotions.validity import is_within, valid_between

NONE_LEFT: Final = "这张券已经领完了"
HAD_BEFORE: Final = "这张券您已经领过了"
FOR_NEW: Final = "这张券只给还没买过的新朋友"
NOT_YET: Final = "这张券还没到领取时间"
OVER: Final = "这张券的领取时间过了"
UNKNOWN: Final = "没有这张券，可能已经下架了"


@dataclass(frozen=True, slots=True)
class Offered:
    """A coupon that the shop gives away; `refusal` says why this customer cannot take it now.

    `left` is None when there are as many as are wanted; `held` counts those taken before.
    """

    template: CouponTemplate
    held: int
    refusal: str = ""

    @property
    def left(self) -> int | None:
        """How many nobody has taken yet."""
        template = self.template
        return None if template.total is None else template.total - template.taken

    @property
    def may_be_taken(self) -> bool:
        """Whether the customer could take one now."""
        return not self.refusal


def list_offered(session: Session, customer_id: int, now: datetime) -> tuple[Offered, ...]:
    """Coupons that are given away now, those first which the customer can take.

    What is meant for others, not begun or over is left out; what they have, or what is gone
    already, is there with its refusal.
    """
    listed = (
        select(CouponTemplate)
        .where(col(CouponTemplate.is_active), col(CouponTemplate.is_listed))
        .order_by(col(CouponTemplate.id))
        .execution_options(populate_existing=True)
    )
    is_new = is_new_customer(session, customer_id)
    held = _held(session, customer_id)
    offered = [
        Offered(template, count, _refusal(template, count, is_new, now))
        for template in session.exec(listed)
        for count in [held.get(id_of(template), 0)]
    ]
    shown = [each for each in offered if each.refusal in ("", HAD_BEFORE, NONE_LEFT)]
    return tuple(sorted(shown, key=lambda each: not each.may_be_taken))


def take(
    session: Session,
    template_id: int,
    customer_id: int,
    *,
    source: str,
    now: datetime,
    key: str = "",
) -> Coupon:
    """Take a coupon that is given away to all; that coupon.

    The same `key` of a customer gives the same coupon again. Raises NotFound for one that is not
    given away, and IllegalMove saying why there is none for them.
    """
    customer_id = id_of(lock_customer(session, customer_id))
    template = session.get(CouponTemplate, template_id, populate_existing=True)
    if template is None or not (template.is_active and template.is_listed):
        raise NotFound(UNKNOWN, template_id=template_id)
    if key:
        before = find_issued(session, template, customer_id, source=source, ref=key)
        if before is not None:
            return before
    return _take(session, template, customer_id, source, key, now)


def take_by_code(
    session: Session, code: str, customer_id: int, *, source: str, now: datetime
) -> tuple[Coupon, bool]:
    """Take the coupon that a QR code stands for, once a customer; whether it is new.

    Raises as `take`.
    """
    customer_id = id_of(lock_customer(session, customer_id))
    template = find_template(session, code)
    if template is None or not template.is_active:
        raise NotFound(UNKNOWN, code=code)
    before = find_issued(session, template, customer_id, source=source, ref=code)
    if before is not None:
        return before, False
    return _take(session, template, customer_id, source, code, now), True


def find_template(session: Session, code: str) -> CouponTemplate | None:
    """The template of that code, given away or not."""
    statement = select(CouponTemplate).where(CouponTemplate.code == code)
    return session.exec(statement.execution_options(populate_existing=True)).first()


def is_new_customer(session: Session, customer_id: int) -> bool:
    """Whether a customer has paid for nothing yet."""
    paid = select(Order.id).where(Order.customer_id == customer_id, col(Order.paid_at).is_not(None))
    return session.exec(paid.limit(1)).first() is None


def _take(
    session: Session,
    template: CouponTemplate,
    customer_id: int,
    source: str,
    ref: str,
    now: datetime,
) -> Coupon:
    """Count it against the person, then against the template; the caller holds the customer."""
    held = _held(session, customer_id).get(id_of(template), 0)
    refusal = _refusal(template, held, is_new_customer(session, customer_id), now)
    if refusal:
        raise IllegalMove(refusal, template_id=template.id)
    with session.begin_nested():
        core(session)
        if not _count(session, template, customer_id):
            raise IllegalMove(HAD_BEFORE, template_id=template.id)
        # The customer's id is in it, so that two who prove to be one keep what each has taken.
        number = ref or f"{customer_id}:{held + 1}"
        coupon = issue(session, template, customer_id, source=source, ref=number, now=now)
        if coupon is None:
            raise IllegalMove(NONE_LEFT, template_id=template.id)
    return coupon


def _count(session: Session, template: CouponTemplate, customer_id: int) -> bool:
    """Count one more for the customer, if they may have it."""
    ids = {"template_id": id_of(template), "customer_id": customer_id}
    insert_once(session, CouponHolding, **ids, count=0, most=template.per_person)
    guarded = (
        update(CouponHolding)
        .where(
            col(CouponHolding.template_id) == template.id,
            col(CouponHolding.customer_id) == customer_id,
            col(CouponHolding.count) < template.per_person,
        )
        .values(count=col(CouponHolding.count) + 1, most=template.per_person)
    )
    return affected_rows(session, guarded) == 1


def _held(session: Session, customer_id: int) -> dict[int, int]:
    statement = select(CouponHolding.template_id, CouponHolding.count).where(
        CouponHolding.customer_id == customer_id
    )
    return dict(session.exec(statement).all())


def _refusal(template: CouponTemplate, held: int, is_new: bool, now: datetime) -> str:
    """Why a customer cannot take it, in words for them; empty when they can."""
    if template.takeable_from is not None and now < template.takeable_from:
        return NOT_YET
    begins, ends = valid_between(template, now)
    if not is_within(now, None, template.takeable_until) or ends <= begins:
        return OVER
    if template.audience == Audience.NEW and not is_new:
        return FOR_NEW
    if held >= template.per_person:
        return HAD_BEFORE
    is_gone = template.total is not None and template.taken >= template.total
    return NONE_LEFT if is_gone else ""
