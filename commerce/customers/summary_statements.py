"""The books read for whole spans of customers: what their summaries have to say."""

from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Insert,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from commerce.customers.summary_tables import CustomerBought, CustomerSummary
from commerce.customers.tables import Customer, Identity
from commerce.distribution.tables import Promoter, PromoterState
from commerce.ledger.accounts import AccountKind
from commerce.ledger.tables import LedgerAccount
from commerce.membership.tables import Member
from commerce.ordering.tables import Cart, CartLine, Order, OrderLine
from commerce.payments.tables import Payment, PaymentState
from commerce.prepared import Prepared
from commerce.sources.tables import CustomerCame

_TABLES: Final = SQLModel.metadata.tables
SUMMARY: Final = _TABLES[CustomerSummary.__tablename__]
BOUGHT: Final = _TABLES[CustomerBought.__tablename__]
_CUSTOMER: Final = _TABLES[Customer.__tablename__]
_ORDER: Final = _TABLES[Order.__tablename__]
_LINE: Final = _TABLES[OrderLine.__tablename__]
_PAYMENT: Final = _TABLES[Payment.__tablename__]
_ACCOUNT: Final = _TABLES[LedgerAccount.__tablename__]
_CART: Final = _TABLES[Cart.__tablename__]
_CART_LINE: Final = _TABLES[CartLine.__tablename__]
_MEMBER: Final = _TABLES[Member.__tablename__]
_PROMOTER: Final = _TABLES[Promoter.__tablename__]
_CAME: Final = _TABLES[CustomerCame.__tablename__]
_IDENTITY: Final = _TABLES[Identity.__tablename__]
OFFICIAL_ACCOUNT: Final = "official_account"
"""The channel whose followers are meant."""

_FIRST: Final[BindParameter[int]] = bindparam("first")
_LAST: Final[BindParameter[int]] = bindparam("last")
"""The span, both ends in it."""


def write_facts(session: Session, first: int, last: int) -> int:
    """Make the summaries of present customers say what the books say; how many had to change.

    What the books here do not know stays: contacts and scores.
    """
    statement = _write_facts(session.get_bind().dialect.name)
    return statement.run(session, first=first, last=last)


def write_bought(session: Session, first: int, last: int) -> int:
    """The same of what they have bought; nothing of it is taken away."""
    statement = _write_bought(session.get_bind().dialect.name)
    return statement.run(session, first=first, last=last)


def drop_stray(session: Session, first: int, last: int) -> int:
    """Drop what no book bears out: summaries of merged customers, purchases nobody paid for."""
    strays = (_DROP_SUMMARIES, _DROP_BOUGHT)
    return sum(each.run(session, first=first, last=last) for each in strays)


def _of(column: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(column >= _FIRST, column <= _LAST)


def _orders() -> Subquery:
    paid = _ORDER.c.paid_at
    return (
        select(
            _ORDER.c.customer_id,
            func.count().label("orders"),
            func.min(paid).label("first_paid_at"),
            func.max(paid).label("last_paid_at"),
        )
        .where(_of(_ORDER.c.customer_id), paid.is_not(None))
        .group_by(_ORDER.c.customer_id)
        .subquery("paid_orders")
    )


def _money() -> Subquery:
    kept = func.sum(_PAYMENT.c.amount - _PAYMENT.c.refunded)
    return (
        select(_ORDER.c.customer_id, kept.label("spent"))
        .join_from(_ORDER, _PAYMENT, _PAYMENT.c.order_id == _ORDER.c.id)
        .where(_of(_ORDER.c.customer_id), _PAYMENT.c.state == PaymentState.PAID.value)
        .group_by(_ORDER.c.customer_id)
        .subquery("money")
    )


def _experience() -> ColumnElement[int]:
    balance = (
        select(case((_ACCOUNT.c.balance > 0, _ACCOUNT.c.balance), else_=0))
        .where(
            _ACCOUNT.c.kind == AccountKind.EXPERIENCE.value,
            func.coalesce(_ACCOUNT.c.owner_id, 0) == _CUSTOMER.c.id,
        )
        .scalar_subquery()
    )
    return func.coalesce(balance, 0)


def _first_code() -> ColumnElement[str]:
    first = (
        select(_CAME.c.code)
        .where(_CAME.c.customer_id == _CUSTOMER.c.id)
        .order_by(_CAME.c.at, _CAME.c.id)
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(first, "")


def _cart_left_at() -> ColumnElement[Any]:
    is_full = exists().where(_CART_LINE.c.cart_id == _CART.c.id)
    return case((is_full, _CART.c.updated_at))


def _is_promoter() -> ColumnElement[bool]:
    return exists().where(
        _PROMOTER.c.customer_id == _CUSTOMER.c.id, _PROMOTER.c.state == PromoterState.ACTIVE.value
    )


def _follows() -> ColumnElement[bool]:
    return exists().where(
        _IDENTITY.c.customer_id == _CUSTOMER.c.id,
        _IDENTITY.c.channel == OFFICIAL_ACCOUNT,
        _IDENTITY.c.follows.is_(True),
    )


def _facts() -> Select[Any]:
    orders, money = _orders(), _money()
    return (
        select(
            _CUSTOMER.c.id.label("customer_id"),
            _CUSTOMER.c.last_seen_at,
            _experience().label("experience"),
            func.coalesce(orders.c.orders, 0).label("orders"),
            func.coalesce(money.c.spent, 0).label("spent"),
            orders.c.first_paid_at,
            orders.c.last_paid_at,
            _cart_left_at().label("cart_left_at"),
            func.coalesce(_MEMBER.c.birth_month, 0).label("birth_month"),
            func.coalesce(_MEMBER.c.birth_day, 0).label("birth_day"),
            _is_promoter().label("is_promoter"),
            _follows().label("follows"),
            _first_code().label("first_code"),
        )
        .select_from(_CUSTOMER)
        .outerjoin(orders, orders.c.customer_id == _CUSTOMER.c.id)
        .outerjoin(money, money.c.customer_id == _CUSTOMER.c.id)
        .outerjoin(_CART, _CART.c.customer_id == _CUSTOMER.c.id)
        .outerjoin(_MEMBER, _MEMBER.c.customer_id == _CUSTOMER.c.id)
        .where(_of(_CUSTOMER.c.id), _CUSTOMER.c.merged_into_id.is_(None))
    )


@cache
def _write_facts(dialect_name: str) -> Prepared:
    facts = _facts()
    followed = [column.name for column in facts.selected_columns if column.name != "customer_id"]
    at_first: dict[str, ColumnElement[Any]] = {
        "contact_state": literal("").label("contact_state"),
        **{score: literal(0).label(score) for score in ("r", "f", "m")},
    }
    whole = facts.add_columns(*at_first.values())
    inserted = _insert(dialect_name, SUMMARY).from_select(
        ["customer_id", *followed, *at_first], whole, include_defaults=False
    )
    return Prepared(_where_it_differs(inserted, ["customer_id"], followed))


@cache
def _write_bought(dialect_name: str) -> Prepared:
    bought = (
        select(
            _ORDER.c.customer_id,
            _LINE.c.product_id,
            func.count(func.distinct(_ORDER.c.id)).label("times"),
            func.max(_ORDER.c.paid_at).label("at"),
        )
        .join_from(_ORDER, _LINE, _LINE.c.order_id == _ORDER.c.id)
        .where(_of(_ORDER.c.customer_id), _ORDER.c.paid_at.is_not(None))
        .group_by(_ORDER.c.customer_id, _LINE.c.product_id)
    )
    names = ["customer_id", "product_id"]
    inserted = _insert(dialect_name, BOUGHT).from_select(
        [*names, "times", "at"], bought, include_defaults=False
    )
    return Prepared(_where_it_differs(inserted, names, ["times", "at"]))


def _insert(dialect_name: str, table: Any) -> Any:
    dialect = postgresql if dialect_name == "postgresql" else sqlite
    return dialect.insert(table)


def _where_it_differs(inserted: Any, key: list[str], followed: list[str]) -> Insert:
    """Rows that say it already are left alone: a night's rebuild writes almost nothing."""
    table, new = inserted.table, inserted.excluded
    statement: Insert = inserted.on_conflict_do_update(
        index_elements=key,
        set_={name: new[name] for name in followed},
        where=or_(*(table.c[name].is_distinct_from(new[name]) for name in followed)),
    )
    return statement


_DROP_SUMMARIES: Final = Prepared(
    delete(SUMMARY).where(
        _of(SUMMARY.c.customer_id),
        exists().where(
            _CUSTOMER.c.id == SUMMARY.c.customer_id, _CUSTOMER.c.merged_into_id.is_not(None)
        ),
    )
)
_DROP_BOUGHT: Final = Prepared(
    delete(BOUGHT).where(
        _of(BOUGHT.c.customer_id),
        ~exists().where(
            _ORDER.c.customer_id == BOUGHT.c.customer_id,
            _ORDER.c.paid_at.is_not(None),
            _LINE.c.order_id == _ORDER.c.id,
            _LINE.c.product_id == BOUGHT.c.product_id,
        ),
    )
)
