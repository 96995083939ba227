"""What begins a journey without an event: causes that ripen as time passes, asked in SQL.

A shop that stood still for a while catches up on what ripened meanwhile, but not on old news.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, String, and_, cast, literal, or_, select
from sqlmodel import SQLModel

from campaigns.shapes import JourneyPlan, Trigger
from commerce.columns import in_state
from commerce.customers.summary_tables import CustomerSummary
from commerce.group_buys.tables import BuyingGroup, GroupMember, GroupState, MemberState
from commerce.membership.days import birthdays_on, day_of
from commerce.ordering.tables import Order, OrderState
from commerce.promotions.tables import Coupon, CouponState
from commerce.shanghai import SHANGHAI

CAUGHT_UP: Final = timedelta(hours=3)
"""What ripened longer ago is old news: who left a cart yesterday has done something else since."""
ASLEEP_SINCE: Final = timedelta(days=7)
"""Who has slept longer beyond the plan's days belongs to the next plan."""
SOON: Final = (
    Trigger.CART_LEFT,
    Trigger.ORDER_UNPAID,
    Trigger.GROUP_LAPSING,
    Trigger.COUPON_LAPSING,
)
"""To be looked for each minute."""
IN_TIME: Final = (Trigger.BIRTHDAY, Trigger.SLEEPING)
"""No minute counts with these."""


@dataclass(frozen=True, slots=True)
class Ripe:
    """Causes of one kind that are ripe now."""

    name: str
    """Of the reference, in an entry's subject."""
    customer: ColumnElement[int]
    ref: ColumnElement[Any]
    source: FromClause
    condition: ColumnElement[bool]
    same: Callable[[FromClause], ColumnElement[bool]]

    def select(self) -> Select[Any]:
        """The customers and what it is about; the oldest first."""
        rows = select(self.customer, self.ref).select_from(self.source)
        return rows.where(self.condition).order_by(self.ref, self.customer)

    def is_same(self, entries: FromClause) -> ColumnElement[bool]:
        """Whether an entry began by this very cause."""
        return self.same(entries)

    @staticmethod
    def told(ref: object) -> Any:
        """The reference as an entry keeps it."""
        return ref.astimezone(UTC).isoformat() if isinstance(ref, datetime) else ref


def ripe(plan: JourneyPlan, now: datetime) -> Sequence[Ripe]:
    """What is ripe of a plan now; nothing for a plan that waits for an event."""
    found = _RIPE.get(plan.trigger)
    return [] if found is None else [found(plan, now)]


def _cart_left(plan: JourneyPlan, now: datetime) -> Ripe:
    left_at = _SUMMARY.c.cart_left_at
    before = now - timedelta(minutes=plan.after_minutes)
    is_ripe = and_(left_at <= before, left_at > before - CAUGHT_UP)
    return _by_moment("left_at", left_at, is_ripe)


def _sleeping(plan: JourneyPlan, now: datetime) -> Ripe:
    seen_at = _SUMMARY.c.last_seen_at
    before = now - timedelta(days=plan.sleeping_days)
    is_ripe = and_(seen_at <= before, seen_at > before - ASLEEP_SINCE)
    return _by_moment("seen_at", seen_at, is_ripe)


def _birthday(plan: JourneyPlan, now: datetime) -> Ripe:
    """`after_minutes` count from midnight."""
    day = day_of(now - timedelta(minutes=plan.after_minutes))
    begins = datetime.combine(day, time(), SHANGHAI) + timedelta(minutes=plan.after_minutes)
    kept = birthdays_on(day) if begins <= now else []
    is_today = or_(
        literal(value=False),
        *(
            and_(_SUMMARY.c.birth_month == month, _SUMMARY.c.birth_day == number)
            for month, number in kept
        ),
    )
    ref = literal(str(day.year))
    return Ripe("year", _SUMMARY.c.customer_id, ref, _SUMMARY, is_today, _of(Trigger.BIRTHDAY, ref))


def _order_unpaid(plan: JourneyPlan, now: datetime) -> Ripe:
    before = now - timedelta(minutes=plan.after_minutes)
    is_ripe = and_(
        _ORDER.c.state == OrderState.UNPAID.value,
        _ORDER.c.created_at <= before,
        _ORDER.c.created_at > before - CAUGHT_UP,
        _ORDER.c.expires_at > now,
    )
    return Ripe(
        "order_id",
        _ORDER.c.customer_id,
        _ORDER.c.id,
        _ORDER,
        is_ripe,
        _of(Trigger.ORDER_UNPAID, _ORDER.c.id),
    )


def _group_lapsing(plan: JourneyPlan, now: datetime) -> Ripe:
    is_ripe = and_(
        in_state(_GROUP, GroupState.OPEN),
        _GROUP.c.expires_at > now,
        _GROUP.c.expires_at <= now + timedelta(minutes=plan.after_minutes),
        _MEMBER.c.state == MemberState.SEATED.value,
    )
    return Ripe(
        "group_id",
        _MEMBER.c.customer_id,
        _GROUP.c.id,
        _GROUP.join(_MEMBER, _MEMBER.c.group_id == _GROUP.c.id),
        is_ripe,
        _of(Trigger.GROUP_LAPSING, _GROUP.c.id),
    )


def _coupon_lapsing(plan: JourneyPlan, now: datetime) -> Ripe:
    is_ripe = and_(
        in_state(_COUPON, CouponState.UNUSED),
        _COUPON.c.valid_from <= now,
        _COUPON.c.valid_until > now,
        _COUPON.c.valid_until <= now + timedelta(minutes=plan.after_minutes),
    )
    return Ripe(
        "coupon_id",
        _COUPON.c.customer_id,
        _COUPON.c.id,
        _COUPON,
        is_ripe,
        _of(Trigger.COUPON_LAPSING, _COUPON.c.id),
    )


def _by_moment(name: str, moment: ColumnElement[Any], is_ripe: ColumnElement[bool]) -> Ripe:
    """A cause that is a moment of the customer's own: whoever entered since entered for it."""
    return Ripe(
        name,
        _SUMMARY.c.customer_id,
        moment,
        _SUMMARY,
        is_ripe,
        lambda entries: entries.c.entered_at >= moment,
    )


def _of(trigger: Trigger, ref: ColumnElement[Any]) -> Callable[[FromClause], ColumnElement[bool]]:
    name = literal(f"{trigger.value}:")
    return lambda entries: entries.c.cause == name + cast(ref, String)


_TABLES: Final = SQLModel.metadata.tables
_SUMMARY: Final = _TABLES[CustomerSummary.__tablename__]
_ORDER: Final = _TABLES[Order.__tablename__]
_GROUP: Final = _TABLES[BuyingGroup.__tablename__]
_MEMBER: Final = _TABLES[GroupMember.__tablename__]
_COUPON: Final = _TABLES[Coupon.__tablename__]
_RIPE: Final[dict[Trigger, Callable[[JourneyPlan, datetime], Ripe]]] = {
    Trigger.CART_LEFT: _cart_left,
    Trigger.ORDER_UNPAID: _order_unpaid,
    Trigger.GROUP_LAPSING: _group_lapsing,
    Trigger.BIRTHDAY: _birthday,
    Trigger.COUPON_LAPSING: _coupon_lapsing,
    Trigger.SLEEPING: _sleeping,
}
