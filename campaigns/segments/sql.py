"""A rule as SQL: one expression, true or false and never NULL, whatever it is combined with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, assert_never

from sqlalchemy import ColumnElement, Table, and_, exists, false, func, not_, or_, select, true
from sqlmodel import SQLModel

from campaigns.segments.rules import AllOf, AnyOf, Fact, Not, Rule, list_facts
from commerce.catalogue.tables import Product
from commerce.community.tables import CommunityMember
from commerce.customers.summary_tables import CustomerBought, CustomerSummary
from commerce.customers.tables import Customer
from commerce.customers.tag_tables import Tagged
from commerce.membership.days import birthdays_on, day_of
from commerce.membership.tables import MemberLevel
from commerce.promotions.tables import Coupon, CouponState
from commerce.sources.tables import CustomerCame
from commerce.watching.tables import ProductLookedAt

_TABLES: Final = SQLModel.metadata.tables
CUSTOMER: Final = _TABLES[Customer.__tablename__]
SUMMARY: Final = _TABLES[CustomerSummary.__tablename__]
_BOUGHT: Final = _TABLES[CustomerBought.__tablename__]
_LOOKED_AT: Final = _TABLES[ProductLookedAt.__tablename__]
_TAGGED: Final = _TABLES[Tagged.__tablename__]
_LEVEL: Final = _TABLES[MemberLevel.__tablename__]
_COUPON: Final = _TABLES[Coupon.__tablename__]
_PRODUCT: Final = _TABLES[Product.__tablename__]
_MEMBER: Final = _TABLES[CommunityMember.__tablename__]
_CAME: Final = _TABLES[CustomerCame.__tablename__]
_NEVER: Final = 2**62
_WHOLE_YEAR: Final = 365

type Expression = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Scope:
    """Of whom a rule is asked: `id` is the column that says it, of the enclosing statement."""

    id: ColumnElement[int]
    now: datetime
    is_whole: bool = False
    """Everybody is asked, so that other tables are read once and not for each customer."""

    def has(self, owner: ColumnElement[Any], *conditions: Expression) -> Expression:
        """Whether another table has a row of the customer's like that."""
        if self.is_whole:
            rows = select(owner).where(owner.is_not(None), *conditions)
            return self.id.in_(rows.correlate(None))
        return exists().where(owner == self.id, *conditions).correlate(CUSTOMER, SUMMARY)

    def ago(self, **span: int) -> datetime:
        """So long before now."""
        return self.now - timedelta(**span)


type Ask = Callable[[Fact, Scope], Expression]


def condition(rule: Rule | None, now: datetime) -> Expression:
    """Whether the customer of an enclosing statement on `customer` fits a rule; None fits all.

    Who was merged into another never does.
    """
    present = CUSTOMER.c.merged_into_id.is_(None)
    if rule is None:
        return present
    if not asks_summary(rule):
        return and_(present, express(rule, Scope(CUSTOMER.c.id, now)))
    kept = exists().where(
        SUMMARY.c.customer_id == CUSTOMER.c.id, express(rule, Scope(SUMMARY.c.customer_id, now))
    )
    return and_(present, kept.correlate(CUSTOMER))


def asks_summary(rule: Rule) -> bool:
    """Whether it needs a row of `customer_summary`."""
    return any(_is_near(fact) for fact in list_facts(rule))


def express(rule: Rule, scope: Scope) -> Expression:
    """The rule for whom the scope names; rows of `customer_summary` are in reach."""
    match rule:
        case Fact():
            return EXPRESSIONS[rule.fact](rule, scope)
        case Not():
            return not_(express(rule.of, scope))
        case AllOf():
            return and_(true(), *(express(each, scope) for each in _nearest_first(rule.of)))
        case AnyOf():
            return or_(false(), *(express(each, scope) for each in _nearest_first(rule.of)))
        case _:
            assert_never(rule)


def _nearest_first(rules: Sequence[Rule]) -> list[Rule]:
    """What the customer's own row tells may spare the look into other tables."""

    def far(rule: Rule) -> int:
        return sum(not _is_near(fact) for fact in list_facts(rule))

    return sorted(rules, key=far)


def _is_near(fact: Fact) -> bool:
    return fact.fact in _OF_SUMMARY or (fact.fact, fact.op) == ("source", "first")


def _level(fact: Fact, _scope: Scope) -> Expression:
    """Levels are spans of experience: raising a threshold moves nobody's row."""
    mine = SUMMARY.c.experience
    if fact.op == "none":
        lowest = select(func.coalesce(func.min(_LEVEL.c.threshold), _NEVER)).correlate(None)
        return mine < lowest.scalar_subquery()
    if fact.op == "at_least":
        return mine >= _threshold(fact.number)
    return or_(
        false(),
        *(and_(mine >= _threshold(int(each)), mine < _next(int(each))) for each in fact.listed),
    )


def _threshold(level_id: int) -> ColumnElement[int]:
    """Where a level begins; one that is gone begins nowhere."""
    found = select(func.coalesce(func.min(_LEVEL.c.threshold), _NEVER))
    return found.where(_LEVEL.c.id == level_id).correlate(None).scalar_subquery()


def _next(level_id: int) -> ColumnElement[int]:
    above = select(func.coalesce(func.min(_LEVEL.c.threshold), _NEVER))
    above = above.where(_LEVEL.c.threshold > _threshold(level_id))
    return above.correlate(None).scalar_subquery()


def _tag(fact: Fact, scope: Scope) -> Expression:
    if fact.op == "all":
        return and_(
            true(),
            *(scope.has(_TAGGED.c.customer_id, _TAGGED.c.tag_id == each) for each in fact.listed),
        )
    any_of = scope.has(_TAGGED.c.customer_id, _TAGGED.c.tag_id.in_(fact.listed))
    return not_(any_of) if fact.op == "none" else any_of


def _number(fact: Fact, _scope: Scope) -> Expression:
    column: ColumnElement[int] = SUMMARY.c[fact.fact]
    return column >= fact.number if fact.op == "at_least" else column <= fact.number


def _score(fact: Fact, scope: Scope) -> Expression:
    """Who has paid for nothing has no score: neither a high nor a low one."""
    return and_(SUMMARY.c[fact.fact] > 0, _number(fact, scope))


def _last_seen(fact: Fact, scope: Scope) -> Expression:
    return _dated(SUMMARY.c.last_seen_at, scope.ago(days=fact.number), is_past=fact.op == "before")


def _last_order(fact: Fact, scope: Scope) -> Expression:
    return _dated(SUMMARY.c.last_paid_at, scope.ago(days=fact.number), is_past=fact.op == "before")


def _cart_left(fact: Fact, scope: Scope) -> Expression:
    return _dated(SUMMARY.c.cart_left_at, scope.ago(hours=fact.number), is_past=True)


def _dated(column: ColumnElement[Any], moment: datetime, *, is_past: bool) -> Expression:
    """Whether it was by then, or since then; nothing that never was."""
    return and_(column.is_not(None), column <= moment if is_past else column >= moment)


def _about_products(table: Table) -> Ask:
    """A category is what stands on that shelf now."""

    def ask(fact: Fact, scope: Scope) -> Expression:
        of_category = select(_PRODUCT.c.id).where(_PRODUCT.c.category_id.in_(fact.listed))
        wanted = fact.listed if fact.op == "product" else of_category.correlate(None)
        since = [] if fact.days is None else [table.c.at >= scope.ago(days=fact.days)]
        return scope.has(table.c.customer_id, table.c.product_id.in_(wanted), *since)

    return ask


def _coupon(fact: Fact, scope: Scope) -> Expression:
    conditions = [_COUPON.c.state == CouponState.UNUSED.value, _COUPON.c.valid_until > scope.now]
    if fact.listed:
        conditions.append(_COUPON.c.template_id.in_(fact.listed))
    if fact.days is not None:
        conditions.append(_COUPON.c.valid_until <= scope.now + timedelta(days=fact.days))
    return scope.has(_COUPON.c.customer_id, *conditions)


def _birthday(fact: Fact, scope: Scope) -> Expression:
    today = day_of(scope.now)
    if fact.op == "this_month":
        return SUMMARY.c.birth_month == today.month
    days = fact.number if fact.op == "within" else 0
    if days >= _WHOLE_YEAR:
        return SUMMARY.c.birth_month > 0
    kept = {
        month * 100 + day
        for later in range(days + 1)
        for month, day in birthdays_on(today + timedelta(days=later))
    }
    return (SUMMARY.c.birth_month * 100 + SUMMARY.c.birth_day).in_(sorted(kept))


def _group(fact: Fact, scope: Scope) -> Expression:
    conditions = [_MEMBER.c.left_at.is_(None)]
    if fact.listed:
        conditions.append(_MEMBER.c.group_id.in_(fact.listed))
    inside = scope.has(_MEMBER.c.customer_id, *conditions)
    return not_(inside) if fact.op in ("not_in", "in_none") else inside


def _source(fact: Fact, scope: Scope) -> Expression:
    if fact.op == "first":
        first: ColumnElement[str] = SUMMARY.c.first_code
        return first.in_(fact.listed)
    since = [] if fact.days is None else [_CAME.c.at >= scope.ago(days=fact.days)]
    return scope.has(_CAME.c.customer_id, _CAME.c.code.in_(fact.listed), *since)


def _yes_no(column: ColumnElement[bool]) -> Ask:
    return lambda fact, _scope: column.is_(fact.op == "yes")


def _contact(fact: Fact, _scope: Scope) -> Expression:
    states = {"has": "contact", "lost": "lost", "never": ""}
    state: ColumnElement[str] = SUMMARY.c.contact_state
    return state == states[fact.op]


EXPRESSIONS: Final[Mapping[str, Ask]] = {
    "level": _level,
    "tag": _tag,
    "r": _score,
    "f": _score,
    "m": _score,
    "orders": _number,
    "spent": _number,
    "last_seen": _last_seen,
    "last_order": _last_order,
    "bought": _about_products(_BOUGHT),
    "looked": _about_products(_LOOKED_AT),
    "cart_left": _cart_left,
    "coupon": _coupon,
    "birthday": _birthday,
    "group": _group,
    "source": _source,
    "promoter": _yes_no(SUMMARY.c.is_promoter),
    "contact": _contact,
    "follows": _yes_no(SUMMARY.c.follows),
}
_OF_SUMMARY: Final = frozenset(
    {
        *("level", "r", "f", "m", "orders", "spent", "last_order", "cart_left", "birthday"),
        *("promoter", "contact", "follows", "last_seen"),
    }
)
