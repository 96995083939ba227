"""What the editor of segments offers to choose from, by kind of value."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlmodel import Session, col, select

from campaigns.segments.facts import ValueKind
from campaigns.segments.rules import Fact
from commerce.catalogue.tables import Category, Product
from commerce.community.tables import CommunityGroup
from commerce.customers.tags import list_all_tags
from commerce.membership.levels import list_levels
from commerce.promotions.tables import CouponTemplate
from commerce.sources.tables import SourceCode

type Choice = tuple[int | str, str]
"""A value, and what people call it."""
MOST_PRODUCTS: Final = 200
"""The best sold ones; with them what a rule asks for already."""


def choices_of(session: Session, used: Iterable[Fact]) -> Mapping[str, Sequence[Choice]]:
    """By kind of value, in the order in which people look for them."""
    levels = [(each.id or 0, each.name) for each in list_levels(session)]
    return {
        ValueKind.LEVEL: levels,
        ValueKind.LEVELS: levels,
        ValueKind.TAGS: [
            (each.id or 0, f"{each.group_name} / {each.name}") for each in list_all_tags(session)
        ],
        ValueKind.PRODUCTS: _products(session, used),
        ValueKind.CATEGORIES: _named(session, Category.id, Category.name, Category.id),
        ValueKind.COUPONS: _named(
            session, CouponTemplate.id, CouponTemplate.name, CouponTemplate.id
        ),
        ValueKind.GROUPS: _named(
            session, CommunityGroup.id, CommunityGroup.name, CommunityGroup.id
        ),
        ValueKind.CODES: _named(session, SourceCode.code, SourceCode.name, SourceCode.id),
    }


def _named(session: Session, value: Any, name: Any, order: Any) -> Sequence[Choice]:
    return [(each, named) for each, named in session.exec(select(value, name).order_by(order))]


def _products(session: Session, used: Iterable[Fact]) -> Sequence[Choice]:
    best = (
        select(Product.id, Product.title).order_by(col(Product.sales).desc()).limit(MOST_PRODUCTS)
    )
    wanted = [int(each) for fact in used if fact.op == "product" for each in fact.listed]
    asked = select(Product.id, Product.title).where(col(Product.id).in_(wanted))
    found = {**dict(session.exec(best).all()), **dict(session.exec(asked).all())}
    return [(number or 0, title) for number, title in found.items()]
