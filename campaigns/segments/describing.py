"""A rule as a sentence, with the names of what it is about."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, assert_never

from sqlalchemy import ColumnElement, Table
from sqlmodel import Session, SQLModel, select

from campaigns.segments.facts import LISTS, ValueKind
from campaigns.segments.rules import AllOf, AnyOf, Fact, Not, Rule, list_facts
from commerce.catalogue.tables import Category, Product
from commerce.community.tables import CommunityGroup
from commerce.customers.tag_tables import Tag
from commerce.inserting import core
from commerce.membership.tables import MemberLevel
from commerce.money import yuan
from commerce.promotions.tables import CouponTemplate
from commerce.sources.tables import SourceCode

type Names = Mapping[tuple[ValueKind, int | str], str]

MOST_NAMED: Final = 5
"""Of a longer list the rest is counted."""


def describe(session: Session, rule: Rule | None) -> str:
    """What a rule says, such as `累计消费至少¥500，且不是（30天内买过商品“云朵拖鞋”）`."""
    if rule is None:
        return "全部顾客"
    return _say(rule, _read_names(session, rule))


def _say(rule: Rule, names: Names) -> str:
    match rule:
        case Fact():
            return _say_fact(rule, names)
        case Not():
            return f"不是（{_say(rule.of, names)}）"
        case AllOf():
            return "，且".join(_part(each, names) for each in rule.of)
        case AnyOf():
            return "，或".join(_part(each, names) for each in rule.of)
        case _:
            assert_never(rule)


def _part(rule: Rule, names: Names) -> str:
    """Within another rule: what is joined stands in brackets."""
    said = _say(rule, names)
    is_joined = isinstance(rule, AllOf | AnyOf) and len(rule.of) > 1
    return f"（{said}）" if is_joined else said


def _say_fact(fact: Fact, names: Names) -> str:
    operator = fact.operator
    words = operator.words if fact.days is None else operator.words_in_days
    return words.format(value=_value(fact, operator.value, names), days=fact.days)


def _value(fact: Fact, kind: ValueKind, names: Names) -> str:
    if kind == ValueKind.FEN:
        return yuan(fact.number)
    if kind == ValueKind.LEVEL:
        return f"“{_name(ValueKind.LEVELS, fact.number, names)}”"
    if kind not in LISTS:
        return "" if fact.value is None else str(fact.value)
    named = "、".join(f"“{_name(kind, each, names)}”" for each in fact.listed[:MOST_NAMED])
    more = len(fact.listed) - MOST_NAMED
    return f"{named}等{len(fact.listed)}项" if more > 0 else named


def _name(kind: ValueKind, key: int | str, names: Names) -> str:
    return names.get((kind, key), f"已删除（{key}）")


def _read_names(session: Session, rule: Rule) -> Names:
    wanted: dict[ValueKind, set[int | str]] = {}
    for fact in list_facts(rule):
        kind = fact.operator.value
        if kind == ValueKind.LEVEL:
            wanted.setdefault(ValueKind.LEVELS, set()).add(fact.number)
        elif kind in LISTS:
            wanted.setdefault(kind, set()).update(fact.listed)
    return {
        (kind, key): name
        for kind, keys in wanted.items()
        for key, name in _find(session, kind, keys)
    }


def _find(
    session: Session, kind: ValueKind, keys: Iterable[int | str]
) -> Iterable[tuple[int | str, str]]:
    table, key, name = _NAMED[kind]
    found = select(table.c[key], table.c[name]).where(_among(table.c[key], keys))
    return [(each, str(called)) for each, called in core(session).execute(found)]


def _among(column: ColumnElement[Any], keys: Iterable[int | str]) -> ColumnElement[bool]:
    return column.in_(sorted(keys, key=str))


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


_NAMED: Final[Mapping[ValueKind, tuple[Table, str, str]]] = {
    ValueKind.LEVELS: (_table(MemberLevel), "id", "name"),
    ValueKind.TAGS: (_table(Tag), "id", "name"),
    ValueKind.PRODUCTS: (_table(Product), "id", "title"),
    ValueKind.CATEGORIES: (_table(Category), "id", "name"),
    ValueKind.COUPONS: (_table(CouponTemplate), "id", "name"),
    ValueKind.GROUPS: (_table(CommunityGroup), "id", "name"),
    ValueKind.CODES: (_table(SourceCode), "code", "name"),
}
